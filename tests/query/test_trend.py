"""Days, weeks and months beside what they are compared with, against sums worked out by hand.

Every day of September costs 1.00, of October 2.00, of November 3.00. September and October are closed; November is open
and whole to the 10th, with a first charge of 1.00 on the 11th.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crossfoot.core.errors import BadRequest
from crossfoot.core.period import end_day, first_day, midnight
from crossfoot.core.roles import Role
from crossfoot.publish.plan import PlannedEdition
from crossfoot.query.select import measures_of
from crossfoot.query.trend import DaySum, Trend, with_month_before
from crossfoot.reports.periods import BILLING_PERIODS
from crossfoot.reports.question import Question, ask

COST = {"2026-09": "1.00", "2026-10": "2.00", "2026-11": "3.00"}
ROLE = Role.CUSTOMER_FINANCE


def edition(cycle: str, through: date | None = None) -> PlannedEdition:
    at = datetime(2026, 11, 12, tzinfo=UTC)
    return PlannedEdition(cycle, 1, "open" if through else "final", at, midnight(through or end_day(cycle)), (), ())


EDITIONS = (edition("2026-09"), edition("2026-10"), edition("2026-11", date(2026, 11, 11)))


def days_of(cycle: str, last: date | None = None, **fields: Any) -> list[DaySum]:
    start, end = first_day(cycle), (last + timedelta(days=1) if last else end_day(cycle))
    return [
        DaySum("USD", cycle, start + timedelta(days=n), Decimal(COST[cycle]), **fields)
        for n in range((end - start).days)
    ]


DAYS = [
    *days_of("2026-09"),
    *days_of("2026-10"),
    *days_of("2026-11", date(2026, 11, 10)),
    DaySum("USD", "2026-11", date(2026, 11, 11), Decimal("1.00")),
]


def asked(period: str, *by: str) -> Question:
    return ask(BILLING_PERIODS, ROLE, period=period, by=by)


def answer(question: Question, days: Sequence[DaySum] = DAYS, editions: Sequence[PlannedEdition] = EDITIONS) -> Any:
    assert question.period
    wider = with_month_before(question.period)
    seen = [e for e in editions if wider.start < end_day(e.cycle) and first_day(e.cycle) < wider.end]
    trend = Trend(question, seen)
    mine = [d for d in days if d.cycle in {e.cycle for e in seen}]
    return trend, trend.answer(mine, measures_of(question))


def test_a_closed_month_beside_the_one_before_and_beside_its_same_days() -> None:
    """62.00 less 30.00; and, without the 31st which September does not have, 60.00 less 30.00."""
    trend, found = answer(asked("2026-10", "month"))
    row = {
        "billed_cost": "62.00",
        "month_before": "30.00",
        "month_change": "32.00",
        "compared_cost": "60.00",
        "same_days": "30.00",
        "same_days_change": "30.00",
    }
    assert found.rows == ({"currency": "USD", "month": "2026-10", "state": "complete", **row},)
    assert found.totals == ({"currency": "USD", **row},)
    assert list(trend.notes()) == ["Not compared, because the other month is shorter: 2026-10-31."]


def test_an_open_month_is_compared_by_its_whole_days_alone() -> None:
    """10 whole days: 30.00 beside 20.00; the 1.00 of the 11th is cost, and is compared with nothing."""
    trend, found = answer(asked("2026-11", "month"))
    assert found.rows[0] == {
        "currency": "USD",
        "month": "2026-11",
        "state": "incomplete",
        "billed_cost": "31.00",
        "month_before": None,
        "month_change": None,
        "compared_cost": "30.00",
        "same_days": "20.00",
        "same_days_change": "10.00",
    }
    assert list(trend.notes()) == [
        "2026-11: its whole days, 2026-11-01 to 2026-11-10, are compared with the same days of the month before."
    ]


def test_a_day_stands_beside_the_same_day_a_month_earlier() -> None:
    _, found = answer(asked("2026-10", "day"))
    assert len(found.rows) == 31
    assert found.rows[0] == {
        "currency": "USD",
        "day": "2026-10-01",
        "state": "complete",
        "billed_cost": "2.00",
        "same_days": "1.00",
        "same_days_change": "1.00",
    }
    assert (found.rows[30]["billed_cost"], found.rows[30]["same_days"]) == ("2.00", None)
    assert found.totals[0]["same_days_change"] == "30.00"


LATE = DaySum("USD", "2026-10", date(2026, 9, 30), Decimal("0.50"))  # used on 30 September, billed in October


@pytest.mark.parametrize("period", ["2026-10", "2026-09..2026-10", "2026-09..2026-11"])
def test_a_month_is_compared_alike_whatever_is_asked_for_beside_it(period: str) -> None:
    """Of 62.50 the 0.50 of another month's day has no partner, and the 31st has none: 60.00 beside 30.00."""
    _, found = answer(asked(period, "month"), [*DAYS, LATE])
    [row] = [row for row in found.rows if row["month"] == "2026-10"]
    keys = ("billed_cost", "compared_cost", "same_days", "same_days_change", "month_before", "month_change")
    assert [row[key] for key in keys] == ["62.50", "60.00", "30.00", "30.00", "30.00", "32.50"]


def test_a_day_of_which_another_month_bills_the_rest_is_partial() -> None:
    _, found = answer(asked("2026-10", "day"), [*DAYS, LATE])
    assert {row["day"]: (row["billed_cost"], row["state"], row["same_days"]) for row in found.rows[:2]} == {
        "2026-09-30": ("0.50", "partial", None),
        "2026-10-01": ("2.00", "complete", "1.00"),
    }


