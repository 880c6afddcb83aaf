"""Periods as a person writes them: read, written back, cut at GMT+08:00, and refused in a sentence."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossfoot.core.clock import today
from crossfoot.core.errors import BadRequest
from crossfoot.core.period import (
    cycle_of,
    end_day,
    first_day,
    midnight,
    next_cycle,
    parse_period,
    previous_cycle,
)

CALM = settings(max_examples=300, deadline=None, derandomize=True, database=None)
TODAY = date(2026, 11, 22)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
MONTHS = DAYS.map(lambda d: f"{d:%Y-%m}")


@CALM
@given(MONTHS)
def test_a_month_is_read_and_written_back(month):
    period = parse_period(month, TODAY)
    assert (period.text, period.cycles, period.by_cycle) == (month, (month,), True)
    assert period.start == first_day(month)
    assert period.end == end_day(month) == first_day(next_cycle(month))
    assert cycle_of(period.last_day) == month
    assert previous_cycle(next_cycle(month)) == month


@CALM
@given(MONTHS, st.integers(0, 118))
def test_a_range_of_months_has_each_month_once_and_in_order(first, more):
    wanted = [first]
    for _ in range(more):
        wanted.append(next_cycle(wanted[-1]))
    period = parse_period(f"{first}..{wanted[-1]}", TODAY)
    assert list(period.cycles) == wanted
    assert parse_period(period.text, TODAY) == period


@CALM
@given(DAYS, st.integers(0, 400))
def test_a_range_of_bill_dates_has_both_ends_in(day, more):
    last = day + timedelta(days=more)
    period = parse_period(f"{day}..{last}", TODAY)
    assert (period.start, period.last_day, period.end, period.by_cycle) == (day, last, last + timedelta(days=1), False)
    assert parse_period(period.text, TODAY) == period


@CALM
@given(DAYS)
def test_named_periods_are_resolved_so_that_they_mean_the_same_tomorrow(day):
    this = f"{day:%Y-%m}"
    assert parse_period("this-month", day).cycles == (this,)
    assert parse_period("last-month", day).cycles == (previous_cycle(this),)
    week = parse_period("last-7-days", day)
    assert (week.end, week.end - week.start, week.by_cycle) == (day, timedelta(days=7), False)
    for name in ("this-month", "last-month", "last-7-days"):
        resolved = parse_period(name, day)
        assert parse_period(resolved.text, day + timedelta(days=99)) == resolved


@CALM
@given(
    st.text(max_size=30)
    | st.from_regex(r"\d{1,5}-\d{1,3}(-\d{1,3})?(\.\.\d{1,5}-\d{1,3}(-\d{1,3})?)?\s?")
    | st.sampled_from(
        ["0000-01", "9999-12", "9999-12-31", "0001-01-01..9999-12-31", "2026-10\n", "２０２６-10", "2026-02-30"]
    )
)
def test_whatever_is_written_is_a_period_or_a_refusal_and_never_a_crash(text):
    try:
        period = parse_period(text, TODAY)
    except BadRequest as refused:
        sentence = refused.sentence
    else:
        assert period.start < period.end
        sentence = f"The period {period.text!r} touches {len(period.cycles)} cycles."
    assert sentence.startswith("The period") or "calendar" in sentence


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-13", "write 2026-10"),
        ("october", "write 2026-10"),
        ("2026-10..2026-08", "ends before it begins"),
        ("2026-10-11..2026-10-05", "ends before it begins"),
        ("2026-10..2026-10-05", "write 2026-10"),
        ("2026-02-30", "not a date of the calendar"),
        ("2001-01..2026-10", "longer than 120 months"),
        ("0000-01", "write 2026-10"),
        ("9999-12", "write 2026-10"),
        ("2026-10\n", "write 2026-10"),
        ("", "write 2026-10"),
    ],
)
def test_refusals_say_what_to_write(text, says):
    with pytest.raises(BadRequest) as refused:
        parse_period(text, TODAY)
    assert says in refused.value.sentence


@pytest.mark.parametrize(
    ("instant", "cycle"),
    [
        ("2026-10-31T15:59:59.999999", "2026-10"),  # 23:59:59 in GMT+08:00
        ("2026-10-31T16:00:00", "2026-11"),
        ("2026-12-31T16:00:00", "2027-01"),
        ("2028-02-29T15:59:59", "2028-02"),
    ],
)
def test_a_cycle_begins_at_midnight_in_gmt8_which_is_16_hours_utc(instant, cycle):
    at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert midnight(first_day(cycle)) <= at < midnight(end_day(cycle))


def test_today_is_the_billing_date_and_not_the_date_of_greenwich(monkeypatch):
    monkeypatch.setattr("crossfoot.core.clock.now", lambda: datetime(2026, 10, 31, 16, 0, tzinfo=UTC))
    assert today() == date(2026, 11, 1)
    monkeypatch.setattr("crossfoot.core.clock.now", lambda: datetime(2026, 10, 31, 15, 59, tzinfo=UTC))
    assert today() == date(2026, 10, 31)
