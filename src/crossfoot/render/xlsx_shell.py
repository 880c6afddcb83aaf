"""The workbook around the rows: sheets, heads, formats, the sheet *About*, properties. Made by xlsxwriter, in memory.

The rows are not here: `render/xlsx.py` streams them into the sheets that this makes with their heads alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import NamedTuple
from zipfile import ZipFile

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from crossfoot.render.about import Fact
from crossfoot.render.xlsx_cells import DECIMALS, Styles
from crossfoot.reports.spec import Kind
from crossfoot.reports.table import Table, TableColumn

ABOUT = "About"
WIDTHS = {Kind.MONEY: 18, Kind.QUANTITY: 18, Kind.DATE: 12, Kind.INSTANT: 25}
NARROWEST, WIDEST = 10, 48
LABELS, TEXTS = 24, 110  # widths of About
SAMPLE = 1  # the row in which each format is used once, so that its number can be read; cut away with the rows
WIDE_FROM = 0x2E80  # Chinese, Japanese, Korean and full-width signs take two columns of a letter
LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)  # of a result without any edition
Look = Mapping[str, object]
PLAIN: Look = {}
SUM: Look = {"bold": True, "top": 1}


class Sheet(NamedTuple):
    """A sheet of rows: its heads, how wide, and its last row (from 1) that a filter reaches."""

    name: str
    heads: tuple[TableColumn, ...]
    widths: tuple[int, ...]
    last_row: int


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is known only after the rows."""

    facts: Sequence[Fact] = ()
    properties: Sequence[tuple[str, str]] = field(default=())


class Shell(NamedTuple):
    """The members of the file, and the numbers of the formats: of rows, and of sums."""

    members: dict[str, bytes]
    rows: Styles
    sums: Styles


def make_shell(table: Table, sheets: Sequence[Sheet], told: Told) -> Shell:
    """The workbook with no row in it. What stands before and after the rows does not depend on what is told."""
    out = BytesIO()
    off = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    book = xlsxwriter.Workbook(out, {"in_memory": True, **off})
    made_at = (table.meta.pinned_at or LONG_AGO).astimezone(UTC).replace(tzinfo=None)
    book.set_properties({"title": table.report.title, "subject": table.report.question, "created": made_at})
    for name, value in told.properties:
        book.set_custom_property(name, value, "text")
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    right = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "align": "right"})
    formats = [*_formats(book, PLAIN), *_formats(book, SUM)]
    for sheet in sheets:
        _frame(book.add_worksheet(sheet.name), sheet, (head, right), formats)
    _about(book, book.add_worksheet(ABOUT), told.facts, table.columns, head)
    book.close()
    with ZipFile(out) as made:
        members = {name: made.read(name) for name in made.namelist()}
    numbers = re.findall(rf'<c r="[A-Z]+{SAMPLE + 1}" s="(\d+)"/>', members[member(0)].decode())
    half = len(formats) // 2
    return Shell(members, _styles(numbers[:half]), _styles(numbers[half:]))


def member(index: int) -> str:
    """Where a sheet stands in the file."""
    return f"xl/worksheets/sheet{index + 1}.xml"


def split_sheet(data: bytes) -> tuple[bytes, bytes]:
    """What stands before the rows, with the heads, and after them. The size is left out: it is not known yet."""
    before, _, rest = data.partition(f'<row r="{SAMPLE + 1}"'.encode())
    after = rest[rest.index(b"</sheetData>") :]
    return re.sub(rb'<dimension ref="[^"]*"/>', b"", before), after


def width_of(texts: Sequence[str]) -> int:
    """How wide a column of these texts is, within reason."""
    longest = max((sum(1 + (ord(sign) >= WIDE_FROM) for sign in text) for text in texts), default=0)
    return min(max(longest + 2, NARROWEST), WIDEST)


def _formats(book: xlsxwriter.Workbook, base: Look) -> list[Format]:
    decimals = ["#,##0" + ("." + "0" * n if n else "") for n in range(DECIMALS + 1)]
    looks: list[Look] = [
        {"num_format": "@"},
        {"num_format": "@", "align": "right"},
        {"num_format": "yyyy-mm-dd"},
        {"num_format": 'yyyy-mm-dd hh:mm:ss "UTC"'},
        *({"num_format": form} for form in decimals),
    ]
    return [book.add_format({**base, **look}) for look in looks]


def _styles(numbers: Sequence[str]) -> Styles:
    text, long, date, instant, *rest = numbers
    return Styles(text, long, date, instant, tuple(rest))


def _frame(sheet: Worksheet, frame: Sheet, heads: tuple[Format, Format], formats: Sequence[Format]) -> None:
    for i, (column, width) in enumerate(zip(frame.heads, frame.widths, strict=True)):
        sheet.write_string(0, i, column.label, heads[column.kind.is_number])
        sheet.set_column(i, i, width)
    for i, one in enumerate(formats):
        sheet.write_blank(SAMPLE, i, None, one)
    last = len(frame.heads) - 1
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, frame.last_row - 1, last)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&F&R&P / &N")


def _about(
    book: xlsxwriter.Workbook, sheet: Worksheet, facts: Sequence[Fact], columns: Sequence[TableColumn], head: Format
) -> None:
    label = book.add_format({"valign": "top", "bold": True})
    text = book.add_format({"valign": "top", "text_wrap": True, "num_format": "@"})
    sheet.set_column(0, 1, LABELS)
    sheet.set_column(2, 2, TEXTS)
    row = 0
    for fact in facts:
        sheet.write_string(row, 0, fact.label, label)
        sheet.merge_range(row, 1, row, 2, "", text)
        sheet.write_string(row, 1, fact.text, text)
        row += 1
    row += 1
    for i, name in enumerate(("Column", "Key in CSV and JSON", "What it means")):
        sheet.write_string(row, i, name, head)
    for column in columns:
        row += 1
        for i, words in enumerate((column.label, column.key, column.help)):
            sheet.write_string(row, i, words, text)
    sheet.ignore_errors({"number_stored_as_text": f"A1:C{row + 1}"})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
