"""Where an open month is heading at the pace of its complete days: an estimate, always shown as one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from crossfoot.core.money import plain, round_minor
from crossfoot.core.period import Period
from crossfoot.reports.table import Record

FEWEST_DAYS = 3  # a pace of one or two days is noise


@dataclass(frozen=True)
class Pace:
    """An estimate of the whole month, in one currency, from so many complete days."""

    currency: str
    amount: str
    days: int


def pace_of(rows: Iterable[Record], period: Period, through: date) -> tuple[Pace, ...]:
    """Mean cost of the complete days x the days of the period, and late usage once, per currency.

    Args:
        rows: an answer by day, in exact digits.
        period: the month.
        through: the first date that is not complete yet.
    """
    days = (min(through, period.end) - period.start).days
    if days < FEWEST_DAYS:
        return ()
    sums: dict[str, Decimal] = {}
    late: dict[str, Decimal] = {}
    for row in rows:
        currency, day = str(row["currency"]), date.fromisoformat(str(row["day"]))
        cost = Decimal(row["billed_cost"] or 0)
        if day < period.start:  # usage of earlier days that this month bills: there, and not repeated
            late[currency] = late.get(currency, Decimal(0)) + cost
        elif day < through:
            sums[currency] = sums.get(currency, Decimal(0)) + cost
    whole = (period.end - period.start).days
    return tuple(
        Pace(c, plain(round_minor(s * whole / days + late.get(c, Decimal(0)), c)), days)
        for c, s in sorted(sums.items())
    )
