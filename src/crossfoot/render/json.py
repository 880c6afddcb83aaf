"""Table to the JSON document of contract.md, in pieces: a long report never stands in memory whole.

Page, API and command line send these bytes. Keys stand in the contract's order; a row stands on a line of its own.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from crossfoot.core.clock import instant
from crossfoot.render.columns import join, raw, rewrite, slices, text_column
from crossfoot.reports.table import Record, Table

TWO_WAYS = 2
CONTROLS = bytes(range(0x20))


def render_json(table: Table) -> Iterator[bytes]:
    """The document, piece by piece."""
    head = {
        "report": table.report.key,
        "revision": table.report.revision,
        "question": table.question.as_json(),
        "columns": [column.as_json() for column in table.columns],
    }
    yield dump(head)[:-1] + b',\n"rows": ['
    yield from _rows(table)
    yield b"\n]"
    if len(table.question.by) == TWO_WAYS:
        yield _part("subtotals", list(table.subtotals))
    yield _part("rounding", list(table.rounding))
    yield _part("totals", list(table.totals))
    yield _part("meta", _meta(table)) + b"}\n"


def dump(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """A value as the document writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": ")).encode()


def _part(key: str, value: Sequence[Record] | dict[str, Any]) -> bytes:
    return b",\n" + dump(key) + b": " + dump(value)


def _meta(table: Table) -> dict[str, Any]:
    meta = table.meta
    names = {code: asdict(name) for code, name in meta.display_names.items()}
    return {
        "editions": [edition.as_json() for edition in meta.editions],
        "data_through": instant(meta.data_through) if meta.data_through else None,
        **({"known_at": instant(meta.known_at)} if meta.known_at else {}),
        "time_zone": meta.time_zone,
        "row_count": meta.row_count,
        "warnings": list(meta.warnings),
        "known_issues": list(meta.known_issues),
        "display_names": {"service": names} if names else {},
        "hash": f"sha256:{table.digest}",
        "id": table.id,
    }


def _rows(table: Table) -> Iterator[bytes]:
    """The rows, a comma between two of them; the pieces begin with it and the first loses it."""
    keys = ["currency", *(c.key for c in table.columns if c.key != "currency")]
    is_first = True
    for batch in table.stream():
        for piece in slices(batch):
            text = _objects(piece, keys)
            yield bytes(text[1:] if is_first else text)
            is_first = False


def _objects(piece: pa.RecordBatch, keys: Sequence[str]) -> memoryview:
    pieces: list[pa.StringArray | str] = []
    before = ",\n{"
    for key in keys:
        pieces += [before + dump(key).decode() + ": ", _values(text_column(piece, key))]
        before = ", "
    return join([*pieces, "}"], "")


def _values(column: pa.StringArray) -> pa.StringArray:
    """Each cell as a JSON string or null."""
    if _needs_escape(raw(column)):
        quoted = rewrite(column, lambda text: dump(text).decode())
    else:
        quoted = pc.binary_join_element_wise('"', column, '"', "")
    return pc.fill_null(quoted, "null")


def _needs_escape(cells: memoryview) -> bool:
    data = bytes(cells)
    return b'"' in data or b"\\" in data or len(data.translate(None, CONTROLS)) != len(data)
