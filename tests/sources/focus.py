"""Exports in FOCUS written by a test: the columns that an export must have, and whatever a test adds."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

BASE = {
    "BillingAccountId": "payer",
    "SubAccountId": "acct-a1",
    "SubAccountName": "Alpha",
    "BillingPeriodStart": "2026-09-01T00:00:00Z",
    "ChargePeriodStart": "2026-09-03T10:00:00Z",
    "ChargePeriodEnd": "2026-09-03T11:00:00Z",
    "ChargeCategory": "Usage",
    "ChargeFrequency": "Usage-Based",
    "PricingCategory": "Standard",
    "BillingCurrency": "USD",
    "ListCost": "10.00",
    "BilledCost": "8.00",
    "ServiceName": "Compute",
}


def write_export(path: Path, rows: Sequence[Mapping[str, str]], *, without: Sequence[str] = ()) -> Path:
    """An export of these lines, each the usual one but for what it says; `.csv` or `.parquet` by the name."""
    lines = [{**BASE, **row} for row in rows]
    header = [name for name in dict.fromkeys(name for line in lines for name in line) if name not in without]
    text = path.with_suffix(".csv")
    with text.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(lines)
    if path.suffix == ".parquet":
        duckdb.sql(f"COPY (FROM read_csv('{text}', all_varchar=true)) TO '{path}' (FORMAT parquet)")
        text.unlink()
    return path
