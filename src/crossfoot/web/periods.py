"""The choices of the period picker, each with the dates it means; what is chosen otherwise stands there as its dates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext

from crossfoot.core.clock import today
from crossfoot.core.period import Period, parse_period
from crossfoot.core.words import mark as _
from crossfoot.render.screen import cycle_words, period_words, span_words

NAMED = (("this-month", _("This month")), ("last-month", _("Last month")), ("last-7-days", _("Last 7 days")))
MONTHS_IN_QUARTER = 3
QUARTER = _("Q{quarter} {year}")


@dataclass(frozen=True)
class Option:
    """One choice of a field."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Group:
    """Choices under one head."""

    label: str
    options: tuple[Option, ...]


def period_groups(chosen: Period | None, cycles: Sequence[str]) -> tuple[Group, ...]:
    """Months, quarters and years that hold a published cycle, and the named periods."""
    quarters = dict.fromkeys(_quarter(cycle) for cycle in cycles)
    years = dict.fromkeys(cycle[:4] for cycle in cycles)
    groups = [
        Group(gettext("From today"), tuple(_option(word, gettext(label)) for word, label in NAMED)),
        Group(gettext("Month"), tuple(Option(cycle, cycle_words(cycle)) for cycle in cycles)),
        Group(
            gettext("Quarter"),
            tuple(_option(_months_of_quarter(*q), gettext(QUARTER).format(quarter=q[1], year=q[0])) for q in quarters),
        ),
        Group(gettext("Year"), tuple(_option(f"{year}-01..{year}-12", year) for year in years)),
    ]
    return tuple(_choose([group for group in groups if group.options], chosen))


def _option(text: str, name: str) -> Option:
    period = parse_period(text, today())
    return Option(text, f"{name}: {span_words(period.start, period.last_day)}")


def _quarter(cycle: str) -> tuple[str, int]:
    year, month = cycle.split("-")
    return year, (int(month) - 1) // MONTHS_IN_QUARTER + 1


def _months_of_quarter(year: str, quarter: int) -> str:
    last = quarter * MONTHS_IN_QUARTER
    return f"{year}-{last - 2:02}..{year}-{last:02}"


def _choose(groups: list[Group], chosen: Period | None) -> list[Group]:
    """Mark the choice that means the same dates, a month by its name rather than as the last one, which passes.

    Where none does, the period leads as a choice of its own.
    """
    if chosen is None:
        return groups
    same = next((o for group in (*groups[1:], groups[0]) for o in group.options if _means(o, chosen)), None)
    if same is None:
        own = Option(chosen.text, period_words(chosen), is_chosen=True)
        return [Group(gettext("Chosen dates"), (own,)), *groups]
    return [Group(g.label, tuple(replace(o, is_chosen=o is same) for o in g.options)) for g in groups]


def _means(option: Option, period: Period) -> bool:
    found = parse_period(option.value, today())
    return (found.start, found.end, found.by_cycle) == (period.start, period.end, period.by_cycle)
