"""The columns of an answer with their definitions, and the words about where its numbers come from."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from crossfoot.access.scope import Scope
from crossfoot.core.clock import GMT8
from crossfoot.core.period import Period, zone_of
from crossfoot.core.words import Sentence
from crossfoot.core.words import mark as _
from crossfoot.publish.plan import PlannedEdition
from crossfoot.query.select import measures_of
from crossfoot.reports.question import Question
from crossfoot.reports.spec import Column, Kind
from crossfoot.reports.table import DisplayName, EditionMeta, Meta, TableColumn
from crossfoot.reports.vocabulary import QUANTITY, UNIT

NARROWED = _(
    "You see the accounts and projects granted to you. Rounding and agreement fees belong to the whole customer and "
    "are not part of this view."
)

LEDGER_NARROWED = _(
    "You see the accounts and projects granted to you. Invoices and payments belong to the whole customer and are not part "
    "of this view."
)
OPEN = _("{cycles} is open: the figures are an estimate until the final bill arrives.")
MISSING = _("Nothing has been published for {cycles}, so it is not in these figures.")


def columns_of(question: Question) -> tuple[TableColumn, ...]:
    """The columns in the order of screen and file; `currency` stands before them all."""
    if question.report.is_lines:
        return tuple(_column(c, c.empty) for c in question.report.lines)
    found: list[TableColumn] = []
    for dimension in question.by:
        found.append(_column(dimension, dimension.empty))
        if dimension.name_sql:
            found.append(
                TableColumn(
                    key=f"{dimension.key}_name",
                    label=dimension.name_label,
                    kind=Kind.LABEL,
                    help=dimension.help,
                )
            )
        if dimension.code:
            found.append(_column(dimension.code))
    found += [_column(mark) for mark in question.report.marks]
    for measure in measures_of(question):
        if measure is QUANTITY:
            found.append(_column(UNIT))
        found.append(_column(measure, measure.empty))
    return tuple(c for c in found if c.key != "currency")


class Notes(NamedTuple):
    """What stands beside an answer and is no part of its hash."""

    issues: tuple[str, ...]
    names: Mapping[str, DisplayName]


def meta_of(question: Question, scope: Scope, editions: Sequence[PlannedEdition], rows: int, notes: Notes) -> Meta:
    """Editions, freshness and warnings."""
    return Meta(
        editions=tuple(
            EditionMeta(cycle=e.cycle, edition=e.number, status=e.status, published_at=e.published_at) for e in editions
        ),
        data_through=max((e.data_through for e in editions), default=None),
        row_count=rows,
        time_zone=_zones(editions),
        warnings=tuple(_warnings(question.period, scope, editions)),
        known_issues=notes.issues,
        display_names=notes.names,
    )


def _zones(editions: Sequence[PlannedEdition]) -> str:
    """The zones that cut the days: one, but for a period in which the source has changed."""
    return ", ".join(sorted({str(zone_of(e.data_through)) for e in editions})) or str(GMT8)


def _warnings(period: Period | None, scope: Scope, editions: Sequence[PlannedEdition]) -> list[str]:
    found = [NARROWED] if scope.is_narrowed else []
    open_cycles = [e.cycle for e in editions if e.status == "open"]
    if open_cycles:
        found.append(Sentence(OPEN, cycles=open_cycles))
    missing = sorted(set(period.cycles) - {e.cycle for e in editions}) if period and period.by_cycle else []
    if missing:
        found.append(Sentence(MISSING, cycles=missing))
    return found


def _column(column: Column, empty: str = "") -> TableColumn:
    return TableColumn(
        key=column.key, label=column.label, kind=column.kind, help=column.help, empty=empty, words=column.words
    )
