"""Facts of the ledger for a question: which rows, of which days, and a DuckDB that holds them and can reach nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import duckdb

from crossfoot.access.scope import Scope
from crossfoot.billing.facts import Facts, read_movements, read_positions
from crossfoot.core.clock import today
from crossfoot.core.errors import BadRequest
from crossfoot.core.period import cycle_of, parse_period, previous_cycle
from crossfoot.query.select import LEDGER
from crossfoot.query.words import LEDGER_NARROWED
from crossfoot.reports.question import Question
from crossfoot.reports.spec import Source
from crossfoot.reports.table import Meta

SETTINGS = (
    "SET memory_limit='512MB'",
    "SET threads=1",
    "SET autoinstall_known_extensions=false",
    "SET autoload_known_extensions=false",
    "SET enable_external_access=false",
    "SET lock_configuration=true",
)


def resolved(question: Question, scope: Scope) -> Question:
    """Name the customer; a statement without a period is of this month and the two before it."""
    period = question.period
    if period is None and question.report.source is Source.MOVEMENTS:
        last = cycle_of(today())
        period = parse_period(f"{previous_cycle(previous_cycle(last))}..{last}", today())
    if period is not None and period.start > today():
        raise BadRequest(f"{period.text} is still to come: what is owed is known up to today.")
    return replace(question, customer=scope.customer, period=period)


def read_facts(question: Question, scope: Scope) -> Facts:
    """The rows that may be seen."""
    if question.report.source is Source.MOVEMENTS:
        assert question.period is not None  # noqa: S101 - of a resolved question
        return read_movements(scope, question.as_of, question.period)
    return read_positions(scope, question.as_of, question.period, is_valued_then=question.report.is_valued_then)


@contextmanager
def opened(facts: Facts) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in which the facts are a table, and nothing else is."""
    connection = duckdb.connect()
    try:
        for setting in SETTINGS:
            connection.execute(setting)
        connection.register(LEDGER, facts.rows)
        yield connection
    finally:
        connection.close()


def ledger_meta(facts: Facts, scope: Scope, rows: int) -> Meta:
    """Freshness and warnings: there is no edition behind a ledger, but a moment as of which it is known."""
    return Meta(
        editions=(),
        data_through=None,
        row_count=rows,
        warnings=(LEDGER_NARROWED,) if scope.is_narrowed else (),
        known_at=facts.known_at,
    )
