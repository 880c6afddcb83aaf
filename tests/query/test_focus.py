"""The FOCUS export: clean under the lint of FOCUS 1.4, and under the rules that this lint misses."""

import csv
import io
from collections import Counter
from datetime import datetime
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from focus_data_toolkit.model.validator import lint_focus_1_4_structure

from crossfoot.render.focus import COLUMNS, Parties, render_focus_csv, render_focus_parquet
from crossfoot.reports.table import Table
from tests.query.house import House
from tests.query.oracle import select
from tests.query.reseller import text

READERS = ("alice", "bob", "charlie", "dana")
PERIOD = "2026-08..2026-10"
PARTIES = Parties("Example Reseller Ltd", "C0001", "Alpha")


def charges(house: House, name: str) -> Table:
    reader = house.readers[name]
    return house.portal.table("charges", reader.user, reader.customer, period=PERIOD)


def exported(table: Table) -> list[dict[str, str]]:
    out = io.BytesIO()
    render_focus_csv(table, PARTIES, out)
    return list(csv.DictReader(io.StringIO(out.getvalue().decode())))


@pytest.mark.parametrize("name", READERS)
def test_the_lint_of_focus_finds_nothing(house: House, name: str) -> None:
    report = lint_focus_1_4_structure("Cost and Usage", exported(charges(house, name)))
    assert Counter((v.rule, v.column, v.message) for v in report.violations) == {}


@pytest.mark.parametrize("name", READERS)
def test_every_charge_is_a_row_and_billed_cost_is_what_the_customer_is_billed(house: House, name: str) -> None:
    reader = house.readers[name]
    facts = select(reader.facts(house.facts), PERIOD, {})
    rows = exported(charges(house, name))
    assert sorted(row["BilledCost"] for row in rows) == sorted(text(f.billed_cost) for f in facts)
    assert sum((Decimal(row["ListCost"]) for row in rows), Decimal(0)) == Decimal(text(sum(f.list_cost for f in facts)))


def test_what_the_lint_misses(house: House) -> None:
    """Periods in order and within UTC; one currency for an issuer's customer; a price multiplies to the list cost."""
    rows = exported(charges(house, "alice"))
    for row in rows:
        start, end, first, last = (
            datetime.fromisoformat(row[name])
            for name in ("ChargePeriodStart", "ChargePeriodEnd", "BillingPeriodStart", "BillingPeriodEnd")
        )
        assert start < end
        assert first < last
        assert (first.hour, first.tzname()) == (16, "UTC")  # midnight in GMT+08:00
        if row["ListUnitPrice"]:
            product = Decimal(row["ListUnitPrice"]) * Decimal(row["PricingQuantity"])
            assert abs(product - Decimal(row["ListCost"])) <= Decimal("0.00000001")
    assert {row["BillingCurrency"] for row in rows} == {"USD"}
    assert {row["InvoiceIssuerName"] for row in rows} == {"Example Reseller Ltd"}
    assert [name for name in rows[0] if name.startswith("x_")] == list(rows[0])[-11:]


def test_parquet_says_the_same_with_types(house: House) -> None:
    table = charges(house, "alice")
    out = io.BytesIO()
    render_focus_parquet(table, PARTIES, out)
    found = pq.read_table(io.BytesIO(out.getvalue()))
    assert found.schema.metadata[b"focus_version"] == b"1.4"
    assert found.schema.metadata[b"crossfoot_result"].decode() == table.id
    assert {name: found.schema.field(name).type for name in COLUMNS} == {
        name: kind for name, (kind, _) in COLUMNS.items()
    }
    rows = exported(table)
    assert [f"{cost:f}" for cost in found["BilledCost"].to_pylist()] == [row["BilledCost"] for row in rows]
    assert [at.isoformat() for at in found["ChargePeriodStart"].to_pylist()] == [
        row["ChargePeriodStart"].replace("Z", "+00:00") for row in rows
    ]


def test_text_is_not_guarded_because_a_program_reads_it(house: House) -> None:
    names = {row["ServiceName"] for row in exported(charges(house, "alice"))}
    assert "=cmd()" in names