def test_a_row_adds_up_across_in_the_digits_that_are_shown() -> None:
    """3.005 shows 3.00, 1.004 shows 1.00, and 2.001 would show 2.00; 3.006 and 1.004 would show 3.01, 1.00 and 2.00."""
    days = [
        DaySum("USD", cycle, date.fromisoformat(f"{cycle}-0{n}"), Decimal(cost))
        for cycle, costs in (("2026-09", ("1.004", "1.004", "1.004")), ("2026-10", ("3.006", "3.008", "3.009")))
        for n, cost in enumerate(costs, start=1)
    ]
    for by in ("day", "month"):
        _, found = answer(asked("2026-10", by), days, EDITIONS[:2])
        for row in (*found.rows, *found.totals):
            if row["same_days_change"] is not None:
                compared = row.get("compared_cost") or row["billed_cost"]
                assert Decimal(compared) - Decimal(row["same_days"]) == Decimal(row["same_days_change"]), row
        for key in ("billed_cost", "same_days", "same_days_change"):
            parts = [Decimal(r[key]) for r in (*found.rows, *found.rounding) if r.get(key)]
            assert sum(parts) == Decimal(found.totals[0][key])
    assert found.totals[0]["same_days_change"] == "6.01"  # 9.02 less 3.01


def test_a_day_that_is_not_whole_is_marked_and_one_that_cost_nothing_is_zero() -> None:
    left = [d for d in DAYS if d.day != date(2026, 11, 4)]
    _, found = answer(asked("2026-11", "day"), left)
    by_day = {row["day"]: row for row in found.rows}
    assert sorted(by_day) == [f"2026-11-{n:02}" for n in range(1, 12)]  # the 12th is to come, and is not zero
    assert (by_day["2026-11-04"]["billed_cost"], by_day["2026-11-04"]["same_days_change"]) == ("0.00", "-2.00")
    assert (by_day["2026-11-11"]["state"], by_day["2026-11-11"]["same_days"]) == ("incomplete", None)


def test_a_week_stands_beside_the_one_before_where_both_are_whole() -> None:
    """28 September to 4 October cost 3 x 1.00 and 4 x 2.00; of it only October was asked for, so it is partial."""
    _, found = answer(asked("2026-10", "week"))
    weeks = {
        row["week"]: (row["state"], row["billed_cost"], row["week_before"], row["week_change"]) for row in found.rows
    }
    assert weeks == {
        "2026-09-28": ("partial", "8.00", None, None),
        "2026-10-05": ("complete", "14.00", "11.00", "3.00"),
        "2026-10-12": ("complete", "14.00", "14.00", "0.00"),
        "2026-10-19": ("complete", "14.00", "14.00", "0.00"),
        "2026-10-26": ("partial", "12.00", None, None),
    }
    assert found.totals[0]["billed_cost"] == "62.00"


def test_the_longer_month_before_is_capped_and_said() -> None:
    """February has 28 of January's 31 days."""
    editions = (edition("2026-01"), edition("2026-02"))
    days = [
        DaySum("USD", cycle, first_day(cycle) + timedelta(days=n), Decimal(1))
        for cycle, length in (("2026-01", 31), ("2026-02", 28))
        for n in range(length)
    ]
    trend, found = answer(asked("2026-02", "month"), days, editions)
    assert [found.rows[0][key] for key in ("month_before", "compared_cost", "same_days")] == ["31.00", "28.00", "28.00"]
    assert list(trend.notes()) == ["Not compared, because the other month is shorter: 2026-01-29 to 2026-01-31."]


def test_what_ended_or_began_has_a_row_too() -> None:
    """Ecs only in September, obs only in October: both stand in October's comparison, and both ways foot."""
    days = [*days_of("2026-09", value=("ecs", "c1")), *days_of("2026-10", value=("obs", "c2"))]
    _, found = answer(asked("2026-10", "service", "month"), days)
    rows = {row["service"]: row for row in found.rows}
    assert (rows["ecs"]["billed_cost"], rows["ecs"]["month_change"], rows["ecs"]["service_code"]) == (
        "0.00",
        "-30.00",
        "c1",
    )
    assert (rows["obs"]["billed_cost"], rows["obs"]["month_change"]) == ("62.00", "62.00")
    assert found.totals[0]["month_change"] == "32.00"
    assert {s["month"]: s["month_change"] for s in found.subtotals if "month" in s} == {"2026-10": "32.00"}


def test_late_usage_counts_in_the_month_that_bills_it_and_is_compared_with_nothing() -> None:
    late = DaySum("USD", "2026-10", date(2026, 9, 30), Decimal("0.50"))
    _, found = answer(asked("2026-10", "month"), [*DAYS, late])
    assert [found.rows[0][key] for key in ("billed_cost", "compared_cost", "month_change")] == [
        "62.50",
        "60.00",
        "32.50",
    ]


def test_without_a_month_before_nothing_is_compared() -> None:
    trend, found = answer(asked("2026-09", "month"))
    assert [found.rows[0][key] for key in ("billed_cost", "month_before", "same_days")] == ["30.00", None, None]
    assert found.totals[0]["same_days"] is None
    assert list(trend.notes()) == ["2026-09: not compared, because nothing is published for the month before."]


def test_a_time_leads_wherever_it_was_named() -> None:
    assert [d.key for d in asked("2026-10", "service", "week").by] == ["week", "service"]
    assert [d.key for d in asked("2026-10", "service").by] == ["day", "service"]
    with pytest.raises(BadRequest, match="one time"):
        asked("2026-10", "day", "month")
