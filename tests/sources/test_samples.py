"""Every published sample file loads, or is refused with a sentence that a billing clerk understands."""

import csv
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from crossfoot.reconcile import reconcile
from tests.sources.desk import Desk

GENERATED = (
    "aws_1_2_cost_and_usage_rows25_seed7_credits.csv",
    "azure_1_2_cost_and_usage_rows25_seed7_credits.csv",
)
LACKS = "As an export in FOCUS it lacks the columns "
SPEND = "BillingCurrency, ListCost, SubAccountId or BillingAccountId."
REFUSED = {
    "PricingUnits.csv": LACKS
    + "BillingCurrency, BillingPeriodStart, ChargeCategory, ChargePeriodStart, ListCost, SubAccountId or BillingAccountId.",
    "Services.csv": LACKS
    + "BillingCurrency, BillingPeriodStart, ChargeCategory, ChargePeriodStart, ListCost, SubAccountId or BillingAccountId.",
    **{
        f"focus_spec/commitment_discount_{kind}_scenario_{n}.csv": LACKS + SPEND
        for kind, most in (("purchase", 3), ("usage", 4))
        for n in range(1, most + 1)
    },
}


def test_every_sample_is_one_of_those_named_here(samples: Path) -> None:
    there = {str(p.relative_to(samples)) for p in samples.rglob("*.csv")}
    loaded = {"focus_sample_1000_v1.0.csv", *GENERATED, "focus_spec/saas_spend_agreements_a1.csv"}
    assert there == {*REFUSED, *loaded}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_cost_and_usage_table_is_refused_by_what_it_lacks(
    desk: Desk, samples: Path, name: str
) -> None:
    [receipt] = desk.ingest(samples / name)
    assert (receipt.is_accepted, receipt.rows) == (False, 0)
    assert [f.message for f in receipt.findings] == [REFUSED[name]]


def _sums(path: Path) -> tuple[int, Decimal, Decimal]:
    """Added by Python's own CSV reader and Decimal, each line rounded half-up to 8 decimals."""
    with path.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    eight = Decimal("0.00000001")
    sums = (
        sum((Decimal(row[name]).quantize(eight, ROUND_HALF_UP) for row in rows), Decimal(0))
        for name in ("ListCost", "BilledCost")
    )
    return len(rows), *sums  # type: ignore[return-value]  # two sums


@pytest.mark.parametrize("name", ["focus_sample_1000_v1.0.csv", *GENERATED])
def test_an_export_loads_with_the_sums_of_its_lines(desk: Desk, samples: Path, name: str) -> None:
    [receipt] = desk.ingest(samples / name)
    rows, list_cost, billed_cost = _sums(samples / name)
    total = receipt.totals["USD"]
    assert (receipt.is_clean, receipt.rows) == (True, rows)
    assert (Decimal(total["list_cost"] or ""), Decimal(total["settlement_amount"] or "")) == (list_cost, billed_cost)


def test_the_real_bill_is_read_with_its_oddities_said(desk: Desk, samples: Path) -> None:
    """Anonymised real bills: `NULL` for nothing, 11 to 15 decimals, seven words in the wrong case, a column nobody knows."""
    [receipt] = desk.ingest(samples / "focus_sample_1000_v1.0.csv")
    said = {(f.check, f.column): f.count for f in receipt.findings}
    assert said == {
        ("as-received", "ListCost"): 494,
        ("as-received", "BilledCost"): 493,
        ("as-received", "ContractedCost"): 39,
        ("as-received", "EffectiveCost"): 19,
        ("as-received", "ConsumedQuantity"): 8,
        ("as-received", "ChargeFrequency"): 7,
        ("columns", "Id"): 1,
    }
    accounts = Counter(_accounts(samples / "focus_sample_1000_v1.0.csv"))
    desk.portal.customers(*(f"C0009,Sample,USD,{account},," for account in accounts))
    desk.portal.prices("R2,2024-01-01,2026-01-01,,,list_pct,100")
    published = {p.cycle: p.editions for p in desk.portal.publish()}
    assert published == {"2024-09": (("C0009", 1, "final"),), "2024-10": (("C0009", 1, "final"),)}
    assert reconcile(desk.portal.home).is_clean


def _accounts(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as text:
        return [row["SubAccountId"] for row in csv.DictReader(text)]


def test_dates_of_another_calendar_refuse_the_account_by_record(desk: Desk, samples: Path) -> None:
    [receipt] = desk.ingest(samples / "focus_spec" / "saas_spend_agreements_a1.csv")
    blocks = [f for f in receipt.findings if f.is_block]
    assert {f.column for f in blocks} == {"BillingPeriodStart", "ChargePeriodStart", "ChargePeriodEnd"}
    assert {(f.record, f.value) for f in blocks} == {(1, "4/1/25"), (1, "5/1/25")}
    assert receipt.rows == 0
