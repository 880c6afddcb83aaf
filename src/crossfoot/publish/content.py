"""What lines say, as one hash: the same lines in the same order give the same hash, whatever file brought them.

Taken from the values that are there, column by column, and from where there are none: from the figures themselves, not
from how a database or a file happens to write them, so that a newer library makes no new edition.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from crossfoot.ingest.normalise import IDENTITY
from crossfoot.lake.schema import BUY, CHARGES, NOT_CONTENT

# The charge key stands for the columns that it is made of, tags_raw for the tags.
SAYING, BUY_SAYING = (tuple(sorted(set(columns) - NOT_CONTENT - {*IDENTITY, "tags"})) for columns in (CHARGES, BUY))
EMPTY = "0:0"


class Content:
    """Takes tables of lines, one after the other."""

    def __init__(self, columns: Iterable[str]) -> None:
        """Listen to these columns."""
        self._columns, self._digest, self._rows = tuple(columns), sha256(), 0

    def add(self, table: pa.Table) -> None:
        """Take the next lines."""
        self._rows += table.num_rows
        for name in self._columns:
            for part in _parts(table[name].combine_chunks()):
                self._digest.update(part)

    @property
    def text(self) -> str:
        """How many lines there were, and the hash of what they said."""
        return f"{self._rows}:{self._digest.hexdigest()[:32]}" if self._rows else EMPTY


def _parts(column: pa.Array) -> Iterator[memoryview]:
    """Where the column has values, then these values: of texts how long each is, then all in one."""
    yield _fixed(column.is_valid().cast(pa.uint8()))
    values = column.drop_null()
    if not pa.types.is_string(values.type):
        yield _fixed(values)
        return
    _, places, text = values.buffers()
    yield _fixed(pc.binary_length(values))
    ends = memoryview(places or b"").cast("i")[values.offset : values.offset + len(values) + 1]
    if len(values):
        yield memoryview(text or b"")[ends[0] : ends[-1]]


def _fixed(values: pa.Array) -> memoryview:
    """The bytes of values that are all equally wide."""
    width, data = values.type.bit_width // 8, values.buffers()[1]
    return memoryview(data or b"")[values.offset * width : (values.offset + len(values)) * width]
