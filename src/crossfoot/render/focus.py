"""Charges as FOCUS 1.4 *Cost and Usage*, as CSV and Parquet, for programs: one row a charge, in the stored order.

`BilledCost` is what the customer is billed (Sell), so its sum is the Table's own total. The accrual that would part
`EffectiveCost` from it needs the terms of orders, which bills do not carry: both are what is billed. A price stands only
beside a quantity that it multiplies to the list cost with. Columns of Crossfoot's own begin with `x_` and come last.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from hashlib import sha256
from typing import BinaryIO

import pyarrow as pa
from pyarrow import csv, parquet

from crossfoot.core.clock import GMT8, instant
from crossfoot.core.ids import canonical_json
from crossfoot.core.money import WIDE, round8
from crossfoot.core.period import end_day, first_day, midnight
from crossfoot.core.tags import BadTags, parse_tags
from crossfoot.reports.table import Record, Table

COST, QUANTITY = pa.decimal128(38, 8), pa.decimal128(38, 10)
TIME, TEXT = pa.timestamp("us", "UTC"), pa.string()
PROVIDER = "Huawei Cloud"
NAMELESS = "Agreement and rounding"  # the service of what belongs to none
RECURRING = frozenset(("2", "8", "18", "103"))
COMMITTED = frozenset(("2", "3", "4", "5", "6", "Committed"))  # billing modes: reservations, plans and what they cover
ROW_GROUP = 122_880
SOLD = frozenset(("Usage", "Purchase"))


@dataclass(frozen=True)
class Parties:
    """Who bills whom."""

    issuer: str
    customer: str
    customer_name: str


@dataclass(frozen=True)
class Line:
    """One charge with what several columns need of it."""

    row: Record
    parties: Parties
    zone: tzinfo

    def __getitem__(self, key: str) -> str | None:
        """A cell of the Table."""
        return self.row[key]

    @property
    def is_usage(self) -> bool:
        """True for metered use."""
        return self.row["charge_category"] == "Usage"

    @property
    def begins(self) -> str:
        """When what is charged began: its window, or else its bill date."""
        return self.row["charge_start"] or _at(self._day, self.zone)

    @property
    def ends(self) -> str:
        """When it ended; never before it began."""
        start, end = self.begins, self.row["charge_end"]
        if end and end > start:
            return end
        if self.row["charge_start"]:
            return _instant(datetime.fromisoformat(start) + timedelta(hours=1))
        return _at(self._day + timedelta(days=1), self.zone)

    @property
    def _day(self) -> date:
        return date.fromisoformat(self.row["bill_date"] or "")


Cell = Callable[[Line], str | None]


def _column(key: str) -> Cell:
    return lambda line: line[key]


def _constant(text: str) -> Cell:
    return lambda _line: text


def _metered(key: str) -> Cell:
    """A quantity or its unit: of use alone, and only where there are both."""
    return lambda line: line[key] if line.is_usage and line["quantity"] and line["unit"] else None


def _frequency(line: Line) -> str:
    known = line["charge_frequency"]
    if known:
        return known
    return "Usage-Based" if line.is_usage else "Recurring" if line["bill_type"] in RECURRING else "One-Time"


def _pricing(line: Line) -> str | None:
    if line["charge_category"] not in SOLD:
        return None
    return "Committed" if line["charge_mode"] in COMMITTED else "Standard"


def _unit_price(line: Line) -> str | None:
    """The public price, where it multiplies with the quantity to the list cost."""
    price, quantity, cost = line["list_unit_price"], line["quantity"], line["list_cost"]
    if not (line.is_usage and line["unit"] and price and quantity and cost) or Decimal(price) < 0:
        return None
    return price if round8(WIDE.multiply(Decimal(price), Decimal(quantity))) == Decimal(cost) else None


def _tags(line: Line) -> str | None:
    try:
        tags = parse_tags(line["tags"] or "")
    except BadTags:
        return None
    return canonical_json(tags).decode() if tags else None


def _subcategory(line: Line) -> str:
    return line["service_subcategory"] or f"Other ({line['service_category'] or 'Other'})"


COLUMNS: Mapping[str, tuple[pa.DataType, Cell]] = {
    "AvailabilityZone": (TEXT, _column("availability_zone")),
    "BilledCost": (COST, _column("billed_cost")),
    "BillingAccountId": (TEXT, lambda line: line.parties.customer),
    "BillingAccountName": (TEXT, lambda line: line.parties.customer_name),
    "BillingAccountType": (TEXT, _constant("Reseller customer")),
    "BillingCurrency": (TEXT, _column("currency")),
    "BillingPeriodEnd": (TIME, lambda line: _at(end_day(line["month"] or ""), line.zone)),
    "BillingPeriodStart": (TIME, lambda line: _at(first_day(line["month"] or ""), line.zone)),
    "ChargeCategory": (TEXT, _column("charge_category")),
    "ChargeClass": (TEXT, lambda _line: None),  # of corrections, of which none is published yet
    "ChargeDescription": (TEXT, _column("description")),
    "ChargeFrequency": (TEXT, _frequency),
    "ChargePeriodEnd": (TIME, lambda line: line.ends),
    "ChargePeriodStart": (TIME, lambda line: line.begins),
    "ConsumedQuantity": (QUANTITY, _metered("quantity")),
    "ConsumedUnit": (TEXT, _metered("unit")),
    "ContractedCost": (COST, _column("billed_cost")),
    "EffectiveCost": (COST, _column("billed_cost")),
    "HostProviderName": (TEXT, _constant(PROVIDER)),
    "InvoiceIssuerName": (TEXT, lambda line: line.parties.issuer),
    "ListCost": (COST, _column("list_cost")),
    "ListUnitPrice": (QUANTITY, _unit_price),
    "PricingCategory": (TEXT, _pricing),
    "PricingQuantity": (QUANTITY, _metered("quantity")),
    "PricingUnit": (TEXT, _metered("unit")),
    "RegionId": (TEXT, _column("region")),
    "RegionName": (TEXT, _column("region_name")),
    "ResourceId": (TEXT, _column("resource")),
    "ResourceName": (TEXT, _column("resource_name")),
    "ResourceType": (TEXT, _column("resource_type")),
    "ServiceCategory": (TEXT, lambda line: line["service_category"] or "Other"),
    "ServiceName": (TEXT, lambda line: line["service"] or NAMELESS),
    "ServiceProviderName": (TEXT, _constant(PROVIDER)),
    "ServiceSubcategory": (TEXT, _subcategory),
    "SkuId": (TEXT, lambda line: line["sku"] if line["charge_category"] in SOLD else None),
    "SkuMeter": (TEXT, _column("usage_type")),
    "SubAccountId": (TEXT, _column("account")),
    "SubAccountName": (TEXT, _column("account_name")),
    "SubAccountType": (TEXT, lambda line: "Huawei Cloud account" if line["account"] else None),
    "Tags": (TEXT, _tags),
    "x_BillDate": (TEXT, _column("bill_date")),
    "x_BillType": (TEXT, _column("bill_type")),
    "x_ChargeKey": (TEXT, _column("charge_key")),
    "x_OrderId": (TEXT, _column("order_id")),
    "x_OriginalOrderId": (TEXT, _column("original_order_id")),
    "x_ProductId": (TEXT, _column("product")),
    "x_ProjectId": (TEXT, _column("project")),
    "x_ProjectName": (TEXT, _column("project_name")),
    "x_ServiceCode": (TEXT, _column("service_code")),
    "x_SourceFile": (TEXT, _column("source_file")),
    "x_SourceRecord": (TEXT, _column("source_record")),
}


def render_focus_csv(table: Table, parties: Parties, out: BinaryIO) -> str:
    """Write CSV: plain decimals, UTC times that end in Z, unguarded text, because a program reads it. The sha256 in hex."""
    schema = pa.schema([(name, TEXT) for name in COLUMNS])
    counted = _Hashed(out)
    with csv.CSVWriter(counted, schema, write_options=csv.WriteOptions(quoting_style="needed")) as writer:
        for batch in _batches(table, parties, schema):
            writer.write_batch(batch)
    return counted.digest.hexdigest()


def render_focus_parquet(table: Table, parties: Parties, out: BinaryIO) -> str:
    """Write Parquet with decimals and UTC timestamps. The sha256 in hex."""
    about = {"focus_version": "1.4", "crossfoot_result": table.id, "crossfoot_hash": f"sha256:{table.digest}"}
    kinds = pa.schema([(name, kind) for name, (kind, _) in COLUMNS.items()], metadata=about)
    texts = pa.schema([(name, TEXT) for name in COLUMNS])
    counted = _Hashed(out)
    with parquet.ParquetWriter(counted, kinds, compression="zstd") as writer:
        for batch in _batches(table, parties, texts):
            writer.write_batch(batch.cast(kinds), row_group_size=ROW_GROUP)
    return counted.digest.hexdigest()


def _batches(table: Table, parties: Parties, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    zone = UTC if table.meta.time_zone == str(UTC) else GMT8
    for batch in table.stream():
        lines = [Line(row, parties, zone) for row in batch.to_pylist()]
        columns = [pa.array([cell(line) for line in lines], TEXT) for _, cell in COLUMNS.values()]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


class _Hashed:
    """A file that is written to and summed up at once."""

    closed = False

    def __init__(self, out: BinaryIO) -> None:
        self._out, self.digest = out, sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self._out.write(data)

    def flush(self) -> None:
        self._out.flush()

    def close(self) -> None:
        """The one who opened it closes it."""


def _at(day: date, zone: tzinfo) -> str:
    return _instant(midnight(day, zone))


def _instant(value: datetime) -> str:
    return instant(value)
