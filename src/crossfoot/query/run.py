"""The only reader of facts: question + scope -> Table. The scope has no default.

Rows and totals come from one pass over the same pinned files, through an engine that can reach nothing else.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
from django.conf import settings

from crossfoot.access.scope import Scope
from crossfoot.billing.facts import Facts
from crossfoot.core.clock import instant, today
from crossfoot.core.errors import BadRequest, NotFound
from crossfoot.core.ids import canonical_json, sha256_hex
from crossfoot.core.money import plain, round8, round_minor
from crossfoot.core.period import cycle_of, parse_period
from crossfoot.core.roles import Capability
from crossfoot.lake.files import Paths
from crossfoot.lake.reader import Reader
from crossfoot.publish import plan as planning
from crossfoot.query.ledger import ledger_meta, opened, read_facts, resolved
from crossfoot.query.select import (
    Select,
    Window,
    daily,
    distinct_tag_keys,
    distinct_values,
    fits_rollup,
    grouped,
    line_totals,
    lines,
    measures_of,
    tags_holding,
)
from crossfoot.query.shape import BATCH, Shaped, shaped_of, text_batches
from crossfoot.query.trend import DaySum, Trend, with_month_before
from crossfoot.query.words import Notes, columns_of, meta_of
from crossfoot.reports.question import Question
from crossfoot.reports.spec import Dimension, Report
from crossfoot.reports.table import DisplayName, Meta, Record, Table
from crossfoot.support.issues import list_issues
from crossfoot.support.names import list_names

NO_FILES, NO_NOTES = Paths.of(()), Notes((), {})
_READER = Reader(Path(settings.HOME.lake), settings.HOME.tmp)


@dataclass(frozen=True)
class Pinned:
    """A question with everything that its answer depends on: the same key is the same answer, for ever."""

    question: Question
    scope: Scope
    editions: tuple[planning.PlannedEdition, ...]
    paths: Paths
    notes: Notes
    facts: Facts | None = None  # of the ledger, where that is asked

    @property
    def key(self) -> str:
        """Hash of the question, the scope and what both lead to."""
        report, scope = self.question.report, self.scope
        editions = [[e.cycle, e.number, instant(e.published_at)] for e in self.editions]
        whose = [scope.role, scope.customer, scope.accounts, scope.projects]
        notes = [self.notes.issues, {code: [name.en, name.zh] for code, name in self.notes.names.items()}]
        ledger = [instant(self.facts.known_at), self.facts.digest] if self.facts else []
        parts = [report.key, report.revision, self.question.as_json(), whose, editions, notes, ledger]
        return sha256_hex(canonical_json(parts))


def run(report: Report, question: Question, scope: Scope, window: Window | None = None) -> Table:
    """Answer the question within the scope.

    Raises:
        NotFound: the role may not know of the report.
        BadRequest: the scope names no customer.
        Altered: a published file no longer holds what was published.
    """
    return answer(pin(report, question, scope), window)


def pin(report: Report, question: Question, scope: Scope) -> Pinned:
    """Resolve the question and prove the files that hold its answer; raises what `run` raises."""
    scope.require(Capability.READ_REPORTS)
    report = _visible(report, scope)
    question = replace(question, report=report)
    if not scope.customer and not report.is_of_house:
        raise BadRequest("Name the customer whose report this is: --customer C0001.")
    question = _resolved(question, scope)
    if report.source.is_ledger:
        return Pinned(question, scope, (), NO_FILES, NO_NOTES, read_facts(question, scope))
    period = with_month_before(question.period) if report.is_trend and question.period else question.period
    editions = planning.plan(scope, period, question.as_of) if period else ()
    paths = _paths(question, scope, editions)
    return Pinned(question, scope, editions, paths, _notes(question, scope))


@contextmanager
def _open(pinned: Pinned) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """A connection to what the answer is made of; None where there is nothing."""
    if pinned.facts is not None:
        with opened(pinned.facts) as connection:
            yield connection
    elif pinned.paths:
        with _READER.open(pinned.scope.customer) as connection:
            yield connection
    else:
        yield None


def answer(pinned: Pinned, window: Window | None = None) -> Table:
    """The answer to a pinned question."""
    report = pinned.question.report
    return _lines(pinned, window) if report.is_lines else _trend(pinned) if report.is_trend else _grouped(pinned)


def _visible(report: Report, scope: Scope) -> Report:
    """The report with the columns that this role may see: asked here, once, whoever made the question."""
    if scope.role not in report.seen_by:
        raise NotFound(f"There is no report {report.key!r}: see the list of reports.")
    return replace(
        report,
        measures=tuple(m for m in report.measures if scope.role in m.seen_by),
        lines=tuple(c for c in report.lines if scope.role in c.seen_by),
    )


def list_cycles(scope: Scope) -> list[str]:
    """The cycles that can be asked about, newest first."""
    return planning.list_cycles(scope)


def list_values(
    dimension: Dimension, question: Question, scope: Scope, holding: str = ""
) -> list[tuple[str | None, str]]:
    """The values of a dimension in the question's period, with their names; `holding` a text, if one is given."""
    scope.require(Capability.READ_REPORTS)
    if scope.role not in dimension.seen_by:
        raise NotFound(f"There is no dimension {dimension.key!r} here.")
    question = replace(_resolved(question, scope), report=_visible(question.report, scope), filters=(), by=(dimension,))
    if question.report.source.is_ledger:
        with opened(read_facts(question, scope)) as connection:
            found = _execute(connection, distinct_values(dimension, question, scope, NO_FILES, holding)).fetchall()
        return [(value, name or value or dimension.empty) for value, name in found]
    editions = planning.plan(scope, question.period, question.as_of) if question.period else ()
    paths = _paths(question, scope, editions)
    if not paths:
        return []
    with _READER.open(scope.customer) as connection:
        select = distinct_values(dimension, question, scope, paths, holding)
        found = _execute(connection, select).fetchall()
    return [(value, name or value or dimension.empty) for value, name in found]


