"""Data frames and tables as Arrow IPC streams, for hosts that asked for them (docs/types.md, Data frames)."""

import io
import sys

from . import _values


def to_stream(frame):
    """A buffer with the IPC stream of a frame of pyarrow, pandas, polars, or whatever speaks the Arrow C stream."""
    polars = sys.modules.get("polars")
    if polars is not None and isinstance(frame, polars.DataFrame):
        # The oldest format: readers in other languages know no string views yet.
        return frame.write_ipc_stream(None, compat_level=polars.CompatLevel.oldest()).getbuffer()
    try:
        import pyarrow
        from pyarrow import ipc
    except ImportError as error:
        raise ValueError("install pyarrow in the worker's environment to send it as an Arrow table") from error
    if not isinstance(frame, (pyarrow.Table, pyarrow.RecordBatch)):
        pandas = sys.modules.get("pandas")
        is_pandas = pandas is not None and isinstance(frame, pandas.DataFrame)
        frame = pyarrow.Table.from_pandas(frame) if is_pandas else pyarrow.table(frame)
    sink = pyarrow.BufferOutputStream()
    with ipc.new_stream(sink, frame.schema) as writer:
        writer.write(frame)
    return memoryview(sink.getvalue())


def from_stream(buffer):
    """The table in a buffer: of pyarrow, without a copy, or else of polars.

    Raises NotSendable when neither is installed.
    """
    try:
        from pyarrow import ipc, py_buffer
    except ImportError:
        try:
            import polars
        except ImportError:
            raise _values.NotSendable(
                "arguments", "an Arrow table needs pyarrow or polars in the worker's environment; install one of them"
            ) from None
        return polars.read_ipc_stream(io.BytesIO(buffer))
    with ipc.open_stream(py_buffer(buffer)) as reader:
        return reader.read_all()
