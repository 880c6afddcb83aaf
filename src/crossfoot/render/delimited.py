"""Table to lines of cells, in the two dialects in which a spreadsheet reads them: BOM, CRLF, RFC 4180.

`row_kind` and `currency` first, then the columns; rows and rounding lines, no total, so that a spreadsheet's own SUM over
a column gives the shown total. Memory stays flat: one piece of a batch at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from crossfoot.render.columns import join, raw, rewrite, slices, text_column
from crossfoot.reports.spec import Kind
from crossfoot.reports.table import Record, Table, TableColumn

BOM, END = b"\xef\xbb\xbf", b"\r\n"
POINT = "."
# What a spreadsheet would run, or take for the start of a formula, when a cell begins with it.
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
RUN_BYTES = b"=+-@\t\r\n\xef"  # the full-width signs all begin with EF in UTF-8
RUNS_FIRST = "^[" + "".join(RUNS).replace("-", r"\-") + "]"
GUARD = "'"
MACHINE_WRITTEN = {Kind.MONEY, Kind.QUANTITY, Kind.DATE, Kind.INSTANT}  # nobody else's text can stand in these
EMPTY_WORD = "(empty)"


@dataclass(frozen=True)
class Dialect:
    """What parts two cells, and the sign before the decimals."""

    delimiter: str
    decimal: str

    @property
    def special(self) -> str:
        """What a cell may not hold without quotes."""
        return f'"{self.delimiter}\r\n'


def write_delimited(table: Table, out: BinaryIO, dialect: Dialect) -> str:
    """Write the file; its sha256 in hex."""
    digest = sha256()
    for piece in _pieces(table, dialect):
        digest.update(piece)
        out.write(piece)
    return digest.hexdigest()


def file_columns(table: Table) -> tuple[TableColumn, ...]:
    """The columns after `row_kind` and `currency`; a table grouped by currency has it once."""
    return tuple(c for c in table.columns if c.key != "currency")


def _pieces(table: Table, dialect: Dialect) -> Iterator[bytes | memoryview]:
    columns = file_columns(table)
    head = ["row_kind", "currency", *(c.key for c in columns)]
    yield BOM + dialect.delimiter.join(guarded_cell(key, dialect) for key in head).encode()
    for batch in table.stream():
        for piece in slices(batch):
            yield _rows(piece, columns, dialect)
    for record in table.rounding:
        yield END + _rounding(record, columns, dialect)
    yield END


def guarded_cell(text: str, dialect: Dialect) -> str:
    """A text as a cell: made harmless to a spreadsheet, then quoted where RFC 4180 asks for it."""
    safe = GUARD + text if text.startswith(RUNS) else text
    return '"' + safe.replace('"', '""') + '"' if any(sign in safe for sign in dialect.special) else safe


def _rounding(record: Record, columns: Sequence[TableColumn], dialect: Dialect) -> bytes:
    cells = ((record.get(c.key) or "").replace(POINT, dialect.decimal) if c.kind.is_number else "" for c in columns)
    return dialect.delimiter.join(["rounding", record["currency"] or "", *cells]).encode()


def _rows(piece: pa.RecordBatch, columns: Sequence[TableColumn], dialect: Dialect) -> memoryview:
    """The lines of a piece, each begun with the end of the line before."""
    cells = [_cells(text_column(piece, c.key), c, dialect) for c in columns]
    currency = pc.fill_null(text_column(piece, "currency"), "")
    return join([END.decode() + "row", currency, *cells], dialect.delimiter)


def _cells(column: pa.StringArray, meant: TableColumn, dialect: Dialect) -> pa.StringArray:
    if meant.kind.is_number and dialect.decimal != POINT:
        column = pc.replace_substring(column, POINT, dialect.decimal)
    if meant.kind not in MACHINE_WRITTEN and _needs_care(column, dialect):
        column = rewrite(column, lambda text: guarded_cell(text, dialect))
    if meant.kind is not Kind.DIMENSION:
        return pc.fill_null(column, "")
    column = pc.fill_null(column, guarded_cell(f"({meant.empty})", dialect) if meant.empty else "")
    return _name_empty(column) if pc.any(pc.equal(column, "")).as_py() else column


def _name_empty(column: pa.StringArray) -> pa.StringArray:
    return pc.if_else(pc.equal(column, ""), EMPTY_WORD, column)


def _needs_care(column: pa.StringArray, dialect: Dialect) -> bool:
    """False when no cell needs quotes or a guard: first by the bytes of the whole column, then by its cells."""
    data = bytes(raw(column))
    if any(byte in data for byte in dialect.special.encode()):
        return True
    return any(byte in data for byte in RUN_BYTES) and bool(
        pc.any(pc.match_substring_regex(column, RUNS_FIRST)).as_py()
    )
