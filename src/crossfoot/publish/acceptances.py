"""What reseller finance took on itself: which findings of a month stop it no more, with a reason, a name and a time.

A row is never changed. The last one of a finding counts, and it counts for that very finding: another lost day, or the
same lines with another amount, has another fingerprint and blocks again.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import QuerySet

from crossfoot.access.models import User
from crossfoot.access.rls import as_staff
from crossfoot.access.scope import scope_for
from crossfoot.audit.record import Action, record
from crossfoot.core.clock import now
from crossfoot.core.errors import BadRequest, NotFound, RefusedByFindings
from crossfoot.core.finding import Finding, Severity, read_finding
from crossfoot.core.kinds import kind_of, may_be_accepted
from crossfoot.core.roles import Capability
from crossfoot.publish.models import Acceptance, MonthState

MAX_REASON = 500
NOTHING = "Nothing to do: finance accepted it."


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A finding that finance accepted."""

    finding: Finding
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Choices:
    """What finance chose for a cycle: fingerprints in force by customer, and days of which the loss was ever accepted.

    Such a day stays remembered. The edition published without it has it no more, and yet a withdrawal has to block.
    """

    in_force: Mapping[str, frozenset[str]] = field(default_factory=dict)
    lost: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)  # customer -> day, account

    def of(self, customer: str) -> list[str]:
        """What belongs to the inputs of a customer's month."""
        return sorted(self.in_force.get(customer, ()))

    def has(self, finding: Finding) -> bool:
        """True for what is accepted and not withdrawn."""
        return may_be_accepted(finding) and finding.fingerprint in self.in_force.get(finding.customer, ())

    def settle(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings, of which those that were accepted stop nothing."""
        return [replace(f, severity=Severity.ACCEPTED, next_step=NOTHING) if self.has(f) else f for f in findings]


def read_choices(cycle: str) -> Choices:
    """What finance chose for a cycle. Call it as staff."""
    rows = list(_rows().filter(cycle=cycle))
    lost: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        if row.check_key == "completeness":
            lost[row.customer_key] += [(day, account) for day, account in json.loads(row.body["exact"])]
    in_force: dict[str, set[str]] = defaultdict(set)
    for row in _last(rows):
        in_force[row.customer_key].add(row.fingerprint)
    return Choices(
        {customer: frozenset(found) for customer, found in in_force.items()},
        {customer: tuple(found) for customer, found in lost.items()},
    )


def list_accepted(cycle: str = "", customer: str = "") -> tuple[Accepted, ...]:
    """What is accepted and not withdrawn, newest first, also where it is seen no more. Call it as staff."""
    rows = _rows().filter(cycle=cycle) if cycle else _rows()
    rows = rows.filter(customer_key=customer) if customer else rows
    found = [Accepted(finding=_finding(r), reason=r.reason, by=r.accepted_by, at=r.accepted_at) for r in _last(rows)]
    return tuple(sorted(found, key=lambda a: a.at, reverse=True))


def accept_finding(finding_id: str, reason: str, person: User) -> Finding:
    """Accept a finding that stands against a month; the next publication goes on without it. Twice is once.

    Raises:
        NotPermitted: only reseller finance may.
        NotFound: there is no such finding against a month.
        RefusedByFindings: nobody may accept a finding of this kind.
        BadRequest: there is no reason, or a very long one.
    """
    scope_for(person).require(Capability.ACCEPT_FINDINGS)
    said = _reason(reason)
    with as_staff():
        finding = _find_standing(finding_id)
        if not may_be_accepted(finding):
            raise RefusedByFindings(
                f"A finding of the kind {kind_of(finding.check).title!r} cannot be accepted: {finding.next_step}"
            )
        if not read_choices(finding.cycle).has(finding):
            _add(finding, said, person.email, is_withdrawal=False)
    return finding


def withdraw_acceptance(finding_id: str, reason: str, person: User) -> Finding:
    """Take an acceptance back; the next publication is stopped by the finding again, if it still stands.

    Raises:
        NotPermitted: only reseller finance may.
        NotFound: no such acceptance is in force.
        BadRequest: there is no reason, or a very long one.
    """
    scope_for(person).require(Capability.ACCEPT_FINDINGS)
    said = _reason(reason)
    with as_staff():
        found = next((a.finding for a in list_accepted() if a.finding.id == finding_id), None)
        if found is None:
            raise NotFound(f"No acceptance of {finding_id} is in force: `crossfoot findings` lists them.")
        _add(found, said, person.email, is_withdrawal=True)
    return found


def _rows() -> QuerySet[Acceptance]:
    return Acceptance.objects.order_by("pk")


def _last(rows: Iterable[Acceptance]) -> list[Acceptance]:
    last = {row.fingerprint: row for row in rows}
    return [row for row in last.values() if not row.is_withdrawal]


def _finding(row: Acceptance) -> Finding:
    return read_finding(row.body)


def _find_standing(finding_id: str) -> Finding:
    for state in MonthState.objects.exclude(findings=[]):
        for finding in map(read_finding, state.findings):
            if finding.id == finding_id:
                return finding
    raise NotFound(f"There is no finding {finding_id[:40]!r} against a month: `crossfoot findings` lists them.")


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason or len(reason) > MAX_REASON or "\0" in reason:
        raise BadRequest(f"Give a reason of at most {MAX_REASON} characters; it is kept with your name.")
    return reason


def _add(finding: Finding, reason: str, email: str, *, is_withdrawal: bool) -> None:
    subject = finding.account or finding.value
    Acceptance.objects.create(
        customer_key=finding.customer,
        cycle=finding.cycle,
        check_key=finding.check,
        subject=subject[:200],
        fingerprint=finding.fingerprint,
        body=finding.as_json(),
        is_withdrawal=is_withdrawal,
        reason=reason,
        accepted_by=email,
        accepted_at=now(),
    )
    action = Action.FINDING_WITHDRAWN if is_withdrawal else Action.FINDING_ACCEPTED
    record(
        action,
        email,
        customer=finding.customer,
        cycle=finding.cycle,
        check=finding.check,
        subject=subject,
        finding=finding.id,
        fingerprint=finding.fingerprint,
        reason=reason,
    )
