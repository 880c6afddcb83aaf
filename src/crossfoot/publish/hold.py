"""Holds back a customer that takes over an account from one whose month is blocked, so that no line is sold twice.

The blocked customer's last edition stays in force and still shows the lines; the new owner's edition waits for it.
"""

from collections.abc import Mapping, Sequence

from crossfoot.checks.candidate import Candidate
from crossfoot.core.finding import Finding, Reach, Severity

Days = Mapping[str, Mapping[str, Sequence[str]]]  # customer -> account -> the bill dates of its newest edition


def hold_back(candidate: Candidate, blocked: set[str], blocked_before: set[str], before: Days) -> list[Finding]:
    """A block for every customer whose staged lines stand in the newest edition of a blocked one.

    Holding one back may leave its own lines in force, which others take over: so until nothing more is held.
    """
    stuck = blocked | (blocked_before - candidate.customers)
    staged = _staged(candidate)
    found: list[Finding] = []
    waiting = set(candidate.customers) - stuck
    while taken := _first_taken(waiting, stuck, staged, before):
        customer, owner, account, day = taken
        found.append(_finding(candidate, customer, owner, account, day))
        waiting.discard(customer)
        stuck.add(customer)
    return found


def _first_taken(
    waiting: set[str], stuck: set[str], staged: Mapping[str, set[tuple[str, str]]], before: Days
) -> tuple[str, str, str, str] | None:
    for customer in sorted(waiting):
        new = staged.get(customer, set()) - _pairs(before.get(customer, {}))
        for owner in sorted(stuck):
            taken = new & _pairs(before.get(owner, {}))
            if taken:
                return customer, owner, *min(taken)
    return None


def _pairs(days: Mapping[str, Sequence[str]]) -> set[tuple[str, str]]:
    return {(account, day) for account, dates in days.items() for day in dates}


def _staged(candidate: Candidate) -> dict[str, set[tuple[str, str]]]:
    rows = candidate.bench.execute(
        "SELECT DISTINCT customer_id, account_id, CAST(bill_date AS VARCHAR) FROM priced WHERE customer_id IS NOT NULL"
    ).fetchall()
    found: dict[str, set[tuple[str, str]]] = {}
    for customer, account, day in rows:
        found.setdefault(customer, set()).add((account, day))
    return found


def _finding(candidate: Candidate, customer: str, owner: str, account: str, day: str) -> Finding:
    return Finding(
        check="taken-over",
        severity=Severity.BLOCK,
        reach=Reach.CUSTOMER_MONTH,
        customer=customer,
        account=account,
        cycle=candidate.cycle,
        column="Expenditure Date",
        value=day,
        message=f"The account came from {owner}, whose month is blocked and whose last edition still has these lines.",
        next_step=f"Clear the block of {owner} and publish again; published now, the lines would be sold twice.",
    )
