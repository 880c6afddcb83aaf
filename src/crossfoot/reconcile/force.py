"""Which bill is in force for each account and cycle, decided again from what was received.

A final bill beats every month-to-date file; then the newest day it is of, then the latest arrival. What ingest refused
of a bill was never in force.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from crossfoot.sources.bill import Source


@dataclass(frozen=True, kw_only=True)
class Bill:
    """A bill as it landed."""

    sha256: str
    name: str
    source: Source
    arrival: int  # counted up; a clock may have been set back


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one bill says about one account in one cycle."""

    account: str
    cycle: str
    bill: Bill
    is_final: bool
    as_of: date | None
    has_refunds: bool = False

    @property
    def age(self) -> tuple[bool, date, int]:
        """Sorts what bills say of one account's cycle: the last one is in force."""
        return self.is_final, self.as_of or date.min, self.bill.arrival


def choose(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The part in force of every account and cycle."""
    found: dict[tuple[str, str], Part] = {}
    for part in parts:
        key = part.cycle, part.account
        if key not in found or part.age >= found[key].age:
            found[key] = part
    return tuple(found[key] for key in sorted(found))


def accounts_by_bill(parts: Iterable[Part]) -> dict[Bill, frozenset[str]]:
    """The bills in force and the accounts for which each is."""
    found: dict[Bill, set[str]] = defaultdict(set)
    for part in parts:
        found[part.bill].add(part.account)
    return {bill: frozenset(accounts) for bill, accounts in found.items()}


def find_final(
    parts: Iterable[Part], owned: Mapping[str, Iterable[str]], left_out: AbstractSet[tuple[str, str]] = frozenset()
) -> frozenset[str]:
    """The customers whose cycle is closed: every account they ever owned has a final bill in force.

    Args:
        parts: the parts in force of one cycle.
        owned: the accounts that each customer owns or once owned.
        left_out: customers and accounts of which finance accepted that the final bill charges nothing.
    """
    by_account = {part.account: part.is_final for part in parts}
    return frozenset(
        customer
        for customer, accounts in owned.items()
        if (known := [by_account[a] or (customer, a) in left_out for a in accounts if a in by_account]) and all(known)
    )
