"""Feeds the readers of bills with bytes that a coverage-guided fuzzer makes up: `python -m tests.fuzz.harness WHAT ...`.

WHAT is `header` (names of columns alone, tens of thousands a second), `export` (a FOCUS file, read whole), `bill` (the
text of a Huawei file, packed and read whole) or `upload` (a file under a column map). The rest goes to libFuzzer. Two
outcomes are allowed: a refusal that is a sentence, or charges whose sums are those of their lines.
"""

import io
import sys
import tarfile
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["crossfoot.sources", "crossfoot.ingest"]):
    from crossfoot.core.errors import BadRequest
    from crossfoot.ingest.reading import CHARGES_NAME, Reading, read_bill
    from crossfoot.ingest.tags import BadTags, parse_tags
    from crossfoot.sources.bill import BadBill, BillFile, Source
    from crossfoot.sources.column_map import ColumnMap, read_map
    from crossfoot.sources.columns import read_header
    from crossfoot.sources.encoding import read_first_line
    from crossfoot.sources.focus_columns import find_doubled, find_missing, focus_layout
    from crossfoot.sources.propose import propose_map
    from crossfoot.sources.upload_files import pack_upload

import pyarrow.parquet as pq

FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-"))
DAY = date(2026, 11, 6)
MAP = read_map(
    {
        "columns": {"customer_id": "A", "bill_date": "D", "official_amount": "P"},
        "constants": {"bill_type": "5", "currency": "USD"},
        "decimal": ",",
        "thousands": ".",
        "dates": "dmy",
        "delimiter": ";",
    }
)


def header(data: bytes) -> None:
    """A header line: understood, or refused in a sentence."""
    path = FOLDER / "header.csv"
    path.write_bytes(data)
    try:
        cells, _ = read_first_line(path, "header.csv", lambda found: not find_missing(found))
    except BadBill as bad:
        _is_sentence(bad.finding.sentence)
        return
    read_header(cells)
    propose_map(cells)
    if not find_missing(cells) and not find_doubled(cells):
        focus_layout(cells)
    with suppress(BadTags):
        parse_tags(cells[0] if cells else "")


def export(data: bytes) -> None:
    """A FOCUS export in CSV."""
    landed = FOLDER / "export.csv"
    landed.write_bytes(data)
    _read(BillFile(path=landed, name="export.csv", source=Source.FOCUS, as_of=DAY), landed)


def bill(data: bytes) -> None:
    """The one part of a final bill."""
    landed = FOLDER / "bill.tar.gz"
    with tarfile.open(landed, "w:gz", compresslevel=1) as tar:
        info = tarfile.TarInfo("customerBill_202610_0001.csv")
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    name = "customerBill_202610.tar.gz"
    _read(BillFile(path=landed, name=name, cycle="2026-10", is_final=True), landed)


def upload(data: bytes) -> None:
    """A file under a map with decimal commas and days first."""
    file, landed = FOLDER / "upload.csv", FOLDER / "upload.tar"
    file.write_bytes(data)
    columns: ColumnMap = MAP
    given = BillFile(path=file, name="upload.csv", source=Source.UPLOAD, as_of=DAY, columns=columns)
    pack_upload(given, landed)
    _read(given, landed)


def _read(given: BillFile, landed: Path) -> None:
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        try:
            reading = read_bill(given, landed, Path(folder))
        except BadRequest as bad:
            _is_sentence(bad.sentence)
            return
        for finding in reading.findings:
            _is_sentence(finding.sentence)
        if reading.is_accepted:
            _foots(reading, Path(folder) / CHARGES_NAME)


def _foots(reading: Reading, charges: Path) -> None:
    """The totals told are those of the lines that were written, added with Python's own Decimal."""
    lines = pq.read_table(charges, columns=["currency", "list_cost"]).to_pylist()
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[line["currency"]] = sums.get(line["currency"], Decimal(0)) + line["list_cost"]
    assert len(lines) == reading.rows == sum(part.rows for part in reading.slices)
    assert sums == {currency: Decimal(total["list_cost"] or 0) for currency, total in reading.totals.items()}


def _is_sentence(text: str) -> None:
    assert text.strip().endswith((".", "…")), text
    assert "Traceback" not in text
    assert "\n" not in text


WHAT: dict[str, Callable[[bytes], None]] = {"header": header, "export": export, "bill": bill, "upload": upload}


if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], WHAT[sys.argv[1]])
    atheris.Fuzz()