def list_tags(text: str, question: Question, scope: Scope) -> list[tuple[str, str]]:
    """The tags of the question's period of which key or value holds a text."""
    paths = _lines_of(question, scope)
    if not paths:
        return []
    with _READER.open(scope.customer) as connection:
        return _execute(connection, tags_holding(text, question, scope, paths)).fetchall()


def list_tag_keys(question: Question, scope: Scope) -> list[str]:
    """The keys of the tags on the charges of the question's period, for a filter menu."""
    question = replace(_resolved(question, scope), filters=())
    paths = _lines_of(question, scope)
    if not paths:
        return []
    with _READER.open(scope.customer) as connection:
        return [key for (key,) in _execute(connection, distinct_tag_keys(question, scope, paths)).fetchall()]


def _lines_of(question: Question, scope: Scope) -> Paths:
    """The files of the period's lines."""
    scope.require(Capability.READ_REPORTS)
    editions = planning.plan(scope, question.period, question.as_of) if question.period else ()
    return _READER.paths([f for e in editions for f in e.charges])


def _resolved(question: Question, scope: Scope) -> Question:
    """Name the customer, and the newest published month where no period was asked for."""
    if question.report.source.is_ledger:
        return resolved(question, scope)
    period = question.period
    if period is None:
        cycles = planning.list_cycles(scope)
        period = parse_period(cycles[0] if cycles else cycle_of(today()), today())
    return replace(question, customer=scope.customer, period=period)


def _paths(question: Question, scope: Scope, editions: tuple[planning.PlannedEdition, ...]) -> Paths:
    use_daily = not question.report.is_lines and fits_rollup(question, scope)
    return _READER.paths([f for e in editions for f in (e.daily if use_daily else e.charges)])


def _execute(connection: duckdb.DuckDBPyConnection, select: Select) -> duckdb.DuckDBPyConnection:
    return connection.execute(select.sql, select.values)


def _notes(question: Question, scope: Scope) -> Notes:
    services = tuple(v for d, values in question.filters if d.key == "service" for v in values)
    issues = list_issues(scope, question.period, services, question.as_of) if question.period else ()
    return Notes(issues, {c: DisplayName(n.en, n.zh) for c, n in list_names(scope, question.as_of).items()})


def _grouped(pinned: Pinned) -> Table:
    question, scope = pinned.question, pinned.scope
    shaped = Shaped((), (), ())
    with _open(pinned) as connection:
        if connection is not None:
            cursor = _execute(connection, grouped(question, scope, pinned.paths))
            names = [d[0] for d in cursor.description or ()]
            found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            shaped = shaped_of(question, measures_of(question), found)
    return _table(pinned, shaped)


def _trend(pinned: Pinned) -> Table:
    question = pinned.question
    trend = Trend(question, pinned.editions)
    days: list[DaySum] = []
    if pinned.paths:
        wider = replace(question, period=with_month_before(trend.period))
        with _READER.open(pinned.scope.customer) as connection:
            found = _execute(connection, daily(wider, pinned.scope, pinned.paths)).fetchall()
        days = [DaySum(currency, cycle, day, cost, (key, name)) for currency, cycle, day, key, name, cost in found]
    return _table(pinned, trend.answer(days, measures_of(question)), tuple(trend.notes()))


def _table(pinned: Pinned, shaped: Shaped, notes: tuple[str, ...] = ()) -> Table:
    question, columns = pinned.question, columns_of(pinned.question)
    meta = _meta(pinned, len(shaped.rows))
    return Table(
        report=question.report,
        question=question,
        columns=columns,
        batches=lambda: text_batches(shaped.rows, ["currency", *(c.key for c in columns)]),
        rounding=shaped.rounding,
        totals=shaped.totals,
        subtotals=shaped.subtotals,
        meta=replace(meta, warnings=(*meta.warnings, *notes)),
    )


def _meta(pinned: Pinned, rows: int) -> Meta:
    if pinned.facts is not None:
        return ledger_meta(pinned.facts, pinned.scope, rows)
    return meta_of(pinned.question, pinned.scope, pinned.editions, rows, pinned.notes)


def _lines(pinned: Pinned, window: Window | None) -> Table:
    question, scope, paths = pinned.question, pinned.scope, pinned.paths
    totals: tuple[Record, ...] = ()
    count = 0
    with _open(pinned) as connection:
        if connection is not None:
            found = _execute(connection, line_totals(question, scope, paths)).fetchall()
            count = sum(row[1] for row in found)
            totals = tuple(_line_total(question, currency, sums) for currency, _, *sums in found)

    def batches() -> Iterator[pa.RecordBatch]:
        with _open(pinned) as connection:
            if connection is not None:
                yield from _execute(connection, lines(question, scope, paths, window)).to_arrow_reader(BATCH)

    return Table(
        report=question.report,
        question=question,
        columns=columns_of(question),
        batches=batches,
        totals=totals,
        meta=_meta(pinned, count),
    )


def _line_total(question: Question, currency: str, sums: Sequence[Decimal | None]) -> Record:
    """Lines are exact: charges to 8 decimals, documents to the minor unit at which they stand. No entry is no amount."""
    is_ledger = question.report.source.is_ledger

    def text(amount: Decimal | None) -> str:
        known = amount or Decimal(0)
        return plain(round_minor(known, currency) if is_ledger else round8(known))

    return {"currency": currency, **{m.key: text(s) for m, s in zip(question.report.measures, sums, strict=True)}}
