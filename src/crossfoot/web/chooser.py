"""The open list of the filter bar: the values of one dimension, or the keys of the tags. Read only when it is opened."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext

from crossfoot.access.scope import Scope
from crossfoot.core.errors import BadRequest
from crossfoot.query.run import list_tag_keys, list_values
from crossfoot.render.address import EMPTY_WORD, Pairs, encode, without, write_question
from crossfoot.reports.question import NONE_WORD, Question
from crossfoot.reports.spec import Dimension
from crossfoot.reports.vocabulary import MAX_TAG_KEY, TAG_PREFIX, tag
from crossfoot.web.asked import Asked
from crossfoot.web.filters import ANY_TAG, Called, choose_url, chosen_values, filters_seen, value_words
from crossfoot.web.periods import Option

MOST_VALUES = 400
Values = Sequence[tuple[str | None, str]]


@dataclass(frozen=True, kw_only=True)
class TagKey:
    """A tag that the charges carry: where its values are, and the report grouped by it."""

    label: str
    values: str
    group: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Chooser:
    """The list; without a key it is the list of tags. `hidden` is the rest of the question."""

    key: str
    label: str
    hidden: Pairs
    close: str
    options: tuple[Option, ...] = ()
    is_cut: bool = False
    tags: tuple[TagKey, ...] = ()
    all_tags: str = ""


def open_chooser(question: Question, scope: Scope, asked: Asked, called: Called) -> Chooser | None:
    """What is open, if anything is."""
    if not asked.choose:
        return None
    close = "?" + encode([*write_question(question), *asked.kept])
    if asked.choose == ANY_TAG and question.report.tags:
        hidden = [*write_question(question), *asked.kept]
        return Chooser(key="", label=gettext("Tag"), hidden=hidden, close=close, tags=_tags(question, scope, asked))
    dimension = _find(question, scope, asked.choose)
    found = list_values(dimension, question, scope)
    return Chooser(
        key=dimension.key,
        label=gettext(dimension.label),
        hidden=[*write_question(without(question, dimension.key)), *asked.kept],
        close=close,
        options=_options(dimension, found, chosen_values(question, dimension.key), called),
        is_cut=len(found) > MOST_VALUES,
        all_tags=choose_url(question, ANY_TAG, asked) if dimension.key.startswith(TAG_PREFIX) else "",
    )


def _tags(question: Question, scope: Scope, asked: Asked) -> tuple[TagKey, ...]:
    """A key that is no key to us (too long) is not offered."""
    return tuple(
        TagKey(
            label=key,
            values=choose_url(question, TAG_PREFIX + key, asked),
            group=_grouped_url(question, key, asked),
            count=len(chosen_values(question, TAG_PREFIX + key)),
        )
        for key in list_tag_keys(question, scope)
        if 0 < len(key) <= MAX_TAG_KEY
    )


def _grouped_url(question: Question, key: str, asked: Asked) -> str:
    """Grouped by this tag, and then by what it was grouped by second; lines are grouped by nothing."""
    if question.report.is_lines:
        return ""
    by = tag(TAG_PREFIX + key)
    rest = tuple(d for d in question.by[1:] if d.key != by.key)
    return "?" + encode([*write_question(replace(question, by=(by, *rest))), *asked.layout])


def _find(question: Question, scope: Scope, key: str) -> Dimension:
    if question.report.tags and key.startswith(TAG_PREFIX):
        return tag(key)
    found = next((d for d in filters_seen(question, scope.role) if d.key == key), None)
    if found is None:
        raise BadRequest(f"{question.report.title} cannot be filtered by {key[:40]!r}.")
    return found


def _options(dimension: Dimension, found: Values, chosen: frozenset[str], called: Called) -> tuple[Option, ...]:
    """The values that there are, and above them those that are chosen and no longer there."""
    shown = [_option(dimension, value, name, chosen, called) for value, name in found[:MOST_VALUES]]
    there = {option.value for option in shown}
    gone = [
        Option(value or EMPTY_WORD, value_words(dimension, value, called), is_chosen=True) for value in sorted(chosen)
    ]
    return (*(option for option in gone if option.value not in there), *shown)


def _option(dimension: Dimension, value: str | None, name: str, chosen: frozenset[str], called: Called) -> Option:
    key = NONE_WORD if value is None else value
    words = value_words(dimension, key, called)
    label = f"{name} ({value})" if value and name and name != value else words
    return Option(key or EMPTY_WORD, label, key in chosen)
