"""What a file says of itself beside its rows: the question in words, where the numbers come from, what is known of them."""

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import override

from crossfoot.core.clock import instant
from crossfoot.render.screen import currencies, name_of_nothing, period_words, provenance
from crossfoot.reports.question import NONE_WORD
from crossfoot.reports.table import Table, TableColumn


class Fact(NamedTuple):
    """A line: what it is about, and what there is to say."""

    label: str
    text: str


def about(table: Table) -> tuple[Fact, ...]:
    """Everything but the definitions, in the order in which a reader asks for it. In English, whoever has the file made."""
    with override("en"):
        return tuple(_about(table))


def _about(table: Table) -> Iterator[Fact]:
    yield Fact("Report", table.report.title)
    yield Fact("Question", table.report.question)
    yield from _asked(table)
    yield Fact("In short", provenance(table))
    yield from _published(table)
    yield Fact("Rows", str(table.meta.row_count))
    yield from (Fact("Warning", text) for text in table.meta.warnings)
    yield from (Fact("Known issue", text) for text in table.meta.known_issues)
    for code, name in sorted(table.meta.display_names.items()):
        yield Fact("Called otherwise", f"{code}: the pages of this portal say {name.en}")
    yield Fact("How to read this", table.report.how_to_read)
    yield Fact("Result", table.id)
    yield Fact("sha256 of the result", table.digest)


def _asked(table: Table) -> Iterator[Fact]:
    question = table.question
    yield Fact("Customer", question.customer)
    if question.period:
        yield Fact("Period", f"{period_words(question.period)} ({question.period.text})")
    if question.by:
        yield Fact("Grouped by", ", ".join(dimension.label for dimension in question.by))
    for dimension, values in question.filters:
        for value in values:
            yield Fact(f"Only {dimension.label}", _value(dimension.empty, value))
    if not question.filters:
        yield Fact("Filters", "none")
    newest = "what is known now" if question.report.source.is_ledger else "the newest editions"
    yield Fact("As known at", instant(question.as_of) if question.as_of else newest)
    if question.report.source.is_ledger:
        return
    yield Fact("Digits", "all 8 decimals" if question.digits == "exact" else "rounded to the currency's minor unit")


def _value(empty: str, value: str) -> str:
    return f"({empty or 'none'})" if value == NONE_WORD else value or "(empty)"


def _published(table: Table) -> Iterator[Fact]:
    meta = table.meta
    yield Fact("Currency", ", ".join(currencies(table)))
    yield Fact("Time zone of the days", meta.time_zone)
    if meta.known_at:
        yield Fact("Known at", instant(meta.known_at))
        return
    yield Fact("Data through", instant(meta.data_through) if meta.data_through else "nothing is published")
    yield Fact("Published at", instant(meta.published_at) if meta.published_at else "nothing is published")
    for edition in meta.editions:
        told = (
            f"{edition.cycle}: edition {edition.edition}, {edition.status}, published {instant(edition.published_at)}"
        )
        yield Fact("Edition", told)


def word_for_nothing(column: TableColumn) -> str:
    """What a file says where the source names no value, told from a value by its brackets."""
    return f"({name_of_nothing(column)})"
