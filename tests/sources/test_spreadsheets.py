"""Spreadsheets that people upload: what is none is refused in a sentence, and numbers are the decimals that a person sees."""

import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sources.desk import Desk
from tests.sources.partner import ENGLISH, block_of, csv_file, proposed, rows_in, take_in, xlsx_file


def _bomb(path: Path) -> Path:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/worksheets/sheet1.xml", "w") as member,
    ):
        for _ in range(200):
            member.write(b"0" * 2**20)
    return path


BOOKS = {
    "a bomb": (_bomb, "It unpacks to far more than a spreadsheet can hold."),
    "an old file or one with a password": (lambda p: (p.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600), p)[1], "It has a password, or is an old .xls file."),
    "no XLSX": (lambda p: (p.write_bytes(b"nothing of the kind"), p)[1], "It is not an XLSX file"),
    "another ZIP": (lambda p: (zipfile.ZipFile(p, "w").close(), p)[1], "It cannot be read as XLSX"),
    "an error in a cell": (lambda p: xlsx_file(p, [ENGLISH, [*rows_in(0)[0][:7], "#REF!", "1", "x"]]), "Record 1 holds the error #REF!."),
    "an empty row in between": (lambda p: xlsx_file(p, [ENGLISH, rows_in(0)[0], [""] * 10, rows_in(0)[1]]), "Row 2 below the header is empty"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BOOKS)
def test_a_spreadsheet_that_is_none_is_refused_in_a_sentence(desk: Desk, kind: str) -> None:
    make, says = BOOKS[kind]
    columns = proposed(desk, csv_file(desk.portal.inbox / "export.csv", [ENGLISH]))
    receipt = take_in(desk, make(desk.portal.inbox / "book.xlsx"), columns)
    assert block_of(receipt).message.startswith(says)
    assert (receipt.is_accepted, list(desk.portal.home.tmp.glob("work-*"))) == (False, [])


def test_excels_numbers_are_read_as_the_decimals_that_a_person_sees(desk: Desk) -> None:
    rows = [[*rows_in(0)[0][:7], cell, "1", "x"] for cell in ("0.1", "0.00000001", "12345.6789", "1e-7")]
    path = xlsx_file(desk.portal.inbox / "book.xlsx", [ENGLISH, *rows])
    receipt = take_in(desk, path, proposed(desk, path))
    assert Decimal(receipt.totals["USD"]["list_cost"] or "") == Decimal("0.1") + Decimal("0.00000001") + Decimal(
        "12345.6789"
    ) + Decimal("0.0000001")
    assert [f.check for f in receipt.findings] == ["spreadsheet", "columns"]
