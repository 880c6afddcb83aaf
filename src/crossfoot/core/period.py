"""Billing cycles and periods. A cycle is a GMT+08:00 month, but for exports that are cut in UTC; a bill date is a date.

Validities and ranges: start inclusive, end exclusive. What a reader writes (`--period`) has both ends in.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from crossfoot.core.clock import GMT8
from crossfoot.core.errors import BadRequest

# Years 1000 to 2999: every month so written has a first day and a day after its last.
MONTH = re.compile(r"^[12][0-9]{3}-(0[1-9]|1[0-2])\Z")
DAY = re.compile(r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}\Z")
HOW = "write 2026-10, 2026-08..2026-10, 2026-10-05..2026-10-11, last-7-days, this-month or last-month"
MAX_MONTHS = 120


def cycle_of(day: date) -> str:
    """The cycle in which a date lies."""
    return f"{day:%Y-%m}"


def first_day(cycle: str) -> date:
    """The first date of the cycle."""
    return date.fromisoformat(f"{cycle}-01")


def next_cycle(cycle: str) -> str:
    """The cycle after this one."""
    return cycle_of(first_day(cycle) + timedelta(days=31))


def previous_cycle(cycle: str) -> str:
    """The cycle before this one."""
    return cycle_of(first_day(cycle) - timedelta(days=1))


def end_day(cycle: str) -> date:
    """The first date that is no longer in the cycle."""
    return first_day(next_cycle(cycle))


def midnight(day: date, zone: tzinfo = GMT8) -> datetime:
    """The instant at which the billing day begins, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def zone_of(through: datetime) -> tzinfo:
    """The zone that cuts the days of data which reach so far: data end with a day, and a midnight in UTC is no other's."""
    return UTC if through.astimezone(UTC).time() == time() else GMT8


def day_after(through: datetime) -> date:
    """The first billing day that is not wholly in data which reach so far."""
    return through.astimezone(zone_of(through)).date()


@dataclass(frozen=True)
class Period:
    """What a report covers: whole cycles as billed, or a range of bill dates over all cycles."""

    text: str
    start: date
    end: date  # exclusive
    by_cycle: bool

    @property
    def cycles(self) -> tuple[str, ...]:
        """The cycles of a period of whole months, in order."""
        found = [cycle_of(self.start)]
        while end_day(found[-1]) < self.end:
            found.append(next_cycle(found[-1]))
        return tuple(found)

    @property
    def last_day(self) -> date:
        """The last date that is in."""
        return self.end - timedelta(days=1)


def parse_period(text: str, today: date) -> Period:
    """Read a period as a person writes it.

    Raises:
        BadRequest: the text is none of the six forms, or its end lies before its start.
    """
    named = _named(text, today)
    if named:
        return named
    start, dots, end = text.partition("..")
    end = end if dots else start
    if MONTH.match(start) and MONTH.match(end):
        period = Period(text, first_day(start), end_day(end), by_cycle=True)
    elif DAY.match(start) and DAY.match(end):
        period = Period(text, _day(start), _day(end) + timedelta(days=1), by_cycle=False)
    else:
        raise BadRequest(f"The period {text!r} is not one that can be read: {HOW}.")
    if period.end <= period.start:
        raise BadRequest(f"The period {text!r} ends before it begins: put the earlier date first.")
    if period.end - period.start > timedelta(days=31 * MAX_MONTHS):
        raise BadRequest(f"The period {text!r} is longer than {MAX_MONTHS} months: ask for a shorter one.")
    return period


def _named(text: str, today: date) -> Period | None:
    this = cycle_of(today)
    if text == "this-month":
        return Period(this, first_day(this), end_day(this), by_cycle=True)
    if text == "last-month":
        last = previous_cycle(this)
        return Period(last, first_day(last), end_day(last), by_cycle=True)
    if text == "last-7-days":
        start = today - timedelta(days=7)
        return Period(f"{start}..{today - timedelta(days=1)}", start, today, by_cycle=False)
    return None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"{text} is not a date of the calendar: {HOW}.") from None
