"""Data frames of three libraries, made when asked for."""


def make(library):
    columns = {"number": [1, 2, None], "text": ["a", "é", None], "flag": [True, False, True]}
    if library == "pyarrow":
        import pyarrow

        return pyarrow.table(columns)
    if library == "polars":
        import polars

        return polars.DataFrame(columns)
    import pandas

    return pandas.DataFrame({name: pandas.array(values) for name, values in columns.items()})


def describe(table):
    return [type(table).__module__.split(".")[0], list(table.column_names), table.num_rows, table.column("number").to_pylist()]


def echo(value):
    return value


def total(table):
    import pyarrow.compute

    return pyarrow.compute.sum(table.column("x")).as_py()
