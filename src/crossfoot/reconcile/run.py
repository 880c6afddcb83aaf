"""Runs the second opinion over a whole home: reads the catalogue, proves the files, derives and compares.

One cycle is in memory at a time; cycles go oldest first, because a refund may name an order of an earlier one.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from crossfoot.reconcile.compare import find_faults, find_file_faults, find_residuals
from crossfoot.reconcile.derive import Deriver, Month
from crossfoot.reconcile.force import Bill, Part, accounts_by_bill, choose, find_final
from crossfoot.reconcile.lakefiles import read_rollup
from crossfoot.reconcile.landed import Landed, Unreadable, find_fault
from crossfoot.reconcile.outcome import NotCompared, Outcome, Residual
from crossfoot.reconcile.owners import Owners
from crossfoot.reconcile.published import Published, Record, read_record
from crossfoot.reconcile.sell import Sellers
from crossfoot.reconcile.twice import Sold
from crossfoot.runtime.home import Home
from crossfoot.sources.bill import landed_suffix

RESTORE = "Restore it from the backup."
TELL = "Ingest could read it: tell Crossfoot."


class Broken(NamedTuple):
    """What is wrong with a bill, and what to do."""

    wrong: str
    next_step: str


def reconcile(home: Home) -> Outcome:
    """Derive every published figure again from the landed files and hold the two against each other."""
    return Opinion(home, read_record()).form()


class Opinion:
    """One pass over a home. `broken` are the bills that cannot be used, each with what is wrong with it."""

    def __init__(self, home: Home, record: Record) -> None:
        """Take the files and the catalogue; nothing is opened yet."""
        self._landed, self._lake = home.landed, Path(home.lake)
        self._owners, self._left_out = Owners(record.owners), record.left_out
        self._deriver = Deriver(self._owners, Sellers(self._owners, record.rules))
        self._parts: dict[str, list[Part]] = defaultdict(list)
        for part in choose(record.parts):
            self._parts[part.cycle].append(part)
        self._months: dict[str, list[Published]] = defaultdict(list)
        for month in record.months:
            self._months[month.cycle].append(month)
        self.broken: dict[Bill, Broken] = {}
        self._residuals: list[Residual] = []
        self._faults: list[str] = []
        self._not_compared: list[NotCompared] = []

    def form(self) -> Outcome:
        """Go through the cycles, oldest first."""
        for cycle in sorted({*self._parts, *self._months}):
            derived = self._derive(cycle)
            sold = Sold(cycle)
            for month in self._months[cycle]:
                self._compare(month, derived.get(month.customer) or Month(), sold)
            self._faults += sold.find_faults()
        return Outcome(
            residuals=tuple(self._residuals),
            faults=(*map(self._bill_fault, self.broken), *self._faults),
            not_compared=tuple(self._not_compared),
        )

    def _derive(self, cycle: str) -> dict[str, Month]:
        parts = self._parts[cycle]
        bills = accounts_by_bill(parts)
        for bill in bills:
            if fault := find_fault(self._path(bill), bill.sha256):
                self.broken[bill] = Broken(fault, RESTORE)
        left_out = self._left_out.get(cycle, frozenset())
        final = find_final(parts, self._owners.accounts, left_out)
        while True:
            sound = [
                Landed(self._path(bill), bill.source, accounts)
                for bill, accounts in bills.items()
                if bill not in self.broken
            ]
            try:
                return self._deriver.derive(cycle, sound, final, left_out)
            except Unreadable as unreadable:  # the other bills of the cycle go on without it
                self.broken.update(
                    {b: Broken(str(unreadable), TELL) for b in bills if self._path(b) == unreadable.path}
                )

    def _path(self, bill: Bill) -> Path:
        return self._landed / f"{bill.sha256}{landed_suffix(bill.source, bill.name)}"

    def _compare(self, published: Published, derived: Month, sold: Sold) -> None:
        file_faults = list(self._altered(published))
        self._faults += file_faults
        rollup = [self._lake / file.path for file in published.files if file.tree == "daily"]
        if rollup and not file_faults:
            sold.note(published.customer, read_rollup(rollup))
        reason = published.excuse or self._lacking(published)
        if reason:
            self._not_compared.append(NotCompared(customer=published.customer, cycle=published.cycle, reason=reason))
            return
        self._residuals += find_residuals(published, derived)
        self._faults += find_faults(published, derived)
        if not file_faults:
            self._faults += find_file_faults(published, derived, self._lake)

    def _altered(self, published: Published) -> Iterator[str]:
        for file in published.files:
            if fault := find_fault(self._lake / file.path, file.sha256):
                yield f"The published file {file.path} of {published.customer} {published.cycle} {fault}. {RESTORE}"

    def _lacking(self, published: Published) -> str:
        """The broken bill without which the month cannot be derived; '' where there is none."""
        mine = self._owners.accounts.get(published.customer, frozenset())
        for part in self._parts[published.cycle]:
            if part.account not in mine:
                continue
            if part.bill in self.broken:
                return f"the landed file {part.bill.name} {self.broken[part.bill].wrong}"
            for bill in self.broken if part.has_refunds else ():  # an original may lie in it
                if any(p.account == part.account and p.cycle < part.cycle for p in self._parts_of(bill)):
                    return f"it holds refunds, and the landed file {bill.name} {self.broken[bill].wrong}"
        return ""

    def _parts_of(self, bill: Bill) -> list[Part]:
        return [part for parts in self._parts.values() for part in parts if part.bill == bill]

    def _bill_fault(self, bill: Bill) -> str:
        wrong, next_step = self.broken[bill]
        parts = self._parts_of(bill)
        customers = sorted({c for part in parts for c in self._owners.of(part.account)})
        cycles = sorted({part.cycle for part in parts})
        reach = f"{', '.join(customers)} of {', '.join(cycles)}" if customers else "accounts that belong to nobody"
        return f"The landed file {bill.name} ({self._path(bill).name}) {wrong}: it touches {reach}. {next_step}"
