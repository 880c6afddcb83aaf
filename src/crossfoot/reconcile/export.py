"""Reads an export in FOCUS from the bytes that arrived: CSV or Parquet -> lines as Arrow batches, amounts exact.

Written apart from ingest on purpose: another reader of CSV, another parser of times, another rounding (Arrow's, half
away from zero, from 20 decimals). Only what money is made of is read.
"""

import codecs
import csv
import gzip
import io
import tarfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv as arrow_csv

from crossfoot.sources.focus_columns import NULLS, plain_name

BLOCK = 16 * 2**20
EXACT = pa.decimal128(38, 20)
MONEY = pa.decimal128(38, 8)
QUANTITY = pa.decimal128(38, 10)
TEXT = pa.string()
USED = (
    "BillingPeriodStart",
    "ChargePeriodStart",
    "SubAccountId",
    "SubAccountType",
    "BillingAccountId",
    "ChargeCategory",
    "PricingCategory",
    "CommitmentDiscountStatus",
    "ServiceName",
    "RegionId",
    "BillingCurrency",
    "ListCost",
    "BilledCost",
    "ConsumedQuantity",
)
GMT8_START = 16  # a month that begins at 16:00 UTC begins at midnight in GMT+08:00
EIGHT_HOURS = timedelta(hours=8)


def read_export(path: Path, wanted: pa.Array, cycle: str) -> Iterator[pa.Table]:
    """The lines of the accounts in the cycle, part by part and block by block."""
    if path.suffix == ".tar":
        with tarfile.open(path, "r:") as tar:
            for info in tar:
                stream = tar.extractfile(info)
                if stream is not None:
                    yield from _read(io.BytesIO(stream.read()), info.name, wanted, cycle)
        return
    with path.open("rb") as stream:
        yield from _read(stream, path.name, wanted, cycle)


def _read(stream: IO[bytes], name: str, wanted: pa.Array, cycle: str) -> Iterator[pa.Table]:
    batches = _parquet(stream) if name.endswith(".parquet") else _csv(stream, name)
    for batch in batches:
        lines = _lines(batch, cycle)
        lines = lines.filter(pc.is_in(lines["account_id"], wanted))
        if lines.num_rows:
            yield lines


def _parquet(stream: IO[bytes]) -> Iterator[pa.Table]:
    file = pq.ParquetFile(stream)
    names = _places(file.schema_arrow.names)
    for batch in file.iter_batches(columns=list(names.values())):
        yield pa.table({name: pc.cast(batch.column(there), TEXT) for name, there in names.items()})


def _csv(stream: IO[bytes], name: str) -> Iterator[pa.Table]:
    plain = as_utf8(gzip.GzipFile(fileobj=stream) if name.endswith(".gz") else stream)
    header = next(csv.reader([plain.readline().decode("utf-8-sig")]))
    columns = [f"{place} {name}" for place, name in enumerate(header)]
    names = _places(header)
    places = {name: f"{header.index(there)} {there}" for name, there in names.items()}
    reader = arrow_csv.open_csv(
        plain,
        arrow_csv.ReadOptions(block_size=BLOCK, column_names=columns),
        arrow_csv.ParseOptions(newlines_in_values=True),
        arrow_csv.ConvertOptions(
            include_columns=list(places.values()), column_types=dict.fromkeys(places.values(), TEXT)
        ),
    )
    for batch in reader:
        yield pa.table({name: batch.column(there) for name, there in places.items()})


def _places(header: list[str]) -> dict[str, str]:
    """What we read -> what the file calls it."""
    by_name = {plain_name(name): name for name in header}
    return {name: by_name[plain_name(name)] for name in USED if plain_name(name) in by_name}


def as_utf8(stream: IO[bytes] | gzip.GzipFile) -> IO[bytes] | gzip.GzipFile:
    """The stream, recoded where its bytes are not UTF-8 but GB18030: ingest accepted it and said so."""
    is_utf8 = _is_utf8(stream)
    stream.seek(0)
    return stream if is_utf8 else io.BytesIO(stream.read().decode("gb18030").encode())


def _is_utf8(stream: IO[bytes] | gzip.GzipFile) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := stream.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _lines(batch: pa.Table, cycle: str) -> pa.Table:
    """The words of `landed.COLUMNS` for the lines of the cycle."""
    cells = {name: _cells(batch, name) for name in USED}
    starts = cells["BillingPeriodStart"].to_pylist()
    mine = pa.array([_cycle(start) == cycle for start in starts], pa.bool_())
    cells = {name: column.filter(mine) for name, column in cells.items()}
    starts = cells["BillingPeriodStart"].to_pylist()
    days = [_day(*pair) for pair in zip(cells["ChargePeriodStart"].to_pylist(), starts, strict=True)]
    is_project = pc.fill_null(pc.equal(cells["SubAccountType"], "Enterprise Project"), False)  # noqa: FBT003
    account = pc.if_else(
        is_project, cells["BillingAccountId"], pc.coalesce(cells["SubAccountId"], cells["BillingAccountId"])
    )
    modes = pc.if_else(pc.is_valid(cells["CommitmentDiscountStatus"]), "Committed", _words(cells["PricingCategory"]))
    nothing = pa.nulls(len(days), TEXT)
    return pa.table(
        {
            "account_id": pc.utf8_trim(account, characters=" "),
            "bill_date": pa.array(days, TEXT),
            "bill_type": _words(cells["ChargeCategory"]),
            "charge_mode": modes,
            "service_code": nothing,
            "service_name": cells["ServiceName"],
            "region_id": cells["RegionId"],
            "project_id": pc.if_else(is_project, cells["SubAccountId"], pa.scalar(None, TEXT)),
            "trade_id": nothing,
            "order_id": nothing,
            "original_order_id": nothing,
            "usage": _rounded(cells["ConsumedQuantity"], QUANTITY),
            "package_usage": pc.cast(nothing, QUANTITY),
            "reserved_usage": pc.cast(nothing, QUANTITY),
            "list_cost": _rounded(cells["ListCost"], MONEY),
            "amount": pc.cast(nothing, MONEY),
            "settlement_amount": _rounded(cells["BilledCost"], MONEY),
            "currency": pc.utf8_upper(cells["BillingCurrency"]),
        }
    )


def _cells(batch: pa.Table, name: str) -> pa.ChunkedArray:
    """A column as text; words for nothing are null, and so is a column that is not there."""
    if name not in batch.column_names:
        return pa.chunked_array([pa.nulls(batch.num_rows, TEXT)])
    cells = batch[name]
    return pc.if_else(pc.is_in(cells, pa.array(NULLS)), pa.scalar(None, TEXT), cells)


def _words(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """FOCUS's words are capitalised, whatever the file does."""
    return pc.utf8_capitalize(pc.utf8_trim(cells, characters=" "))


def _rounded(cells: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    exact = pc.cast(cells, EXACT)
    return pc.cast(pc.round(exact, kind.scale, round_mode="half_towards_infinity"), kind)


@cache
def _instant(text: str) -> datetime:
    plain = text.removesuffix("UTC").removesuffix("Z").strip()
    return datetime.fromisoformat(plain).replace(tzinfo=None)


def _local(text: str, month_start: str) -> datetime:
    """On the clock by which the export cuts its months."""
    return _instant(text) + (EIGHT_HOURS if _instant(month_start).hour == GMT8_START else timedelta())


@cache
def _cycle(start: str) -> str:
    return f"{_local(start, start):%Y-%m}"


def _day(text: str, month_start: str) -> str:
    return f"{_local(text, month_start):%Y-%m-%d}"
