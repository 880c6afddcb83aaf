"""Billing periods, and refunds and adjustments, against plain sums over the lines that went in, for every reader."""

from calendar import monthrange
from collections import defaultdict
from datetime import date

import pytest

from tests.query.house import House
from tests.query.oracle import select
from tests.query.reseller import Fact, text

READERS = ("alice", "bob", "shop", "both", "charlie", "dana")
OPEN = "2026-10"
KINDS = {"4": "Refund", "13": "Handling fee", "9": "Compensation", None: "Invoice rounding"}


def earlier(day: date) -> date | None:
    """The same day a month earlier, if there is one."""
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return date(year, month, day.day) if day.day <= monthrange(year, month)[1] else None


def added(facts: list[Fact], second: str) -> dict[object, int]:
    found: dict[object, int] = defaultdict(int)
    for fact in facts:
        found[fact.value(second)] += fact.billed_cost
    return found


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("second", ["service", "project", "tag:env"])
def test_a_closed_month_beside_the_one_before(house: House, name: str, second: str) -> None:
    reader = house.readers[name]
    facts = reader.facts(house.facts)
    table = house.portal.table(
        "billing-periods", reader.user, reader.customer, period="2026-09", by=["month", second], digits="exact"
    )
    now, before = added(select(facts, "2026-09", {}), second), added(select(facts, "2026-08", {}), second)
    same = added([f for f in select(facts, "2026-08", {}) if str(f.keys["day"]) < "2026-08-31"], second)
    rows = {row[second]: row for row in table.rows()}
    assert set(rows) == {None if k is None else str(k) for k in {*now, *before}}
    for key in {*now, *before}:
        row = rows[None if key is None else str(key)]
        wanted = (now[key], before[key], now[key] - before[key], same[key], now[key] - same[key])
        keys = ("billed_cost", "month_before", "month_change", "same_days", "same_days_change")
        assert tuple(row[k] for k in keys) == tuple(map(text, wanted)), key
    assert table.totals[0]["month_change"] == text(sum(now.values()) - sum(before.values()))


@pytest.mark.parametrize("name", READERS)
def test_every_day_of_two_months_beside_the_same_day_a_month_earlier(house: House, name: str) -> None:
    """September is closed, of October the data reach as far as they say; July is not published at all."""
    reader = house.readers[name]
    facts = reader.facts(house.facts)
    table = house.portal.table(
        "billing-periods", reader.user, reader.customer, period="2026-09..2026-10", by=["day"], digits="exact"
    )
    assert table.meta.data_through
    end = table.meta.data_through.date()  # 16:00 UTC ends the day of this date
    cost: dict[tuple[str, date], int] = defaultdict(int)
    for fact in facts:
        cost[str(fact.keys["month"]), fact.keys["day"]] += fact.billed_cost  # type: ignore[index]
    rows = {date.fromisoformat(row["day"] or ""): row for row in table.rows()}
    for day in [date(2026, 9, 1 + n) for n in range(30)] + [date(2026, 10, 1 + n) for n in range(end.day)]:
        row, partner = rows[day], earlier(day)
        own = sum(amount for (cycle, at), amount in cost.items() if at == day and cycle in {"2026-09", "2026-10"})
        assert row["billed_cost"] == text(own), day
        if partner is None:
            assert row["same_days"] is None, day
        else:
            assert row["same_days"] == text(cost[f"{partner:%Y-%m}", partner]), day
    assert table.totals[0]["billed_cost"] == text(sum(f.billed_cost for f in select(facts, "2026-09..2026-10", {})))


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("period", ["2026-08..2026-10", "2026-09-11..2026-10-02"])
def test_every_line_that_is_no_plain_usage_or_purchase_and_no_other(house: House, name: str, period: str) -> None:
    reader = house.readers[name]
    facts = [f for f in select(reader.facts(house.facts), period, {}) if f.keys["bill_type"] in KINDS]
    table = house.portal.table("refunds-and-adjustments", reader.user, reader.customer, period=period)
    found = sorted((row["kind"], row["bill_date"], row["billed_cost"]) for row in table.rows())
    assert found == sorted((KINDS[f.keys["bill_type"]], str(f.keys["day"]), text(f.billed_cost)) for f in facts)  # type: ignore[index]
    if facts:
        assert table.totals[0]["billed_cost"] == text(sum(f.billed_cost for f in facts))


def test_a_kind_can_be_filtered_by(house: House) -> None:
    alice = house.readers["alice"]
    facts = [f for f in select(alice.facts(house.facts), "2026-09", {}) if f.keys["bill_type"] == "4"]
    table = house.portal.table(
        "refunds-and-adjustments", alice.user, "C0001", period="2026-09", filters={"kind": ["Refund"]}
    )
    assert {row["kind"] for row in table.rows()} == {"Refund"}
    assert table.totals[0]["billed_cost"] == text(sum(f.billed_cost for f in facts))
