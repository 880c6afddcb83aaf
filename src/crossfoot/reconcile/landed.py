"""Reads a bill from the bytes that arrived: tar.gz -> CSV -> lines as Arrow batches, amounts as exact decimals.

Written apart from ingest on purpose: another reader of CSV, no database. An amount that 8 decimals cannot hold is an
error here, never rounded.
"""

import csv
import tarfile
import zlib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import IO, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from crossfoot.reconcile.export import as_utf8, read_export
from crossfoot.reconcile.uploaded import read_upload
from crossfoot.runtime.files import sha256_file
from crossfoot.sources.bill import Source
from crossfoot.sources.columns import read_header

BLOCK = 16 * 2**20
MONEY = pa.decimal128(38, 8)
QUANTITY = pa.decimal128(38, 10)
# Our word for a column -> the source's key and what it holds.
COLUMNS: dict[str, tuple[str, pa.DataType]] = {
    "account_id": ("customer_id", pa.string()),
    "bill_date": ("bill_date", pa.string()),
    "bill_type": ("bill_type", pa.string()),
    "charge_mode": ("charge_mode", pa.string()),
    "service_code": ("cloud_service_type", pa.string()),
    "service_name": ("cloud_service_type_name", pa.string()),
    "region_id": ("region", pa.string()),
    "project_id": ("enterprise_project_id", pa.string()),
    "trade_id": ("trade_id", pa.string()),
    "order_id": ("order_id", pa.string()),
    "original_order_id": ("original_order_id", pa.string()),
    "usage": ("usage", QUANTITY),
    "package_usage": ("free_resource_usage", QUANTITY),
    "reserved_usage": ("ri_usage", QUANTITY),
    "list_cost": ("official_amount", MONEY),
    "amount": ("amount", MONEY),
    "settlement_amount": ("settlement_amount", MONEY),
    "currency": ("currency", pa.string()),
}
CODES = frozenset({"customer_id", "bill_type", "charge_mode", "currency"})  # blanks around them mean nothing
NO_PROJECT = pa.array(["null", "-1"])


class Unreadable(Exception):
    """A bill whose bytes are those that arrived, and which this reader cannot read."""

    def __init__(self, path: Path, error: Exception) -> None:
        """Take the file and what went wrong."""
        super().__init__(f"cannot be read ({str(error).strip()[:200]})")
        self.path = path


def find_fault(path: Path, sha256: str) -> str:
    """How the file differs from the one that was written: '' where it is the same."""
    if not path.is_file():
        return "is missing"
    return "" if sha256_file(path) == sha256 else "was altered"


class Landed(NamedTuple):
    """A file as it arrived, who made it, and the accounts for which it is in force."""

    path: Path
    source: Source
    accounts: AbstractSet[str]


def read_lines(bill: Landed, cycle: str) -> Iterator[pa.Table]:
    """The lines of the accounts in the cycle, block by block.

    Raises:
        Unreadable: the archive, its CSV or an amount cannot be read.
    """
    path, wanted = bill.path, pa.array(sorted(bill.accounts), pa.string())
    try:
        if bill.source is Source.FOCUS:
            yield from read_export(path, wanted, cycle)
            return
        if bill.source is Source.UPLOAD:
            yield from read_upload(path, wanted, cycle)
            return
        with tarfile.open(path, "r:gz") as tar:
            for info in tar:
                stream = tar.extractfile(info)
                if stream is not None:
                    yield from _read_part(stream, wanted)
    except (tarfile.TarError, zlib.error, EOFError, OSError, UnicodeDecodeError, csv.Error, pa.ArrowException) as error:
        raise Unreadable(path, error) from error


def _read_part(stream: IO[bytes], wanted: pa.Array) -> Iterator[pa.Table]:
    text = as_utf8(stream)
    header = read_header(next(csv.reader([text.readline().decode("utf-8-sig")])))
    present = {key for key in header.keys if key}
    names = [key or f"unknown {place}" for place, key in enumerate(header.keys)]
    keys = [key for key, _ in COLUMNS.values() if key in present]
    try:
        batches = arrow_csv.open_csv(
            text,
            arrow_csv.ReadOptions(block_size=BLOCK, column_names=names),
            arrow_csv.ParseOptions(newlines_in_values=True),
            arrow_csv.ConvertOptions(include_columns=keys, column_types=dict.fromkeys(keys, pa.string())),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):  # a part with a header and no line
            return
        raise
    for batch in batches:
        lines = pa.Table.from_batches([batch])
        lines = lines.filter(pc.is_in(_text(lines, "customer_id"), wanted))
        if lines.num_rows:
            yield _typed(lines, header.currency)


def _typed(lines: pa.Table, currency: str) -> pa.Table:
    nothing = pa.nulls(lines.num_rows, pa.string())
    cells = {
        name: pc.cast(_text(lines, key) if key in lines.column_names else nothing, holds)
        for name, (key, holds) in COLUMNS.items()
    }
    # A table drops nothing: what has no service name goes by its code, as on every page.
    cells["service_name"] = pc.coalesce(cells["service_name"], cells["service_code"])
    cells["currency"] = pc.utf8_upper(pc.coalesce(cells["currency"], pa.scalar(currency or None, pa.string())))
    no_project = pc.is_in(cells["project_id"], NO_PROJECT)
    cells["project_id"] = pc.if_else(no_project, pa.scalar(None, pa.string()), cells["project_id"])
    return pa.table(cells)


def _text(lines: pa.Table, key: str) -> pa.ChunkedArray:
    """The cells of a column; an empty one is null."""
    cells = pc.utf8_trim(lines[key], characters=" ") if key in CODES else lines[key]
    return pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)
