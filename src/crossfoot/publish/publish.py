"""Publishes: stage, check, write files, then one transaction that makes them visible. The only writer of the lake.

Before that transaction nothing can be seen; after it everything can. A crash leaves files that nobody refers to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import duckdb
from django.db import connection

from crossfoot.access.rls import as_staff
from crossfoot.checks.candidate import Candidate
from crossfoot.checks.catalog import run_checks
from crossfoot.core.errors import Busy
from crossfoot.core.finding import Finding, read_finding
from crossfoot.ingest.engine import workbench
from crossfoot.ingest.models import Slice
from crossfoot.lake.writer import ROW_GROUP, read_back, write_file
from crossfoot.publish.catalogue import NewBuy, NewEdition, commit
from crossfoot.publish.hold import hold_back
from crossfoot.publish.inputs import Inputs, gather
from crossfoot.publish.lines import (
    EMPTY,
    Month,
    Sums,
    list_buy_totals,
    list_months,
    list_totals,
    make_lines,
    select_buy,
    select_daily,
    select_lines,
)
from crossfoot.publish.models import BuyEdition, Edition, MonthState
from crossfoot.publish.stage import make_candidate
from crossfoot.runtime.home import Home

LOCK = 0xC0F00D


@dataclass(frozen=True)
class Published:
    """What publishing one cycle came to."""

    cycle: str
    editions: tuple[tuple[str, int, str], ...]  # customer, number, status
    blocked: tuple[str, ...]
    unchanged: int
    findings: tuple[Finding, ...]
    still_blocked: tuple[str, ...] = ()  # of which nothing changed since the last attempt; their findings are in too

    def as_json(self) -> dict[str, object]:
        """The result for `--json`."""
        return {
            "cycle": self.cycle,
            "editions": [{"customer": c, "edition": n, "status": s} for c, n, s in self.editions],
            "blocked": list(self.blocked),
            "still_blocked": list(self.still_blocked),
            "unchanged": self.unchanged,
            "findings": [f.as_json() for f in self.findings],
        }


def list_cycles() -> list[str]:
    """Every cycle of which something was accepted or tried, in order."""
    with as_staff():
        tried = MonthState.objects.values_list("cycle", flat=True)
        return sorted({*Slice.objects.values_list("cycle", flat=True).distinct(), *tried.distinct()})


def publish(cycle: str, home: Home, actor: str) -> Published:
    """Publish what changed in a cycle; customers that a finding blocks keep their last edition, the others go on.

    Raises:
        Busy: another publication is at work.
    """
    with _alone(), workbench(home.tmp) as (bench, _):
        with as_staff():
            inputs = gather(cycle)
            before, buy_before = _newest(cycle)
            states = MonthState.objects.filter(cycle=cycle, is_blocked=True).exclude(customer_key="")
            blocked_before = {s.customer_key: s.findings for s in states}
        candidate = make_candidate(bench, inputs, {c: e.days for c, e in before.items()}, home)
        findings = inputs.choices.settle(run_checks(candidate))
        blocked = {f.customer for f in findings if f.is_block and f.customer} & set(inputs.customers)
        held = hold_back(candidate, blocked, set(blocked_before), {c: e.days for c, e in before.items()})
        findings += held
        blocked |= {f.customer for f in held}
        make_lines(bench, cycle, set(inputs.customers) - blocked, set(candidate.finals))
        months, sums, buy_sums = list_months(bench), list_totals(bench), list_buy_totals(bench)
        lake = Path(home.lake)
        editions, buys = [], []
        for customer in sorted(set(inputs.customers) - blocked):
            month = months.get(customer) or Month(customer)
            old, old_buy = before.get(customer), buy_before.get(customer)
            status = _status(customer, candidate, inputs, old)
            if _is_new(month, status, old):
                editions.append(_write(bench, lake, inputs, month, status, sums.get(customer, ())))
            if month.buy_content != (old_buy.content if old_buy else EMPTY):
                buys.append(_write_buy(bench, lake, cycle, month, buy_sums.get(customer, {})))
        _prove(bench, lake, editions)
        remembered = _to_remember(inputs, candidate, {f.customer for f in held})
        numbers = commit(cycle, actor, remembered, editions, buys, blocked, findings)
    still = {c: found for c, found in blocked_before.items() if c not in inputs.customers and c not in inputs.gone}
    return Published(
        cycle=cycle,
        editions=tuple((e.customer, numbers[e.customer], e.status) for e in editions),
        blocked=tuple(sorted(blocked)),
        unchanged=len(inputs.customers) - len(blocked) - len(editions),
        findings=(*findings, *(read_finding(body) for found in still.values() for body in found)),
        still_blocked=tuple(sorted(still)),
    )


@contextmanager
def _alone() -> Iterator[None]:
    """One publisher at a time: lock and transaction live on one connection, so they end together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        row = cursor.fetchone()
        if not row or not row[0]:
            raise Busy
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _newest(cycle: str) -> tuple[dict[str, Edition], dict[str, BuyEdition]]:
    editions = Edition.objects.filter(cycle=cycle).order_by("number")
    buys = BuyEdition.objects.filter(cycle=cycle).order_by("number")
    return {e.customer_id: e for e in editions}, {b.customer_key: b for b in buys}


