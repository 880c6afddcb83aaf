"""What came when and how whole it is: files, accounts and days of one cycle, and what should come next and by when.

Huawei pushes a month-to-date file a day, by midnight, and its final bill by noon of the 5th (GMT+08:00).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crossfoot.access.customers import list_owners, names_of_customers
from crossfoot.access.models import AccountOwner
from crossfoot.access.rls import as_scope
from crossfoot.access.scope import Scope
from crossfoot.core.clock import now
from crossfoot.core.finding import Finding, Severity, read_finding
from crossfoot.core.period import day_after, end_day, first_day, midnight
from crossfoot.core.roles import Capability
from crossfoot.publish.acceptances import list_accepted
from crossfoot.publish.models import Edition
from crossfoot.publish.received import (
    FileFinding,
    ReceivedAccount,
    ReceivedFile,
    list_file_findings,
    list_newest_accounts,
    list_newest_files,
    list_received_cycles,
)

FINAL_BY = timedelta(days=4, hours=12)  # after the end of the cycle: noon of the 5th
DAILY_BY = timedelta(days=1)  # the file of a day is there when the next day ends


@dataclass(frozen=True, kw_only=True)
class FileHealth:
    """A newest file of the cycle, with the blocks that were found in it."""

    file: ReceivedFile
    refusals: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class AccountHealth:
    """One account of one customer in the cycle; customer '' for an account that belongs to nobody.

    `expected` are the days of ownership up to `data_through`; `present` those of which a line is published.
    """

    customer: str
    customer_name: str
    account: str
    file: str
    rows: int
    is_final: bool
    is_refused: bool
    is_left_out: bool  # finance accepted that Huawei's final bill charges nothing of it
    data_through: datetime | None
    expected: tuple[date, ...]
    present: frozenset[date]

    @property
    def missing(self) -> tuple[date, ...]:
        """The days without a line: idle, or not delivered."""
        return tuple(day for day in self.expected if day not in self.present)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What should come next of Huawei's files. `is_late` when it should be there by now."""

    what: str  # final, daily
    by: datetime
    is_late: bool


@dataclass(frozen=True, kw_only=True)
class Health:
    """One cycle, looked at now."""

    cycle: str
    cycles: tuple[str, ...]
    looked_at: datetime
    files: tuple[FileHealth, ...]
    accounts: tuple[AccountHealth, ...]
    expected: Expected | None

    @property
    def unowned(self) -> tuple[AccountHealth, ...]:
        """The accounts that belong to nobody."""
        return tuple(a for a in self.accounts if not a.customer)


def read_health(scope: Scope, cycle: str = "", customer: str = "") -> Health:
    """The health of a cycle, by default of the newest; only for the reseller's people."""
    scope.require(Capability.READ_DATA_HEALTH)
    with as_scope(scope):
        cycles = tuple(list_received_cycles())
        chosen = cycle or (cycles[0] if cycles else "")
        files = list_newest_files(chosen)
        accounts = list_newest_accounts(chosen) if chosen else []
        findings = list_file_findings(files, chosen)
        return Health(
            cycle=chosen,
            cycles=cycles,
            looked_at=now(),
            files=tuple(_file(f, findings) for f in files),
            accounts=tuple(a for a in _accounts(chosen, accounts) if customer in {"", a.customer}),
            expected=find_expected(chosen, files, now()) if chosen else None,
        )


def find_expected(cycle: str, files: Iterable[ReceivedFile], at: datetime) -> Expected | None:
    """What Huawei still owes of the cycle; None once its final bill is there, or where no file of its own ever came."""
    huawei = [f for f in files if f.source == "huawei"]
    good = [f for f in huawei if f.is_accepted]
    if not huawei or any(f.is_final for f in good):
        return None
    end = midnight(end_day(cycle))
    last = max((f.data_through or f.received_at for f in good), default=midnight(first_day(cycle)))
    daily = (
        min(last, end) + 2 * DAILY_BY
    )  # the day that begins where the data ends, and the day in which its file comes
    if last >= end or at >= end + FINAL_BY:
        return Expected(what="final", by=end + FINAL_BY, is_late=at > end + FINAL_BY)
    return Expected(what="daily", by=daily, is_late=at > daily)


def _file(file: ReceivedFile, findings: Iterable[FileFinding]) -> FileHealth:
    blocks = (f.body for f in findings if f.file == file.id and f.body["severity"] == Severity.BLOCK)
    return FileHealth(file=file, refusals=tuple(read_finding(body) for body in blocks))


def _accounts(cycle: str, received: Sequence[ReceivedAccount]) -> Iterable[AccountHealth]:
    if not received:
        return
    names, days = names_of_customers(), _published_days(cycle)
    chosen = [a.finding for a in list_accepted(cycle) if a.finding.check == "no-final-charges"]
    left_out = {(finding.customer, finding.account) for finding in chosen}
    mine: dict[str, list[AccountOwner]] = {}
    for owner in list_owners():
        if (owner.valid_from or date.min) < end_day(cycle) and (owner.valid_to or date.max) > first_day(cycle):
            mine.setdefault(owner.account_id, []).append(owner)
    for one in received:
        owners = mine.get(one.account)
        spans = [(o.customer_id, o.valid_from, o.valid_to) for o in owners] if owners else [("", None, None)]
        for customer, valid_from, valid_to in spans:
            yield AccountHealth(
                customer=customer,
                customer_name=names.get(customer, ""),
                account=one.account,
                file=one.file,
                rows=one.rows,
                is_final=one.is_final,
                is_refused=one.is_refused,
                is_left_out=not one.is_final and (customer, one.account) in left_out,
                data_through=one.data_through,
                expected=_expected_days(one, valid_from, valid_to),
                present=days.get((customer, one.account), frozenset()),
            )


def _expected_days(one: ReceivedAccount, valid_from: date | None, valid_to: date | None) -> tuple[date, ...]:
    """The days of the cycle up to which the data reaches, as far as the account was owned."""
    start, end = first_day(one.cycle), end_day(one.cycle)
    through = min(day_after(one.data_through), end) if one.data_through else start
    first, last = max(start, valid_from or start), min(through, valid_to or through)
    return tuple(first + timedelta(days=n) for n in range((last - first).days))


def _published_days(cycle: str) -> dict[tuple[str, str], frozenset[date]]:
    """Customer and account -> the bill dates on which the newest edition has lines."""
    newest = Edition.objects.filter(cycle=cycle).order_by("customer_id", "-number").distinct("customer_id")
    return {
        (customer, account): frozenset(map(date.fromisoformat, found))
        for customer, days in newest.values_list("customer_id", "days")
        for account, found in days.items()
    }
