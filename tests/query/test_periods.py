"""Which months a period touches: cycles as billed, bill dates over all cycles, and what is said of months not there."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from crossfoot.access.scope import scope_for
from crossfoot.core import clock
from crossfoot.core.clock import instant
from crossfoot.core.errors import BadRequest
from crossfoot.query.run import list_cycles
from tests.portal import LIST_X_1, Portal, line
from tests.query.oracle import select

NOTHING = "Nothing has been published for"


def table(house, **question):
    return house.portal.table("usage-to-cost", house.readers["alice"].user, **question)


def exact(house, **question) -> Decimal:
    totals = table(house, digits="exact", **question).totals
    return Decimal(totals[0]["billed_cost"]) if totals else Decimal(0)


def test_months_add_up_and_bill_dates_cut_the_same_charges_otherwise(house):
    months = [exact(house, period=month) for month in ("2026-08", "2026-09", "2026-10")]
    assert exact(house, period="2026-08..2026-10") == sum(months)
    assert exact(house, period="2026-08-01..2026-10-31") == sum(months)
    # Usage of 09-30 that October bills: in October as a month, before October as dates.
    october, dates = exact(house, period="2026-10"), exact(house, period="2026-10-01..2026-10-31")
    late = sum(
        f.billed_cost
        for f in house.readers["alice"].facts(house.facts)
        if f.keys["month"] == "2026-10" and str(f.keys["day"]) == "2026-09-30"
    )
    assert late
    assert october - dates == Decimal(late).scaleb(-8)


def test_every_single_day_adds_up_to_the_range(house):
    facts = house.readers["alice"].facts(house.facts)
    days = [f"2026-09-{day:02d}" for day in range(8, 15)]
    assert sum(exact(house, period=f"{day}..{day}") for day in days) == exact(house, period="2026-09-08..2026-09-14")
    assert exact(house, period="2026-09-08") == exact(house, period="2026-09-08..2026-09-08")
    wanted = sum(f.billed_cost for f in select(facts, "2026-09-08..2026-09-14", {}))
    assert exact(house, period="2026-09-08..2026-09-14") == Decimal(wanted).scaleb(-8)


@pytest.mark.parametrize(
    ("period", "cycles", "missing"),
    [
        ("2026-10", ["2026-10"], ""),
        ("2026-08..2026-10", ["2026-08", "2026-09", "2026-10"], ""),
        ("2026-07..2026-08", ["2026-08"], "2026-07"),
        ("2026-10..2026-12", ["2026-10"], "2026-11, 2026-12"),
        ("2026-06", [], "2026-06"),
        ("2026-09-30..2026-09-30", ["2026-09", "2026-10"], ""),
        ("2026-10-05..2026-10-06", ["2026-10"], ""),
        ("2026-06-01..2026-06-02", [], ""),
    ],
)
def test_the_editions_behind_a_period_and_the_months_that_are_not_there(house, period, cycles, missing):
    found = table(house, period=period)
    assert [e.cycle for e in found.meta.editions] == cycles
    assert [w for w in found.meta.warnings if NOTHING in w] == (
        [f"{NOTHING} {missing}, so it is not in these figures."] if missing else []
    )
    assert any("2026-10 is open" in w for w in found.meta.warnings) == ("2026-10" in cycles)
    if not cycles:
        assert (list(found.rows()), found.totals, found.meta.data_through) == ([], (), None)


def test_without_a_period_the_newest_published_month_is_meant(house):
    assert list_cycles(scope_for(house.readers["alice"].user)) == ["2026-10", "2026-09", "2026-08"]
    assert table(house).digest == table(house, period="2026-10").digest


def test_named_periods_are_those_of_the_billing_date(house, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 9, 30, 16, 0, tzinfo=UTC))  # already 10-01 in GMT+08:00
    assert table(house, period="this-month").digest == table(house, period="2026-10").digest
    assert table(house, period="last-month").digest == table(house, period="2026-09").digest
    assert table(house, period="last-7-days").digest == table(house, period="2026-09-24..2026-09-30").digest


def test_as_of_an_instant_the_answer_is_what_was_known_then(portal: Portal):
    """Edition 1 says 1.00, edition 2 says 3.00; at the instant of a publication it is known."""
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    at = []
    for day, list_cost in (("20", "1.00"), ("21", "3.00")):
        name = f"customerUsageV2_202610_202610{day}.tar.gz"
        portal.ingest(portal.bill(name, [line("acct-a1", "2026-10-05", list_cost)]))
        portal.publish()
        at.append(portal.table("usage-to-cost", portal.alice, period="2026-10").meta.published_at)

    def known(as_of: str) -> list[str | None]:
        asked = portal.table("usage-to-cost", portal.alice, period="2026-10", as_of=as_of)
        return [t["billed_cost"] for t in asked.totals]

    assert known(instant(at[0])) == ["1.00"]
    assert known(instant(at[1])) == ["3.00"]
    assert known("2999-01-01T00:00:00+08:00") == ["3.00"]  # a clock may stand behind the one that published
    for later in ("3000-01-02T00:00:00Z", "9999-12-31T23:59:59Z"):
        with pytest.raises(BadRequest, match="is still to come"):
            known(later)
    assert known("2020-01-01T00:00:00Z") == []
    before = portal.table("usage-to-cost", portal.alice, period="2026-10", as_of="2020-01-01T00:00:00Z")
    assert before.meta.warnings == (f"{NOTHING} 2026-10, so it is not in these figures.",)
    dates = portal.table("usage-to-cost", portal.alice, period="2026-10-01..2026-10-31", as_of=instant(at[0]))
    assert [t["billed_cost"] for t in dates.totals] == ["1.00"]
