"""Every finding in force, from files and from months, grouped by kind: what is wrong, who has to act, what comes next."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any, NamedTuple

from crossfoot.access.customers import list_owners
from crossfoot.access.rls import as_scope
from crossfoot.access.scope import Scope
from crossfoot.core.clock import instant, parse_instant
from crossfoot.core.finding import Finding, Severity, read_finding
from crossfoot.core.kinds import Kind, kind_of, may_be_accepted
from crossfoot.core.roles import Capability
from crossfoot.publish.acceptances import Accepted, list_accepted
from crossfoot.publish.models import MonthState
from crossfoot.publish.received import list_file_findings, list_newest_files

ORDER = [Severity.BLOCK, Severity.ACCEPTED, Severity.NOTE]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One finding in force: against a month, or in a file."""

    finding: Finding
    since: datetime
    customers: tuple[str, ...]
    is_of_month: bool
    accepted: Accepted | None = None

    @property
    def may_accept(self) -> bool:
        """True for what stands against a month, may be accepted and is not."""
        return self.is_of_month and self.accepted is None and may_be_accepted(self.finding)

    @property
    def waits(self) -> bool:
        """True where the month was not yet published with what finance chose since."""
        return self.is_of_month and (self.accepted is not None) != self.finding.is_accepted

    def as_json(self) -> dict[str, object]:
        """The finding for `--json`."""
        accepted = self.accepted
        return self.finding.as_json() | {
            "id": self.finding.id,
            "since": instant(self.since),
            "customers": list(self.customers),
            "may_accept": self.may_accept,
            "accepted": accepted and {"by": accepted.by, "at": instant(accepted.at), "reason": accepted.reason},
        }


class Row(NamedTuple):
    """A finding as it is stored: months have thousands, and a page makes objects of the few that it shows."""

    body: Mapping[str, Any]
    since: str
    customers: tuple[str, ...]
    is_of_month: bool


@dataclass(frozen=True, kw_only=True)
class Group:
    """The findings of one kind and severity; the first is the example."""

    check: str
    kind: Kind
    severity: Severity
    rows: tuple[Row, ...]
    accepted: Mapping[str, Accepted]  # by fingerprint

    def __len__(self) -> int:
        """How many findings there are."""
        return len(self.rows)

    @property
    def seen(self) -> Iterator[Seen]:
        """Every one of them, made as it is asked for."""
        for row in self.rows:
            finding = read_finding(dict(row.body))
            may = row.is_of_month and may_be_accepted(finding)
            yield Seen(
                finding=finding,
                since=parse_instant(row.since),
                customers=row.customers,
                is_of_month=row.is_of_month,
                accepted=self.accepted.get(finding.fingerprint) if may else None,
            )

    @property
    def example(self) -> Finding:
        """The first."""
        return next(self.seen).finding

    @property
    def records(self) -> int:
        """How many records they speak of."""
        return sum(row.body["count"] for row in self.rows)

    @property
    def since(self) -> datetime:
        """When the oldest of them was first seen."""
        return min(parse_instant(text) for text in {row.since for row in self.rows})

    @property
    def customers(self) -> tuple[str, ...]:
        """Whom they touch."""
        return tuple(sorted({customer for row in self.rows for customer in row.customers}))

    @property
    def cycles(self) -> tuple[str, ...]:
        """The months that they touch."""
        return tuple(sorted({row.body["cycle"] for row in self.rows} - {""}))

    def as_json(self) -> dict[str, object]:
        """The group for `--json`."""
        return {
            "check": self.check,
            "title": self.kind.title,
            "severity": self.severity.value,
            "owner": self.kind.owner.value,
            "reach": self.example.reach.value,
            "findings": len(self),
            "records": self.records,
            "since": instant(self.since),
            "next_step": self.example.next_step,
            "customers": list(self.customers),
            "cycles": list(self.cycles),
            "seen": [one.as_json() for one in self.seen],
        }


@dataclass(frozen=True, kw_only=True)
class Board:
    """All of them, blocks first; and what is accepted, also where it is seen no more."""

    groups: tuple[Group, ...]
    accepted: tuple[Accepted, ...]

    def count(self, severity: Severity) -> int:
        """How many findings of a severity there are."""
        return sum(len(group) for group in self.groups if group.severity is severity)

    @property
    def chosen(self) -> Iterator[Seen]:
        """What may be accepted, whether it is or not."""
        return (one for group in self.groups if group.kind.accepting for one in group.seen)

    def as_json(self) -> dict[str, object]:
        """The board for `--json`."""
        return {
            "blocks": self.count(Severity.BLOCK),
            "accepted": self.count(Severity.ACCEPTED),
            "notes": self.count(Severity.NOTE),
            "groups": [group.as_json() for group in self.groups],
            "acceptances": [
                {
                    "id": a.finding.id,
                    "sentence": a.finding.sentence,
                    "reason": a.reason,
                    "by": a.by,
                    "at": instant(a.at),
                }
                for a in self.accepted
            ],
        }


def list_findings(scope: Scope, cycle: str = "", customer: str = "") -> Board:
    """The board, for those who close the month."""
    scope.require(Capability.READ_CLOSE)
    with as_scope(scope):
        return read_board(cycle, customer)


def list_cycles_of_findings(scope: Scope) -> list[str]:
    """The months that the page can be narrowed to, newest first."""
    scope.require(Capability.READ_CLOSE)
    with as_scope(scope):
        return sorted(MonthState.objects.values_list("cycle", flat=True).distinct(), reverse=True)


def read_board(cycle: str = "", customer: str = "") -> Board:
    """Every finding in force, of a cycle and a customer or of all. Call it as staff.

    A finding of a whole file may touch anybody, so it stands on every customer's board.
    """
    accepted = list_accepted(cycle, customer)
    rows = [*_of_months(cycle, customer), *_of_files(cycle, customer)]
    return Board(groups=_grouped(rows, {one.finding.fingerprint: one for one in accepted}), accepted=accepted)


def _of_months(cycle: str, customer: str) -> Iterator[Row]:
    states = MonthState.objects.exclude(findings=[]).order_by("-cycle", "customer_key")
    states = states.filter(cycle=cycle) if cycle else states
    states = states.filter(customer_key=customer) if customer else states
    for key, tried_at, bodies, times in states.values_list("customer_key", "tried_at", "findings", "seen_since"):
        touched = (key,) if key else ()
        for body, since in zip_longest(bodies, times[: len(bodies)]):
            yield Row(body, since or instant(tried_at), touched, is_of_month=True)


def _of_files(cycle: str, customer: str) -> Iterator[Row]:
    owners: dict[str, set[str]] = {}
    for owner in list_owners():
        owners.setdefault(owner.account_id, set()).add(owner.customer_id)
    for _, body, at in list_file_findings(list_newest_files(cycle), cycle):
        touched = tuple(sorted(owners.get(body["account"], ())))
        if not customer or not body["account"] or customer in touched:
            yield Row(body, instant(at), touched, is_of_month=False)


def _grouped(rows: Iterable[Row], accepted: Mapping[str, Accepted]) -> tuple[Group, ...]:
    alike: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        alike.setdefault((ORDER.index(row.body["severity"]), row.body["check"]), []).append(row)
    return tuple(
        Group(check=check, kind=kind_of(check), severity=ORDER[rank], rows=tuple(alike[rank, check]), accepted=accepted)
        for rank, check in sorted(alike)
    )
