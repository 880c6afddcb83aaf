"""Table to CSV (contract.md): BOM, CRLF, RFC 4180, `row_kind` and `currency` first, rows and rounding lines, no total.

A spreadsheet's own SUM over a column therefore gives the shown total. What describes the file goes into a file beside
it (`render_metadata`), never above the header. Memory stays flat: one piece of a batch at a time.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from crossfoot.core.clock import instant
from crossfoot.render.columns import join, raw, rewrite, slices, text_column
from crossfoot.reports.spec import Kind
from crossfoot.reports.table import Record, Table, TableColumn

BOM, END = b"\xef\xbb\xbf", b"\r\n"
SPECIAL = b'",\r\n'
# What a spreadsheet would run, or take for the start of a formula, when a cell begins with it.
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
RUN_BYTES = b"=+-@\t\r\n\xef"  # the full-width signs all begin with EF in UTF-8
RUNS_FIRST = "^[" + "".join(RUNS).replace("-", r"\-") + "]"
GUARD = "'"
MACHINE_WRITTEN = {Kind.MONEY, Kind.QUANTITY, Kind.DATE, Kind.INSTANT}  # nobody else's text can stand in these
EMPTY_WORD = "(empty)"


def render_csv(table: Table, out: BinaryIO) -> str:
    """Write the file; its sha256 in hex."""
    digest = sha256()

    def write(data: bytes | memoryview) -> None:
        digest.update(data)
        out.write(data)

    columns = csv_columns(table)
    write(BOM + line(["row_kind", "currency", *(c.key for c in columns)]))
    for batch in table.stream():
        for piece in slices(batch):
            write(_rows(piece, columns))
    for record in table.rounding:
        write(END + _rounding(record, columns))
    write(END)
    return digest.hexdigest()


def csv_columns(table: Table) -> tuple[TableColumn, ...]:
    """The columns after `row_kind` and `currency`; a table grouped by currency has it once."""
    return tuple(c for c in table.columns if c.key != "currency")


def line(texts: Sequence[str]) -> bytes:
    """One line of texts, without its end."""
    return ",".join(guarded_cell(text) for text in texts).encode()


def guarded_cell(text: str) -> str:
    """A text as a cell: made harmless to a spreadsheet, then quoted where RFC 4180 asks for it."""
    safe = GUARD + text if text.startswith(RUNS) else text
    return '"' + safe.replace('"', '""') + '"' if any(sign in safe for sign in '",\r\n') else safe


def _rounding(record: Record, columns: Sequence[TableColumn]) -> bytes:
    cells = ((record.get(c.key) or "") if c.kind.is_number else "" for c in columns)
    return ",".join(["rounding", record["currency"] or "", *cells]).encode()


def _rows(piece: pa.RecordBatch, columns: Sequence[TableColumn]) -> memoryview:
    """The lines of a piece, each begun with the end of the line before."""
    cells = [_cells(text_column(piece, c.key), c) for c in columns]
    currency = pc.fill_null(text_column(piece, "currency"), "")
    return join(["\r\nrow", currency, *cells], ",")


def _cells(column: pa.StringArray, meant: TableColumn) -> pa.StringArray:
    if meant.kind not in MACHINE_WRITTEN and _needs_care(column):
        column = rewrite(column, guarded_cell)
    if meant.kind is not Kind.DIMENSION:
        return pc.fill_null(column, "")
    column = pc.fill_null(column, guarded_cell(f"({meant.empty})") if meant.empty else "")
    return _name_empty(column) if pc.any(pc.equal(column, "")).as_py() else column


def _name_empty(column: pa.StringArray) -> pa.StringArray:
    return pc.if_else(pc.equal(column, ""), EMPTY_WORD, column)


def _needs_care(column: pa.StringArray) -> bool:
    """False when no cell needs quotes or a guard: first by the bytes of the whole column, then by its cells."""
    data = bytes(raw(column))
    if any(byte in data for byte in SPECIAL):
        return True
    return any(byte in data for byte in RUN_BYTES) and bool(
        pc.any(pc.match_substring_regex(column, RUNS_FIRST)).as_py()
    )


def render_metadata(table: Table) -> bytes:
    """What describes the CSV, for the file beside it: identity, provenance, and every column's definition."""
    meta = table.meta
    document = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{table.report.key}--{table.id}.csv",
        "id": table.id,
        "hash": f"sha256:{table.digest}",
        "report": table.report.key,
        "revision": table.report.revision,
        "title": table.report.title,
        "question": table.question.as_json(),
        "editions": [edition.as_json() for edition in meta.editions],
        "data_through": instant(meta.data_through) if meta.data_through else None,
        "time_zone": meta.time_zone,
        "row_count": meta.row_count,
        "warnings": list(meta.warnings),
        "known_issues": list(meta.known_issues),
        "dialect": {"encoding": "utf-8", "lineTerminators": ["\r\n"], "quoteChar": '"', "doubleQuote": True},
        "tableSchema": {"columns": [*FIRST_COLUMNS, *(_definition(c) for c in csv_columns(table))]},
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _definition(column: TableColumn) -> dict[str, str]:
    number = {"datatype": "decimal"} if column.kind.is_number else {}
    return {"name": column.key, "titles": column.label, "dc:description": column.help, "kind": column.kind, **number}


FIRST_COLUMNS = (
    {
        "name": "row_kind",
        "titles": "Row kind",
        "dc:description": "`row` is a row of the report; `rounding` is what the rounded rows miss of the rounded total.",
        "kind": "text",
    },
    {
        "name": "currency",
        "titles": "Currency",
        "dc:description": "The currency of every amount in the line.",
        "kind": "text",
    },
)
