"""Publishes: stage, check, write files, then one transaction that makes them visible. The only writer of the lake.

Before that transaction nothing can be seen; after it everything can. A crash leaves files that nobody refers to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from django.db import connection

from crossfoot.access.rls import as_staff
from crossfoot.checks.candidate import Candidate
from crossfoot.checks.catalog import run_checks
from crossfoot.core.errors import Busy
from crossfoot.core.finding import Finding
from crossfoot.ingest.engine import workbench
from crossfoot.ingest.models import Slice
from crossfoot.lake.files import LakeFile
from crossfoot.lake.writer import ROW_GROUP, read_back, write_file
from crossfoot.publish.catalogue import NewBuy, NewEdition, commit
from crossfoot.publish.inputs import Inputs, gather
from crossfoot.publish.lines import EMPTY, Month, list_months, make_lines, select_buy, select_daily, select_lines
from crossfoot.publish.models import BuyEdition, Edition
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

    def as_json(self) -> dict[str, object]:
        """The result for `--json`."""
        return {
            "cycle": self.cycle,
            "editions": [{"customer": c, "edition": n, "status": s} for c, n, s in self.editions],
            "blocked": list(self.blocked),
            "unchanged": self.unchanged,
            "findings": [f.as_json() for f in self.findings],
        }


def list_cycles() -> list[str]:
    """Every cycle of which something was accepted, in order."""
    with as_staff():
        return sorted(Slice.objects.values_list("cycle", flat=True).distinct())


def publish(cycle: str, home: Home, actor: str) -> Published:
    """Publish what changed in a cycle; customers that a finding blocks keep their last edition, the others go on.

    Raises:
        Busy: another publication is at work.
    """
    with _alone(), workbench(home.tmp) as (bench, _):
        with as_staff():
            inputs = gather(cycle)
            before, buy_before = _newest(cycle)
        candidate = make_candidate(bench, inputs, {c: e.days for c, e in before.items()}, home)
        findings = run_checks(candidate)
        blocked = {f.customer for f in findings if f.is_block and f.customer} & set(inputs.customers)
        make_lines(bench, cycle, set(inputs.customers) - blocked, set(candidate.finals))
        months = list_months(bench)
        lake = Path(home.lake)
        editions, buys = [], []
        for customer in sorted(set(inputs.customers) - blocked):
            month = months.get(customer) or Month(customer)
            old, old_buy = before.get(customer), buy_before.get(customer)
            status = _status(customer, candidate, inputs, old)
            if _is_new(month, status, old):
                editions.append(_write(bench, lake, inputs, month, status))
            if month.buy_content != (old_buy.content if old_buy else EMPTY):
                buys.append(_write_buy(bench, lake, cycle, month))
        numbers = commit(cycle, actor, _to_remember(inputs, candidate), editions, buys, blocked, findings)
    return Published(
        cycle=cycle,
        editions=tuple((e.customer, numbers[e.customer], e.status) for e in editions),
        blocked=tuple(sorted(blocked)),
        unchanged=len(inputs.customers) - len(blocked) - len(editions),
        findings=tuple(findings),
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


def _to_remember(inputs: Inputs, candidate: Candidate) -> Inputs:
    """What was tried, without the hash where a stored file was at fault: its repair changes no input."""
    at_fault = {customer for refusal in candidate.refusals if refusal.is_altered for customer in refusal.customers}
    return replace(inputs, customers=inputs.customers | dict.fromkeys(at_fault, ""))


def _is_new(month: Month, status: str, old: Edition | None) -> bool:
    """An edition is made only where rows changed, or where the month was closed."""
    if old is None:
        return month.rows > 0
    return old.content != month.content or (old.status, status) == ("open", "final")


def _write(bench: duckdb.DuckDBPyConnection, lake: Path, inputs: Inputs, month: Month, status: str) -> NewEdition:
    folder = f"{month.customer}/{inputs.cycle}"
    # Above one row group a month is kept by bill date: a late line then rewrites its day, and the others are shared.
    days = month.days if month.rows > ROW_GROUP else ("",)
    charges = [write_file(bench, select_lines(month.customer, day), lake, f"charges/{folder}") for day in days]
    daily = write_file(bench, select_daily(month.customer), lake, f"daily/{folder}")
    totals = bench.execute(
        "SELECT coalesce(service_name, ''), coalesce(charge_category, ''), currency, count(*), sum(list_cost), "
        "CAST(sum(billed_cost) AS DECIMAL(38,8)) FROM edition_lines WHERE customer_id = ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        [month.customer],
    ).fetchall()
    _compare(bench, lake, month, charges, [daily], totals)
    slices = inputs.slices_of(month.customer)
    return NewEdition(
        customer=month.customer,
        status=status,
        data_through=min((s.data_through for s in slices), default=None),
        month=month,
        charges=tuple(charges),
        daily=daily,
        totals=tuple(totals),
    )


def _compare(  # noqa: PLR0913 - both sides of the comparison
    bench: duckdb.DuckDBPyConnection,
    lake: Path,
    month: Month,
    charges: list[LakeFile],
    daily: list[LakeFile],
    totals: list[tuple[str, str, str, int, object, object]],
) -> None:
    """Lines = totals = rollup, read back from disk. A difference is our bug, so it raises as one."""
    stored, rolled = read_back(bench, lake, charges), read_back(bench, lake, daily)
    for currency, (rows, list_cost, billed) in stored.items():
        mine = [t for t in totals if t[2] == currency]
        sums = (sum(t[3] for t in mine), sum(t[4] for t in mine), sum(t[5] for t in mine))  # type: ignore[misc]
        if sums != (rows, list_cost, billed) or rolled[currency][1:] != (list_cost, billed):
            msg = f"{month.customer}: stored {rows, list_cost, billed}, totals {sums}, rollup {rolled[currency]}"
            raise AssertionError(msg)
    if sum(f.rows for f in charges) != month.rows:
        msg = f"{month.customer}: {month.rows} lines staged, {sum(f.rows for f in charges)} stored"
        raise AssertionError(msg)


def _write_buy(bench: duckdb.DuckDBPyConnection, lake: Path, cycle: str, month: Month) -> NewBuy:
    file = write_file(bench, select_buy(month.customer), lake, f"buy/{month.customer}/{cycle}")
    totals = bench.execute(
        "SELECT currency, CAST(coalesce(sum(settlement_amount), 0) AS VARCHAR), count(*) FILTER (WHERE settlement_amount IS NULL) "
        f"FROM ({select_buy(month.customer)}) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return NewBuy(
        month.customer, month.buy_content, file, {c: {"settlement_amount": s, "unknown": n} for c, s, n in totals}
    )
