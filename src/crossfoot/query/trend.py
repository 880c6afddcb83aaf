"""Sums by day -> days, weeks and months beside what they are compared with, exactly and without a second question.

Only whole days are compared. A day's partner is the same day of the month before; where that month is shorter there is
none, and neither side counts it. A month or a week is set against the one before where both are whole.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import chain

from crossfoot.core.money import WIDE, round_minor
from crossfoot.core.period import Period, cycle_of, day_after, end_day, first_day, next_cycle, previous_cycle
from crossfoot.core.words import Sentence, Span
from crossfoot.core.words import mark as _
from crossfoot.publish.plan import PlannedEdition
from crossfoot.query.shape import Group, Shaped, shape
from crossfoot.reports import vocabulary as v
from crossfoot.reports.question import Question
from crossfoot.reports.spec import Measure

COMPLETE, INCOMPLETE, PARTIAL = "complete", "incomplete", "partial"
FINAL = "final"
WEEK = timedelta(days=7)
ALONE = _("{cycles}: not compared, because nothing is published for the month before.")
SHORTER = _("Not compared, because the other month is shorter: {days}.")
NO_DAY = _("{cycle}: no day of it is whole yet, so none is compared.")
SOME_DAYS = _("{cycle}: its whole days, {days}, are compared with the same days of the month before.")
CHANGES = (  # with what is compared, the change, and of which cost: by days, by months, by weeks
    (v.SAME_DAYS.key, v.SAME_DAYS_CHANGE.key, v.COMPARED_COST.key),
    (v.MONTH_BEFORE.key, v.MONTH_CHANGE.key, v.BILLED_COST.key),
    (v.WEEK_BEFORE.key, v.WEEK_CHANGE.key, v.BILLED_COST.key),
)
Value = tuple[
    object, str | None
]  # of the second dimension: the key and what stands beside it; nothing where there is none


@dataclass(frozen=True)
class DaySum:
    """What one value of the second dimension cost on one bill date of one cycle."""

    currency: str
    cycle: str
    day: date
    cost: Decimal
    value: Value = (None, None)


@dataclass
class Sums:
    """The exact sums of one row; None where nothing is compared."""

    found: dict[str, Decimal] = field(default_factory=dict)

    def add(self, key: str, amount: Decimal) -> None:
        """Add to one measure."""
        self.found[key] = WIDE.add(self.found.get(key, Decimal(0)), amount)


def with_month_before(period: Period) -> Period:
    """The period and the month that it is compared with."""
    if period.by_cycle:
        start = first_day(previous_cycle(cycle_of(period.start)))
    else:
        start = first_day(previous_cycle(cycle_of(period.start - WEEK)))
    return replace(period, start=start)


class Trend:
    """The answer for one question."""

    def __init__(self, question: Question, editions: Sequence[PlannedEdition]) -> None:
        """Take what was asked and what is published of it and of the month before."""
        assert question.period is not None  # noqa: S101 - a resolved question has one
        self.question, self.period = question, question.period
        self.unit = question.by[0].key
        self.editions = {edition.cycle: edition for edition in editions}
        self.rows: dict[tuple[str, object, object], Sums] = defaultdict(Sums)
        self.beside: dict[object, str | None] = {}

    def answer(self, days: Iterable[DaySum], measures: Sequence[Measure]) -> Shaped:
        """Rows, rounding, subtotals and totals."""
        for one in days:
            self.beside[one.value[0]] = one.value[1]
            for place, key in self._counts(one):
                self.rows[one.currency, place, one.value[0]].add(key, one.cost)
        if len(self.question.by) == 1 and self.unit == "day":
            self._fill()
        self._settle()
        groups = [self._group(*key, sums) for key, sums in self.rows.items()]
        shaped = shape(self.question, measures, groups, list(self._subtotals(groups)), self._totals(groups))
        return replace(
            shaped, rows=tuple({**row, v.STATE.key: self.state(row[self.unit] or "")} for row in shaped.rows)
        )

    def notes(self) -> Iterator[Sentence]:
        """What is left out of the comparison, and why."""
        if self.unit == "week":
            return
        asked = [cycle for cycle in self.editions if self._is_asked(cycle)]
        alone = [cycle for cycle in asked if previous_cycle(cycle) not in self.editions]
        paired = [cycle for cycle in asked if cycle not in alone]
        if alone:
            yield Sentence(ALONE, cycles=alone)
        left = list(chain.from_iterable(self._without_partner(cycle) for cycle in paired))
        if left:
            yield Sentence(SHORTER, days=left)
        for cycle in paired:
            whole = [day for day in _days(cycle) if self.is_whole(day)]
            if not whole:
                yield Sentence(NO_DAY, cycle=cycle)
            elif len(whole) < len(_days(cycle)):
                yield Sentence(SOME_DAYS, cycle=cycle, days=_span(whole))

    def _without_partner(self, cycle: str) -> Iterator[Span]:
        before = _days(previous_cycle(cycle))
        mine = [day for day in _days(cycle) if self.is_whole(day) and self._is_in(day)]
        over = [day for day in mine if _month_before(day) is None]
        rest = before[len(_days(cycle)) :] if mine and mine[-1] == _days(cycle)[-1] else ()
        for days in (over, rest):
            if days:
                yield _span(days)

    def is_whole(self, day: date) -> bool:
        """True where the data of the day's month reach to the end of the day."""
        edition = self.editions.get(cycle_of(day))
        return edition is not None and day < day_after(edition.data_through)

    def state(self, place: str) -> str:
        """Whether a row's time is whole, and wholly within the period that was asked for."""
        if self.unit == "month":
            edition = self.editions.get(place)
            if not self.period.by_cycle and not (
                self.period.start <= first_day(place) and end_day(place) <= self.period.end
            ):
                return PARTIAL
            return COMPLETE if edition and edition.status == FINAL else INCOMPLETE
        start = date.fromisoformat(place)
        if self.unit == "day" and not self._is_in(start):
            return PARTIAL  # what the months that were asked for bill of it; the rest is on another month's bill
        days = [start] if self.unit == "day" else [start + timedelta(days=n) for n in range(7)]
        if not all(self.is_whole(day) for day in days if self._is_in(day)):
            return INCOMPLETE
        return COMPLETE if self.unit == "day" or all(self._is_in(day) for day in days) else PARTIAL

    def _counts(self, one: DaySum) -> Iterator[tuple[object, str]]:
        """In which rows and under which measures a sum counts."""
        place = self._place(one.cycle, one.day)
        # What a month bills of another month's days has no partner, whatever else is asked for beside it.
        is_own = not self.period.by_cycle or cycle_of(one.day) == one.cycle
        if self._is_asked_for(one):
            yield place, v.BILLED_COST.key
            if is_own and self._is_compared(one.day):
                yield place, v.COMPARED_COST.key
        after = _month_after(one.day) if is_own else None
        target = next_cycle(one.cycle)
        if after and self._is_compared(after) and self._is_asked_for(replace(one, cycle=target, day=after)):
            yield self._place(target, after), v.SAME_DAYS.key
        if self.unit == "month" and self._are_whole(target):
            yield target, v.MONTH_BEFORE.key
        week = _monday(one.day) + WEEK
        if self.unit == "week" and self._are_whole_weeks(week):
            yield week, v.WEEK_BEFORE.key

    def _fill(self) -> None:
        """A whole day without charges cost nothing, which is a fact; a day that is not whole is not there."""
        for currency in {key[0] for key in self.rows}:
            for cycle in filter(self._is_asked, self.editions):
                for day in _days(cycle):
                    if self.is_whole(day) and self._is_in(day):
                        self.rows[currency, day, None].add(v.BILLED_COST.key, Decimal(0))

    def _settle(self) -> None:
        """What is compared with nothing is compared with zero; what is not compared at all stays unknown."""
        for key, sums in self.rows.items():
            place = key[1]
            sums.add(v.BILLED_COST.key, Decimal(0))
            for before, change, cost, is_compared in self._comparisons(place):
                if is_compared or before in sums.found or (cost != v.BILLED_COST.key and cost in sums.found):
                    sums.add(before, Decimal(0))
                    sums.add(cost, Decimal(0))
                    sums.found[change] = self._less(key[0], sums.found[cost], sums.found[before])

    def _less(self, currency: str, cost: Decimal, before: Decimal) -> Decimal:
        """The change between two figures as they are shown, so that a row adds up across too."""
        if self.question.digits == "shown":
            cost, before = round_minor(cost, currency), round_minor(before, currency)
        return WIDE.subtract(cost, before)

    def _comparisons(self, place: object) -> Iterator[tuple[str, str, str, bool]]:
        days = (place,) if isinstance(place, date) else _days(str(place))
        has_days = any(self._is_compared(day) for day in days)
        by_days, by_months, by_weeks = CHANGES
        if self.unit != "week":
            yield *by_days, has_days
        if self.unit == "month":
            yield *by_months, self._are_whole(str(place))
        if self.unit == "week" and isinstance(place, date):
            yield *by_weeks, self._are_whole_weeks(place)

    def _group(self, currency: str, place: object, value: object, sums: Sums) -> Group:
        second = len(self.question.by) > 1
        keys, names = ((place, value), (None, self.beside.get(value))) if second else ((place,), (None,))
        return Group(currency, keys, names, _known(sums.found))

    def _subtotals(self, groups: Sequence[Group]) -> Iterator[tuple[int, Group]]:
        if len(self.question.by) == 1:
            return
        for i in range(2):
            found: dict[tuple[str, object], list[Group]] = defaultdict(list)
            for group in groups:
                found[group.currency, group.keys[i]].append(group)
            for (currency, key), members in found.items():
                keys = tuple(key if n == i else None for n in range(2))
                names = tuple(self.beside.get(key) if n == i == 1 else None for n in range(2))
                yield i, Group(currency, keys, names, self._added(currency, members))

    def _totals(self, groups: Sequence[Group]) -> list[Group]:
        found: dict[str, list[Group]] = defaultdict(list)
        for group in groups:
            found[group.currency].append(group)
        return [Group(currency, (), (), self._added(currency, members)) for currency, members in found.items()]

    def _added(self, currency: str, groups: Sequence[Group]) -> dict[str, Decimal | None]:
        """Sums of what is known. Where all of it is compared, the change is that of the sums."""
        sums = Sums()
        for group in groups:
            for key, amount in group.sums.items():
                if amount is not None:
                    sums.add(key, amount)
        for before, change, cost in CHANGES:
            is_all = cost != v.BILLED_COST.key or all(g.sums[before] is not None for g in groups)
            if is_all and {before, cost} <= sums.found.keys():
                sums.found[change] = self._less(currency, sums.found[cost], sums.found[before])
        return _known(sums.found)

    def _place(self, cycle: str, day: date) -> object:
        return {"day": day, "week": _monday(day), "month": cycle}[self.unit]

    def _is_asked(self, cycle: str) -> bool:
        return self.period.start < end_day(cycle) and first_day(cycle) < self.period.end

    def _is_asked_for(self, one: DaySum) -> bool:
        return self._is_asked(one.cycle) if self.period.by_cycle else self._is_in(one.day)

    def _is_in(self, day: date) -> bool:
        return self.period.start <= day < self.period.end

    def _is_compared(self, day: date) -> bool:
        before = _month_before(day)
        return self._is_in(day) and before is not None and self.is_whole(day) and self.is_whole(before)

    def _are_whole(self, cycle: str) -> bool:
        """True where the month and the one before are closed, and whole months were asked for."""
        pair = (self.editions.get(cycle), self.editions.get(previous_cycle(cycle)))
        return self.period.by_cycle and self._is_asked(cycle) and all(e and e.status == FINAL for e in pair)

    def _are_whole_weeks(self, week: date) -> bool:
        days = [week + timedelta(days=n) for n in range(7)]
        return all(self._is_in(d) and self.is_whole(d) and self.is_whole(d - WEEK) for d in days)


def _known(found: Mapping[str, Decimal]) -> dict[str, Decimal | None]:
    return {m.key: found.get(m.key) for m in v.TREND}


@lru_cache(maxsize=256)
def _days(cycle: str) -> tuple[date, ...]:
    start = first_day(cycle)
    return tuple(start + timedelta(days=n) for n in range((end_day(cycle) - start).days))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month_before(day: date) -> date | None:
    days = _days(previous_cycle(cycle_of(day)))
    return days[day.day - 1] if day.day <= len(days) else None


def _month_after(day: date) -> date | None:
    days = _days(next_cycle(cycle_of(day)))
    return days[day.day - 1] if day.day <= len(days) else None


def _span(days: Sequence[date]) -> Span:
    return Span(days[0].isoformat(), days[-1].isoformat())
