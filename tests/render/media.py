"""Every medium of a Table read back by a reader of its own, into lines that can be held against the JSON.

A line is its role (row, rounding, total), its currency and its cells as the Table's own texts: a figure without
thousands separators, a date in ISO. What a medium says where there is no value is worked out here, not asked of it.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser
from itertools import groupby
from typing import Any, NamedTuple

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook

from crossfoot.render.cells import View, shown_columns
from crossfoot.render.csv import render_csv
from crossfoot.render.excel_csv import render_excel_csv
from crossfoot.render.html import render_html
from crossfoot.render.json import render_json
from crossfoot.render.xlsx import render_xlsx
from crossfoot.reports.spec import Kind
from crossfoot.reports.table import Table, TableColumn

RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ESCAPE = re.compile("_x([0-9A-F]{4})_")
NUMBERS = {"money", "quantity"}
WRITTEN = NUMBERS | {"date", "instant"}  # by us: nobody else's text stands there


class Line(NamedTuple):
    role: str
    currency: str
    cells: tuple[str, ...]


def document(table: Table) -> dict[str, Any]:
    """The JSON, against which the others are held."""
    return json.loads(b"".join(render_json(table)))  # type: ignore[no-any-return]


def assert_same(table: Table) -> None:
    """The same rows, digits, order, rounding and totals in every medium; and all of them foot."""
    found = document(table)
    assert csv_lines(written(render_csv, table), ",") == wanted_csv(found, table.columns)
    assert csv_lines(written(render_excel_csv, table), ";") == wanted_csv(found, table.columns, ",")
    book = load_workbook(io.BytesIO(written(render_xlsx, table)))
    assert xlsx_lines(book) == wanted_xlsx(found, table.columns)
    assert xlsx_subtotals(book) == wanted_subtotals(found, table.columns)
    assert html_lines(table) == wanted_html(found, table)
    foots(found)


def written(render: Any, table: Table) -> bytes:
    out = io.BytesIO()
    render(table, out)
    return out.getvalue()


def foots(found: dict[str, Any]) -> None:
    """Rows and rounding add up to the totals."""
    keys = [c["key"] for c in found["columns"] if c["kind"] == "money"]
    for total in found["totals"]:
        mine = [r for r in [*found["rows"], *found["rounding"]] if r["currency"] == total["currency"]]
        for key in keys:
            if total[key] is not None:
                assert sum(Decimal(r.get(key) or 0) for r in mine) == Decimal(total[key]), (key, total)


# CSV, in both dialects


def csv_lines(data: bytes, delimiter: str) -> list[Line]:
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    head, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter, strict=True)
    assert head[:2] == ["row_kind", "currency"]
    return [Line(role, currency, tuple(cells)) for role, currency, *cells in rows]


def wanted_csv(found: dict[str, Any], columns: Sequence[TableColumn], decimal: str = ".") -> list[Line]:
    return [
        *(
            Line("row", r["currency"], tuple(_csv_cell(r[c.key], c, decimal) for c in _own(columns)))
            for r in found["rows"]
        ),
        *(
            Line("rounding", r["currency"], tuple((r.get(c.key) or "").replace(".", decimal) for c in _own(columns)))
            for r in found["rounding"]
        ),
    ]


def _csv_cell(value: str | None, column: TableColumn, decimal: str) -> str:
    if column.kind.is_number:
        return (value or "").replace(".", decimal)
    if column.kind is not Kind.DIMENSION:
        text = value or ""
    else:
        text = (f"({column.empty})" if column.empty else "(empty)") if value is None else value or "(empty)"
    return "'" + text if text.startswith(RUNS) and column.kind not in WRITTEN else text


# XLSX


def xlsx_lines(book: Workbook) -> list[Line]:
    """The rows of all sheets but the last, which go on from one to the next."""
    found = []
    for sheet in book.worksheets:
        if sheet.title in {"About", "Subtotals"}:
            continue
        for cells in sheet.iter_rows(min_row=2):
            role = cells[0].value
            if role in {"Row", "Rounding", "Total"}:
                found.append(Line(role.lower(), str(cells[1].value), tuple(cell_text(c) for c in cells[2:])))
    return found


def cell_text(cell: Cell) -> str:
    """A cell as the Table writes it; a number with as many decimals as Excel shows."""
    value, form = cell.value, str(cell.number_format)
    assert cell.data_type != "f", value
    if value is None:
        return ""
    if isinstance(value, datetime):
        if form == "yyyy-mm-dd":
            return value.date().isoformat()
        assert form.endswith('"UTC"')
        return value.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, int | float):
        assert re.fullmatch(r"#,##0(\.0+)?", form), form
        return f"{Decimal(repr(value)):.{len(form.partition('.')[2])}f}"
    return unescaped(str(value))


def unescaped(text: str) -> str:
    """As Excel reads its own escapes."""
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def wanted_xlsx(found: dict[str, Any], columns: Sequence[TableColumn]) -> list[Line]:
    own = _own(columns)
    sums = [("rounding", r) for r in found["rounding"]] + [("total", r) for r in found["totals"]]
    return [
        *(Line("row", r["currency"], tuple(_xlsx_cell(r[c.key], c) for c in own)) for r in found["rows"]),
        *(
            Line(role, r["currency"], tuple(_xlsx_cell(r[c.key], c) if c.key in r else "" for c in own))
            for role, r in sums
        ),
    ]


def _xlsx_cell(value: str | None, column: TableColumn) -> str:
    if column.kind is Kind.MONEY and value is None:
        return column.empty or "unknown"
    if column.kind is Kind.DIMENSION:
        return f"({column.empty or 'none'})" if value is None else value or "(empty)"
    return value or ""


def xlsx_subtotals(book: Workbook) -> list[tuple[str, ...]]:
    """Each subtotal as its texts, without the cells in which there is nothing."""
    if "Subtotals" not in book.sheetnames:
        return []
    return [
        tuple(text for cell in cells[1:] if (text := cell_text(cell)))
        for cells in book["Subtotals"].iter_rows(min_row=2)
    ]


def wanted_subtotals(found: dict[str, Any], columns: Sequence[TableColumn]) -> list[tuple[str, ...]]:
    return [tuple(t for t in _subtotal(record, _own(columns)) if t) for record in found.get("subtotals", ())]


def _subtotal(record: dict[str, str | None], columns: Sequence[TableColumn]) -> Iterator[str]:
    yield record["currency"] or ""
    yield from (_xlsx_cell(record[c.key], c) for c in columns if c.key in record)
    yield from (record.get(f"rounding_{c.key}") or "" for c in columns)


# The screen


class _Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[str, list[str]]] = []
        self.is_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append((dict(attrs).get("class") or "row", []))
        if tag in {"td", "th"}:
            self.rows[-1][1].append("")
            self.is_open = True

    def handle_endtag(self, tag: str) -> None:
        self.is_open = self.is_open and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        if self.is_open:
            self.rows[-1][1][-1] += data


def html_lines(table: Table) -> list[tuple[str, tuple[str, ...]]]:
    """Role and the figures of each line: words and dates have their own form on the screen, and their own tests."""
    parser = _Cells()
    parser.feed(render_html(table, View()))
    places = [i for i, c in enumerate(shown_columns(table)) if c.kind.is_number]
    return [(role, tuple(_plain(cells[i]) for i in places)) for role, cells in parser.rows[1:]]


def wanted_html(found: dict[str, Any], table: Table) -> list[tuple[str, tuple[str, ...]]]:
    own = [c for c in shown_columns(table) if c.kind.is_number]
    lines = [*_grouped(found), *(("rounding", r) for r in found["rounding"]), *(("total", r) for r in found["totals"])]
    return [
        (role, tuple(_xlsx_cell(record[c.key], c) if c.key in record else "" for c in own)) for role, record in lines
    ]


def _grouped(found: dict[str, Any]) -> Iterator[tuple[str, dict[str, str | None]]]:
    """The rows, and after those of one value of the first dimension what they miss and their sum."""
    if not found.get("subtotals"):
        yield from (("row", row) for row in found["rows"])
        return
    first, second = found["question"]["by"]
    sums = [s for s in found["subtotals"] if first in s and (second not in s or second == "currency")]
    for (currency, key), rows in groupby(found["rows"], lambda row: (row["currency"], row[first])):
        yield from (("row", row) for row in rows)
        [subtotal] = [s for s in sums if (s["currency"], s[first]) == (currency, key)]
        missed = {k.removeprefix("rounding_"): v for k, v in subtotal.items() if k.startswith("rounding_")}
        yield from [("rounding", missed)] if missed else []
        yield "subtotal", subtotal


def _plain(text: str) -> str:
    text = text.strip()
    return (
        text.replace(",", "").replace("\N{MINUS SIGN}", "-")
        if re.fullmatch(r"\N{MINUS SIGN}?[\d,]+(\.\d+)?", text)
        else text
    )


def _own(columns: Sequence[TableColumn]) -> list[TableColumn]:
    return [c for c in columns if c.key != "currency"]
