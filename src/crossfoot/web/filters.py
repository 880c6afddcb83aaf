"""The filter bar: period first, then what to filter by, then the grouping. Links and fields that need no script.

Every link keeps the rest of the question and what the page's address asks beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext

from crossfoot.core.roles import Role
from crossfoot.render.address import EMPTY_WORD, Pairs, encode, filters_of, without, write_question
from crossfoot.render.screen import cycle_words, date_cell
from crossfoot.reports.question import NONE_WORD, Question
from crossfoot.reports.spec import Dimension, Kind, Source
from crossfoot.reports.vocabulary import TAG_PREFIX
from crossfoot.web.asked import Asked
from crossfoot.web.periods import Group, Option, period_groups

MAIN = ("account", "project", "service", "region")
ANY_TAG = "tag"
Called = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Button:
    """Opens the values of one dimension."""

    key: str
    label: str
    url: str
    count: int
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A filter in force, and the address without it."""

    key: str
    label: str
    values: str
    url: str


@dataclass(frozen=True, kw_only=True)
class FilterBar:
    """What the bar shows; `hidden` and `dates` are the parts of the question that their forms do not ask anew."""

    periods: tuple[Group, ...]
    buttons: tuple[Button, ...]
    more: tuple[Button, ...]
    by: tuple[Group, ...]
    then_by: tuple[Group, ...]
    chips: tuple[Chip, ...]
    hidden: Pairs
    dates: Pairs
    first: str
    last: str
    is_own: bool


def filter_bar(question: Question, role: Role, cycles: Sequence[str], asked: Asked, called: Called) -> FilterBar:
    """The bar for a resolved question. Services are `called` what this page calls them; addresses keep files' names."""
    seen = filters_seen(question, role)
    main = sorted((d for d in seen if d.key in MAIN), key=lambda d: MAIN.index(d.key))
    buttons = [_button(question, d, asked) for d in main]
    if question.report.tags:
        buttons.append(_tag_button(question, asked))
    by = [d.key for d in question.by] + ["", ""]
    period = question.period
    pairs = write_question(question)
    return FilterBar(
        periods=(*_any_period(question), *period_groups(period, cycles)),
        buttons=tuple(buttons),
        more=tuple(_button(question, d, asked) for d in seen if d.key not in MAIN),
        by=_groupings(question, role, by[0]),
        then_by=_groupings(question, role, by[1]),
        chips=tuple(_chip(question, d, values, asked, called) for d, values in question.filters),
        hidden=[pair for pair in pairs if pair[0] not in {"period", "by"}] + asked.layout + _order(question, asked),
        dates=[pair for pair in pairs if pair[0] != "period"] + asked.kept,
        first=str(period.start) if period else "",
        last=str(period.last_day) if period else "",
        is_own=period is not None and not period.by_cycle,
    )


def _any_period(question: Question) -> tuple[Group, ...]:
    """The ledger can be asked without a period, which a month of charges cannot."""
    if question.report.source is not Source.POSITIONS:
        return ()
    label = gettext("As at today") if question.report.is_valued_then else gettext("All dates")
    return (Group("", (Option("", label, is_chosen=question.period is None),)),)


def filters_seen(question: Question, role: Role) -> tuple[Dimension, ...]:
    """What this role may filter the report by."""
    return tuple(d for d in question.report.filters if role in d.seen_by)


def value_words(dimension: Dimension, value: str, called: Called) -> str:
    """A filter's value as a person reads it."""
    if value == NONE_WORD:
        return f"({gettext(dimension.empty)})"
    if not value:
        return EMPTY_WORD
    if dimension.kind is Kind.DATE:
        return date_cell(value)
    if value in dimension.words:
        return gettext(value)
    if dimension.key == "service":
        return called.get(value, value)
    return cycle_words(value) if dimension.key == "month" else value


def choose_url(question: Question, key: str, asked: Asked) -> str:
    """The page with this list open."""
    return "?" + encode([*write_question(question), *asked.kept, ("choose", key)])


def chosen_values(question: Question, key: str) -> frozenset[str]:
    """The values of one dimension that are filtered by."""
    chosen = filters_of(question).get(key)
    return frozenset(chosen[1]) if chosen else frozenset()


def reset_url(question: Question) -> str:
    """The same period and nothing else."""
    return "?" + encode(write_question(replace(question, filters=(), by=(), as_of=None, digits="shown")))


def _order(question: Question, asked: Asked) -> Pairs:
    """Another grouping has other columns; the measures stay."""
    if asked.order is None or all(m.key != asked.order.key for m in question.report.measures):
        return []
    return [("sort", str(asked.order))]


def _button(question: Question, dimension: Dimension, asked: Asked) -> Button:
    return Button(
        key=dimension.key,
        label=gettext(dimension.label),
        url=choose_url(question, dimension.key, asked),
        count=len(chosen_values(question, dimension.key)),
        is_open=asked.choose == dimension.key,
    )


def _tag_button(question: Question, asked: Asked) -> Button:
    chosen = [values for d, values in question.filters if d.key.startswith(TAG_PREFIX)]
    return Button(
        key=ANY_TAG,
        label=gettext("Tag"),
        url=choose_url(question, ANY_TAG, asked),
        count=sum(len(values) for values in chosen),
        is_open=asked.choose == ANY_TAG or asked.choose.startswith(TAG_PREFIX),
    )


def _groupings(question: Question, role: Role, chosen: str) -> tuple[Group, ...]:
    """What to group by: the report's dimensions, and the tags that the question already names."""
    dimensions = [Option(d.key, gettext(d.label), d.key == chosen) for d in question.report.by if role in d.seen_by]
    named = {d.key for d in (*question.by, *(d for d, _ in question.filters)) if d.key.startswith(TAG_PREFIX)}
    tags = tuple(Option(key, key.removeprefix(TAG_PREFIX), key == chosen) for key in sorted(named))
    groups = [Group("", tuple(dimensions))] if dimensions else []
    return (*groups, Group(gettext("Tag"), tags)) if tags else tuple(groups)


def _chip(question: Question, dimension: Dimension, values: Sequence[str], asked: Asked, called: Called) -> Chip:
    return Chip(
        key=dimension.key,
        label=gettext(dimension.label),
        values=", ".join(value_words(dimension, value, called) for value in values),
        url="?" + encode([*write_question(without(question, dimension.key)), *asked.kept]),
    )
