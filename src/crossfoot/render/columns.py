"""Arrow string columns, as the text formats write them: looked at as raw bytes first, rewritten only where needed.

A bill has 100,000 rows by 40 columns and hardly a cell that needs an escape. Whether any cell of a column does is seen
at the speed of memory in the column's own buffer; only such a column is worked on, and each different text once.
"""

from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

SLICE_ROWS = 65_536  # bounds the memory of a file, whatever batches the rows come in
INT32 = 4


def slices(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in pieces of bounded size; none for an empty batch."""
    for start in range(0, batch.num_rows, SLICE_ROWS):
        yield batch.slice(start, SLICE_ROWS)


def text_column(batch: pa.RecordBatch, key: str) -> pa.StringArray:
    """One column as plain strings."""
    column = batch.column(key)
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def raw(column: pa.StringArray) -> memoryview:
    """The bytes of all cells, one after the other. Under a null there may be bytes too, which is harmless here."""
    _, offsets, data = column.buffers()
    if data is None or not len(column):
        return memoryview(b"")
    ends = memoryview(offsets).cast("B")[column.offset * INT32 : (column.offset + len(column) + 1) * INT32].cast("i")
    return memoryview(data)[ends[0] : ends[-1]]


def rewrite(column: pa.StringArray, one: Callable[[str], str]) -> pa.StringArray:
    """Every cell passed through `one`, called once for each different text; null stays null."""
    encoded = column.dictionary_encode()
    words = pa.array([one(word) for word in encoded.dictionary.to_pylist()], pa.string())
    return words.take(encoded.indices)


def join(pieces: list[pa.StringArray | str], separator: str) -> memoryview:
    """The cells of each row joined, and the rows laid one after the other. No column may hold a null."""
    return raw(pc.binary_join_element_wise(*pieces, separator))
