"""Nothing is sold twice: an account's day stands in one customer's newest edition of a cycle (money.md R12).

Months that cannot be compared are looked at too. When an account changes hands and its old owner is blocked by a
finding, that owner's last edition still holds the lines which the new owner's edition now holds as well.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from crossfoot.reconcile.derive import Cell
from crossfoot.reconcile.owners import REFUNDS

FOLLOWS_ITS_ORIGINAL = frozenset(REFUNDS.to_pylist())  # on the day of a refund the account may be another customer's


class Sold:
    """Who was sold which day of which account in one cycle."""

    def __init__(self, cycle: str) -> None:
        """Begin with nothing sold."""
        self._cycle = cycle
        self._buyers: dict[tuple[str, str], set[str]] = defaultdict(set)

    def note(self, customer: str, cells: Iterable[Cell]) -> None:
        """Take the cells of a customer's newest edition."""
        for cell in cells:
            if cell.account and cell.bill_type not in FOLLOWS_ITS_ORIGINAL:
                self._buyers[cell.account, cell.day].add(customer)

    def find_faults(self) -> Iterator[str]:
        """One sentence per account and pair of customers."""
        days: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
        for (account, day), buyers in sorted(self._buyers.items()):
            if len(buyers) > 1:
                days[account, tuple(sorted(buyers))].append(day)
        for (account, names), found in days.items():
            yield (
                f"The lines of account {account} of {found[0]} ({len(found)} days in all) stand in the newest editions "
                f"of {' and '.join(names)} of {self._cycle}: they are sold twice. "
                "Resolve what blocks the month of the old owner and publish it again."
            )
