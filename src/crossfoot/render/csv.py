"""Table to CSV (contract.md): commas, decimal points, keys as heads. For programs, and for a spreadsheet that speaks English.

What describes the file goes into a file beside it (`render_metadata`), never above the header.
"""

import json
from typing import BinaryIO

from crossfoot.core.clock import instant
from crossfoot.render.delimited import Dialect, file_columns, write_delimited
from crossfoot.reports.table import Table, TableColumn

COMMAS = Dialect(delimiter=",", decimal=".")


def render_csv(table: Table, out: BinaryIO) -> str:
    """Write the file; its sha256 in hex."""
    return write_delimited(table, out, COMMAS)


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
        **({"known_at": instant(meta.known_at)} if meta.known_at else {}),
        "time_zone": meta.time_zone,
        "row_count": meta.row_count,
        "warnings": list(meta.warnings),
        "known_issues": list(meta.known_issues),
        "dialect": {"encoding": "utf-8", "lineTerminators": ["\r\n"], "quoteChar": '"', "doubleQuote": True},
        "tableSchema": {"columns": [*FIRST_COLUMNS, *(_definition(c) for c in file_columns(table))]},
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
