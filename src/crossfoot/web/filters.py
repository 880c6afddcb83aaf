"""The filter bar: period first, then what to filter by, then the grouping. Links and fields that need no script.

Every link keeps the rest of the question. The values of one dimension are read only when its list is opened.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext

from crossfoot.core.errors import BadRequest
from crossfoot.core.roles import Role
from crossfoot.render.address import EMPTY_WORD, Pairs, encode, filters_of, without, write_question
from crossfoot.render.screen import cycle_words, date_cell
from crossfoot.reports.question import NONE_WORD, Question
from crossfoot.reports.spec import Dimension, Kind
from crossfoot.reports.vocabulary import TAG_PREFIX, tag
from crossfoot.web.asked import AS_ROWS, Asked
from crossfoot.web.periods import Group, Option, period_groups

MAIN = ("account", "project", "service", "region")
ANY_TAG = "tag"
MOST_VALUES = 400
Values = Sequence[tuple[str | None, str]]
Called = Mapping[str, str]
ReadValues = Callable[[Dimension, Question], Values]


@dataclass(frozen=True, kw_only=True)
class Button:
    """Opens the values of one dimension."""

    label: str
    url: str
    count: int
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A filter in force, and the address without it."""

    label: str
    values: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Chooser:
    """The open list of one dimension's values; without a key it asks for the key of a tag."""

    key: str
    label: str
    options: tuple[Option, ...]
    is_cut: bool
    hidden: Pairs
    close: str


@dataclass(frozen=True, kw_only=True)
class FilterBar:
    """Everything that the bar shows. `hidden` is the part of the question that the form does not ask anew."""

    periods: tuple[Group, ...]
    buttons: tuple[Button, ...]
    more: tuple[Button, ...]
    by: tuple[Group, ...]
    then_by: tuple[Group, ...]
    chips: tuple[Chip, ...]
    hidden: Pairs
    chooser: Chooser | None
    first: str
    last: str


def filter_bar(  # noqa: PLR0913 - what the bar is made of
    question: Question, role: Role, cycles: Sequence[str], asked: Asked, read_values: ReadValues, called: Called
) -> FilterBar:
    """The bar for a resolved question; `read_values` gives a dimension's values under the rest of the question.

    Services are `called` what this page calls them; addresses keep the names that files have.
    """
    choose = asked.choose
    seen = [d for d in question.report.filters if role in d.seen_by]
    main = sorted((d for d in seen if d.key in MAIN), key=lambda d: MAIN.index(d.key))
    buttons = [_button(question, d, choose) for d in main]
    if question.report.tags:
        buttons.append(_tag_button(question, choose))
    by = [d.key for d in question.by] + ["", ""]
    period = question.period
    return FilterBar(
        periods=period_groups(period, cycles),
        buttons=tuple(buttons),
        more=tuple(_button(question, d, choose) for d in seen if d.key not in MAIN),
        by=_groupings(question, role, by[0]),
        then_by=_groupings(question, role, by[1]),
        chips=tuple(_chip(question, d, values, called) for d, values in question.filters),
        hidden=[pair for pair in write_question(question) if pair[0] not in {"period", "by"}] + _layout(asked),
        chooser=_chooser(question, seen, choose, read_values, called) if choose else None,
        first=str(period.start) if period else "",
        last=str(period.last_day) if period else "",
    )


def _layout(asked: Asked) -> Pairs:
    """Another grouping is shown in the layout that the reader chose."""
    return [AS_ROWS] if asked.as_rows else []


def value_words(dimension: Dimension, value: str, called: Called) -> str:
    """A filter's value as a person reads it."""
    if value == NONE_WORD:
        return f"({gettext(dimension.empty)})"
    if not value:
        return EMPTY_WORD
    if dimension.kind is Kind.DATE:
        return date_cell(value)
    if dimension.key == "service":
        return called.get(value, value)
    return cycle_words(value) if dimension.key == "month" else value


