"""Publishes: stage, check, write files, then one transaction that makes them visible. The only writer of the lake.

Before that transaction nothing can be seen; after it everything can. A crash leaves files that nobody refers to.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from crossfoot.access.rls import as_staff
from crossfoot.checks.candidate import Candidate
from crossfoot.checks.catalog import run_checks
from crossfoot.core.errors import Busy
from crossfoot.core.finding import Finding, read_finding
from crossfoot.ingest.engine import THREADS, workbench
from crossfoot.ingest.models import Slice
from crossfoot.lake.schema import BUY, CHARGES
from crossfoot.lake.writer import Draft, drafting, read_back
from crossfoot.publish.catalogue import NewBuy, NewEdition, commit
from crossfoot.publish.content import BUY_SAYING, EMPTY, SAYING, Content
from crossfoot.publish.hold import hold_back
from crossfoot.publish.inputs import Inputs, gather
from crossfoot.publish.lines import Month, list_buy_totals, list_months, list_totals, make_lines, read_daily
from crossfoot.publish.models import BuyEdition, Edition, MonthState
from crossfoot.publish.shelves import list_runs, read_no_lines, read_shelf, runs
from crossfoot.publish.stage import make_candidate
from crossfoot.runtime.home import Home
from crossfoot.runtime.scratch import scratch

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
    with _alone(), scratch(home.tmp) as shelves, workbench(home.tmp) as (bench, _):
        with as_staff():
            inputs = gather(cycle)
            before, buy_before = _newest(cycle)
            states = MonthState.objects.filter(cycle=cycle, is_blocked=True).exclude(customer_key="")
            blocked_before = {s.customer_key: s.findings for s in states}
        candidate = make_candidate(bench, inputs, {c: e.days for c, e in before.items()}, home, shelves)
        findings = inputs.choices.settle(run_checks(candidate))
        blocked = {f.customer for f in findings if f.is_block and f.customer} & set(inputs.customers)
        held = hold_back(candidate, blocked, set(blocked_before), {c: e.days for c, e in before.items()})
        findings += held
        blocked |= {f.customer for f in held}
        ready = set(inputs.customers) - blocked
        make_lines(bench, cycle, ready, set(candidate.finals))
        statuses = {c: _status(c, candidate, inputs, before.get(c)) for c in ready}
        with drafting(Path(home.lake)) as begin, ThreadPoolExecutor(THREADS) as pool:
            drafts = _draft(bench, cycle, ready, begin, pool)
            changed = {c for c in ready if _is_new(drafts[c], statuses[c], before.get(c))}
            editions = _settle(bench, inputs, [d for c, d in drafts.items() if c in changed], statuses, begin)
            buys = _settle_buy(bench, [d for c, d in drafts.items() if _is_new_buy(d, buy_before.get(c))])
        _prove(bench, Path(home.lake), editions)
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


class _Drafts:
    """A customer's month in drafts, and what it says."""

    def __init__(self, customer: str, cycle: str, begin: Callable[[str], Draft]) -> None:
        self.customer, self._cycle, self._begin = customer, cycle, begin
        self.lines: list[Draft] = []
        self.buy = begin(f"buy/{customer}/{cycle}")
        self.content, self.buy_content = Content(SAYING), Content(BUY_SAYING)

    def add(self, lines: pa.Table) -> None:
        """Take the next lines: a file of their own, and what is paid for those that are Huawei's."""
        self.lines.append(self._begin(f"charges/{self.customer}/{self._cycle}"))
        self.lines[-1].add(lines.select(list(CHARGES)))
        self.content.add(lines)
        bought = lines.select(list(BUY)).filter(pc.field("account_id").is_valid())  # our own rounding is in no account
        self.buy.add(bought)
        self.buy_content.add(bought)


def _draft(
    bench: duckdb.DuckDBPyConnection,
    cycle: str,
    customers: Iterable[str],
    begin: Callable[[str], Draft],
    pool: ThreadPoolExecutor,
) -> dict[str, _Drafts]:
    """Write every customer's month, in the order in which it is kept, into drafts."""

    def draft(shelves: tuple[int, ...]) -> dict[str, _Drafts]:
        found: dict[str, _Drafts] = {}
        with bench.cursor() as cursor:
            for shelf in shelves:
                for customer, lines in read_shelf(cursor, shelf):
                    found.setdefault(customer, _Drafts(customer, cycle, begin)).add(lines)
        return found

    drafts = {customer: drafted for found in pool.map(draft, list_runs(bench)) for customer, drafted in found.items()}
    for customer in sorted(set(customers) - set(drafts)):  # every line of theirs is gone
        drafts[customer] = _Drafts(customer, cycle, begin)
        drafts[customer].add(read_no_lines(bench))
    return dict(sorted(drafts.items()))


def _is_new(drafts: _Drafts, status: str, old: Edition | None) -> bool:
    """An edition is made only where rows changed, or where the month was closed or is an estimate again."""
    if old is None:
        return drafts.content.text != EMPTY
    return (old.content, old.status) != (drafts.content.text, status)


def _is_new_buy(drafts: _Drafts, old: BuyEdition | None) -> bool:
    return drafts.buy_content.text != (old.content if old else EMPTY)


def _settle(
    bench: duckdb.DuckDBPyConnection,
    inputs: Inputs,
    drafts: list[_Drafts],
    statuses: dict[str, str],
    begin: Callable[[str], Draft],
) -> list[NewEdition]:
    """Make months durable, each with its daily rollup."""
    months, sums = list_months(bench), list_totals(bench)
    rolled = read_daily(bench, [d.customer for d in drafts])
    rollups = {c: rolled.slice(start, end - start) for c, start, end in runs(rolled["customer_id"])}
    editions = []
    for draft in drafts:
        customer = draft.customer
        daily = begin(f"daily/{customer}/{inputs.cycle}")
        daily.add(rollups.get(customer, rolled.slice(0, 0)))
        edition = NewEdition(
            customer=customer,
            status=statuses[customer],
            data_through=min((s.data_through for s in inputs.counted_of(customer)), default=None),
            month=months.get(customer) or Month(customer),
            content=draft.content.text,
            charges=tuple(file.settle() for file in draft.lines),
            daily=daily.settle(),
            totals=sums.get(customer, ()),
        )
        editions.append(edition)
    return editions


def _settle_buy(bench: duckdb.DuckDBPyConnection, drafts: list[_Drafts]) -> list[NewBuy]:
    sums = list_buy_totals(bench)
    return [NewBuy(d.customer, d.buy_content.text, d.buy.settle(), sums.get(d.customer, {})) for d in drafts]


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
