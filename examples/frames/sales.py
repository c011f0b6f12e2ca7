"""A data frame per region, with pandas or with polars."""


def by_region(library, rows):
    regions = [["north", "south", "east", "west"][i % 4] for i in range(rows)]
    amounts = [(i * 37 % 1000) / 10 for i in range(rows)]
    if library == "polars":
        import polars

        frame = polars.DataFrame({"region": regions, "amount": amounts})
        return frame.group_by("region").agg(polars.col("amount").sum()).sort("region")
    import pandas

    frame = pandas.DataFrame({"region": regions, "amount": amounts})
    return frame.groupby("region", as_index=False)["amount"].sum()


def scale(table, factor):
    """A table of TypeScript's, as pyarrow has it."""
    import pyarrow.compute as compute

    amounts = compute.multiply(table.column("amount"), factor)
    return table.set_column(table.schema.get_field_index("amount"), "amount", amounts)