def _button(question: Question, dimension: Dimension, choose: str) -> Button:
    chosen = filters_of(question).get(dimension.key)
    return Button(
        label=gettext(dimension.label),
        url=_choose_url(question, dimension.key),
        count=len(chosen[1]) if chosen else 0,
        is_open=choose == dimension.key,
    )


def _tag_button(question: Question, choose: str) -> Button:
    chosen = [values for d, values in question.filters if d.key.startswith(TAG_PREFIX)]
    return Button(
        label=gettext("Tag"),
        url=_choose_url(question, ANY_TAG),
        count=sum(len(values) for values in chosen),
        is_open=choose == ANY_TAG or choose.startswith(TAG_PREFIX),
    )


def _choose_url(question: Question, key: str) -> str:
    return "?" + encode([*write_question(question), ("choose", key)])


def _groupings(question: Question, role: Role, chosen: str) -> tuple[Group, ...]:
    """What to group by: the report's dimensions, and the tags that the question already names."""
    dimensions = [Option(d.key, gettext(d.label), d.key == chosen) for d in question.report.by if role in d.seen_by]
    named = {d.key for d in (*question.by, *(d for d, _ in question.filters)) if d.key.startswith(TAG_PREFIX)}
    tags = tuple(Option(key, key.removeprefix(TAG_PREFIX), key == chosen) for key in sorted(named))
    groups = [Group("", tuple(dimensions))] if dimensions else []
    return (*groups, Group(gettext("Tag"), tags)) if tags else tuple(groups)


def _chip(question: Question, dimension: Dimension, values: Sequence[str], called: Called) -> Chip:
    return Chip(
        label=gettext(dimension.label),
        values=", ".join(value_words(dimension, value, called) for value in values),
        url="?" + encode(write_question(without(question, dimension.key))),
    )


def _chooser(
    question: Question, seen: Sequence[Dimension], choose: str, read_values: ReadValues, called: Called
) -> Chooser:
    close = "?" + encode(write_question(question))
    if choose == ANY_TAG and question.report.tags:
        hidden = write_question(question)
        return Chooser(key="", label=gettext("Tag"), options=(), is_cut=False, hidden=hidden, close=close)
    dimension = _find(question, seen, choose)
    rest = without(question, choose)
    found = read_values(dimension, rest)
    chosen = set(filters_of(question)[choose][1]) if choose in filters_of(question) else set()
    return Chooser(
        key=choose,
        label=gettext(dimension.label),
        options=_options(dimension, found, chosen, called),
        is_cut=len(found) > MOST_VALUES,
        hidden=write_question(rest),
        close=close,
    )


def _find(question: Question, seen: Sequence[Dimension], key: str) -> Dimension:
    if question.report.tags and key.startswith(TAG_PREFIX):
        return tag(key)
    found = next((d for d in seen if d.key == key), None)
    if found is None:
        raise BadRequest(f"{question.report.title} cannot be filtered by {key[:40]!r}.")
    return found


def _options(dimension: Dimension, found: Values, chosen: set[str], called: Called) -> tuple[Option, ...]:
    """The values that there are, and above them those that are chosen and no longer there."""
    shown = [_option(dimension, value, name, chosen, called) for value, name in found[:MOST_VALUES]]
    there = {option.value for option in shown}
    gone = [
        Option(value or EMPTY_WORD, value_words(dimension, value, called), is_chosen=True) for value in sorted(chosen)
    ]
    return (*(option for option in gone if option.value not in there), *shown)


def _option(dimension: Dimension, value: str | None, name: str, chosen: set[str], called: Called) -> Option:
    key = NONE_WORD if value is None else value
    words = value_words(dimension, key, called)
    label = f"{name} ({value})" if value and name and name != value else words
    return Option(key or EMPTY_WORD, label, key in chosen)


def reset_url(question: Question) -> str:
    """The same period and nothing else."""
    return "?" + encode(write_question(replace(question, filters=(), by=(), as_of=None, digits="shown")))
