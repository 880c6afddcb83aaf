"""A sheet of an XLSX file as CSV in UTF-8. Read in the child: an XLSX is a ZIP of XML from outside.

Excel keeps 15 digits of a number; each is written as the shortest decimal that means the same.
"""

import csv
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from crossfoot.core.finding import Finding
from crossfoot.sources.bill import BadBill, refusal, remark

MAX_BYTES = 2**31
MAX_RATIO, RATIO_GRACE = 200, 64 * 2**20
MAX_MEMBERS = 5000
OLE = b"\xd0\xcf\x11\xe0"
SAVE = "Save it in Excel as .xlsx without a password, or as CSV in UTF-8, and upload it again."


def write_csv(file: Path, name: str, sheet: str, header_row: int, target: Path) -> list[Finding]:
    """Write the named sheet, or the first, from its header row on. Empty rows at the end are left out.

    Raises:
        BadBill: it is no XLSX, has a password, is a bomb, has no such sheet, or a cell holds an error.
    """
    _look_at(file, name)
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        page = _page(book.sheetnames, sheet, name)
        rows = book[page]
        if not isinstance(rows, ReadOnlyWorksheet):
            raise BadBill(refusal(name, f"The sheet {page!r} is a chart, not a table.", SAVE))
        with target.open("w", encoding="utf-8", newline="") as out:
            has_numbers = _write(
                csv.writer(out, lineterminator="\n"), rows.iter_rows(min_row=header_row, values_only=True), name
            )
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError, EOFError) as error:
        raise BadBill(refusal(name, f"It cannot be read as XLSX ({str(error)[:120]}).", SAVE)) from error
    if not has_numbers:
        return []
    said = "Its numbers are Excel's, which keep 15 digits: each was read as the shortest decimal that means it."
    return [remark(name, "spreadsheet", said, "Nothing to do, unless amounts have more than 15 digits.")]


def _look_at(file: Path, name: str) -> None:
    """The sizes that the ZIP declares; zipfile itself refuses a member that holds more than it says."""
    with file.open("rb") as data:
        if data.read(4) == OLE:
            raise BadBill(refusal(name, "It has a password, or is an old .xls file.", SAVE))
    try:
        with zipfile.ZipFile(file) as packed:
            members = packed.infolist()
    except zipfile.BadZipFile as error:
        raise BadBill(refusal(name, f"It is not an XLSX file ({error}).", SAVE)) from error
    size = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or size > MAX_BYTES or size > file.stat().st_size * MAX_RATIO + RATIO_GRACE:
        raise BadBill(refusal(name, "It unpacks to far more than a spreadsheet can hold.", SAVE))


def _page(sheets: list[str], wanted: str, name: str) -> str:
    if wanted and wanted not in sheets:
        raise BadBill(
            refusal(
                name, f"It has no sheet {wanted!r}, but {', '.join(sheets)[:200]}.", "Name one of these in the map."
            )
        )
    return wanted or sheets[0]


def _write(writer: "csv._writer", rows: Iterable[tuple[object, ...]], name: str) -> bool:  # type: ignore[name-defined]  # of typeshed
    width, has_numbers, empty = 0, False, 0
    for number, row in enumerate(rows):
        cells = [_text(cell) for cell in row]
        if number == 0:
            while cells and not cells[-1]:
                cells.pop()
            width = len(cells)
        if not any(cells):
            empty += 1
            continue
        if empty and number:
            raise BadBill(
                refusal(
                    name,
                    f"Row {number - 1} below the header is empty and others follow it.",
                    "Remove it and upload the file again.",
                )
            )
        if bad := next((cell for cell in cells if cell.startswith("#") and cell.endswith(("!", "?", "/A"))), ""):
            raise BadBill(
                refusal(name, f"Record {number} holds the error {bad}.", "Mend the formula and upload the file again.")
            )
        if any(cells[width:]):
            raise BadBill(refusal(name, f"Record {number} has a cell to the right of the last column's name.", SAVE))
        has_numbers = has_numbers or any(isinstance(cell, float) for cell in row)
        writer.writerow((cells + [""] * width)[:width])
    return has_numbers


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return f"{Decimal(repr(cell)):f}"
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d") if cell.time() == time() else cell.strftime("%Y-%m-%d %H:%M:%S")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