def _status(customer: str, candidate: Candidate, inputs: Inputs, old: Edition | None) -> str:
    """Final when every account has its final bill. A month whose accounts all went to others stays what it was."""
    if old and not inputs.slices_of(customer):
        return old.status
    return "final" if customer in candidate.finals else "open"


def _to_remember(inputs: Inputs, candidate: Candidate, held: set[str]) -> Inputs:
    """What was tried, without the hash where the way out changes no input: a stored file's repair, another's month."""
    at_fault = {customer for refusal in candidate.refusals if refusal.is_altered for customer in refusal.customers}
    return replace(inputs, customers=inputs.customers | dict.fromkeys(at_fault | held, ""))


def _is_new(month: Month, status: str, old: Edition | None) -> bool:
    """An edition is made only where rows changed, or where the month was closed or is an estimate again."""
    if old is None:
        return month.rows > 0
    return (old.content, old.status) != (month.content, status)


def _write(  # noqa: PLR0913 - what an edition is made of
    bench: duckdb.DuckDBPyConnection, lake: Path, inputs: Inputs, month: Month, status: str, sums: tuple[Sums, ...]
) -> NewEdition:
    folder = f"{month.customer}/{inputs.cycle}"
    # Above one row group a month is kept by bill date: a late line then rewrites its day, and the others are shared.
    days = month.days if month.rows > ROW_GROUP else ("",)
    slices = inputs.counted_of(month.customer)
    return NewEdition(
        customer=month.customer,
        status=status,
        data_through=min((s.data_through for s in slices), default=None),
        month=month,
        charges=tuple(write_file(bench, select_lines(month.customer, d), lake, f"charges/{folder}") for d in days),
        daily=write_file(bench, select_daily(month.customer), lake, f"daily/{folder}"),
        totals=sums,
    )


def _write_buy(
    bench: duckdb.DuckDBPyConnection, lake: Path, cycle: str, month: Month, sums: dict[str, dict[str, object]]
) -> NewBuy:
    file = write_file(bench, select_buy(month.customer), lake, f"buy/{month.customer}/{cycle}")
    return NewBuy(month.customer, month.buy_content, file, sums)


def _prove(bench: duckdb.DuckDBPyConnection, lake: Path, editions: list[NewEdition]) -> None:
    """Lines = totals = rollup, read back from disk. A difference is our bug, so it raises as one."""
    stored = read_back(bench, lake, [f for e in editions for f in e.charges])
    rolled = read_back(bench, lake, [e.daily for e in editions])
    staged: dict[tuple[str, str], tuple[int, Decimal, Decimal]] = {}
    for edition in editions:
        for total in edition.totals:
            key = (edition.customer, total.currency)
            rows, list_cost, billed = staged.get(key, (0, Decimal(0), Decimal(0)))
            staged[key] = (rows + total.rows, list_cost + total.list_cost, billed + total.billed_cost)
    if not staged == stored == rolled or any(sum(f.rows for f in e.charges) != e.month.rows for e in editions):
        wrong = {k: (staged.get(k), stored.get(k), rolled.get(k)) for k in {*staged, *stored, *rolled}}
        msg = f"staged, stored and rolled up differ: { {k: v for k, v in wrong.items() if len(set(v)) > 1} }"
        raise AssertionError(msg)
