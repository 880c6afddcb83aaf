"""What a reseller's months should be after any bills in any order: a model in plain Python, by the rules on paper.

Per account and cycle the newest file counts, a final bill before any other; a refused account blocks its customers
until a newer file; a closed month must keep the days that were published; an edition is made where something changed.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

EIGHT, CENT = Decimal("0.00000001"), Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """One line of a bill."""

    account: str
    day: date
    amount: Decimal
    resource: str


@dataclass(frozen=True)
class Bill:
    """One file. `day` orders month-to-date files; a final bill has none. `bad` are the accounts with a broken cell."""

    cycle: str
    lines: tuple[Line, ...]
    day: date | None = None
    bad: frozenset[str] = frozenset()

    @property
    def accounts(self) -> set[str]:
        return {line.account for line in self.lines}


@dataclass(frozen=True)
class Owner:
    """An account in the hands of a customer from a date (in) to a date (out), at a share of List."""

    customer: str
    account: str
    start: date = date.min
    end: date = date.max


@dataclass(frozen=True)
class Month:
    """What one edition says."""

    lines: frozenset[tuple[Line, int]] = frozenset()  # lines and how often
    is_final: bool = False
    number: int = 0
    total: Decimal = Decimal(0)


@dataclass
class Model:
    """The reseller's months. `newest` holds, per account and cycle, the file in force and the newest that was refused."""

    owners: tuple[Owner, ...]
    share: dict[str, Decimal]
    good: dict[tuple[str, str], tuple[tuple[bool, date, int], Bill]] = field(default_factory=dict)
    bad: dict[tuple[str, str], tuple[bool, date, int]] = field(default_factory=dict)
    months: dict[tuple[str, str], Month] = field(default_factory=dict)
    arrivals: int = 0

    def receive(self, bill: Bill) -> None:
        """A file that was never seen before."""
        self.arrivals += 1
        rank = (bill.day is None, bill.day or date.max, self.arrivals)
        for account in bill.accounts:
            key = (account, bill.cycle)
            if account in bill.bad:
                self.bad[key] = max(rank, self.bad.get(key, rank))
            elif key not in self.good or rank > self.good[key][0]:
                self.good[key] = (rank, bill)

    def publish(self, cycle: str) -> tuple[dict[str, int], set[str]]:
        """The new editions by customer, and who is blocked."""
        made, blocked = {}, set()
        for customer in self.share:
            accounts = {o.account for o in self.owners if o.customer == customer}
            keys = [(a, cycle) for a in accounts if (a, cycle) in self.good or (a, cycle) in self.bad]
            if not keys:
                continue
            old = self.months.get((customer, cycle), Month())
            if any(k in self.bad and (k not in self.good or self.bad[k] > self.good[k][0]) for k in keys):
                blocked.add(customer)
                continue
            new = self._month(customer, cycle, keys)
            if new.is_final and self._days(old) - self._days(new):
                blocked.add(customer)
            elif new.lines != old.lines or (new.is_final != old.is_final and old.number):
                made[customer] = old.number + 1
                self.months[customer, cycle] = Month(new.lines, new.is_final, old.number + 1, new.total)
        return made, blocked

    def on(self, customer: str, start: date, end: date) -> Decimal:
        """What the lines of these days cost over all cycles; the rounding of a closed month is dated its last day."""
        found = Decimal(0)
        for (owner, cycle), month in self.months.items():
            if owner != customer:
                continue
            found += sum((self._price(customer, x) * n for x, n in month.lines if start <= x.day <= end), Decimal(0))
            exact = sum((self._price(customer, x) * n for x, n in month.lines), Decimal(0))
            if start <= _last_day(cycle) <= end:
                found += month.total - exact
        return found

    def waiting(self, cycle: str) -> set[str]:
        """The accounts in force that nobody owns."""
        owned = {o.account for o in self.owners}
        return {account for account, c in {*self.good, *self.bad} if c == cycle and account not in owned}

    def _month(self, customer: str, cycle: str, keys: list[tuple[str, str]]) -> Month:
        lines = Counter(
            x for key in keys for x in self.good[key][1].lines if x.account == key[0] and self._owner(x) == customer
        )
        is_final = all(self.good[key][1].day is None for key in keys)
        exact = sum((self._price(customer, x) * n for x, n in lines.items()), Decimal(0))
        total = exact.quantize(CENT, ROUND_HALF_UP) if is_final else exact
        return Month(frozenset(lines.items()), is_final, total=total)

    def _owner(self, line: Line) -> str:
        return next((o.customer for o in self.owners if o.account == line.account and o.start <= line.day < o.end), "")

    def _price(self, customer: str, line: Line) -> Decimal:
        return (line.amount * self.share[customer]).quantize(EIGHT, ROUND_HALF_UP)

    @staticmethod
    def _days(month: Month) -> set[date]:
        return {line.day for line, _ in month.lines}


def _last_day(cycle: str) -> date:
    first = date.fromisoformat(f"{cycle}-01")
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
