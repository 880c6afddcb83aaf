"""Whose a line is: the owner of the account on the bill date, and for a refund on the day of the original (R9, R12)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

import pyarrow as pa
import pyarrow.compute as pc

ORDERS = pa.array(["1", "2", "3", "8", "18", "103"])  # bill types that a refund can give back
REFUNDS = pa.array(["4", "20", "24"])

day_of = cache(date.fromisoformat)


@dataclass(frozen=True)
class Owner:
    """An account in the hands of a customer, from a date (in) to a date (out)."""

    account: str
    customer: str
    start: date | None = None
    end: date | None = None

    def has(self, day: date) -> bool:
        """True on a day of the ownership."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)


class Owners:
    """Who owned what and when."""

    def __init__(self, owners: Iterable[Owner]) -> None:
        """Take every ownership there is."""
        self._by_account: dict[str, list[Owner]] = defaultdict(list)
        for owner in owners:
            self._by_account[owner.account].append(owner)
        self._found: dict[tuple[str, str], str | None] = {}

    def find(self, account: str, day: str) -> str | None:
        """The customer who owned the account on that day; None where nobody did."""
        key = account, day
        if key not in self._found:
            on = day_of(day)
            self._found[key] = next((o.customer for o in self._by_account.get(account, ()) if o.has(on)), None)
        return self._found[key]

    def of(self, account: str) -> tuple[str, ...]:
        """Everybody who ever owned the account."""
        return tuple(sorted({o.customer for o in self._by_account.get(account, ())}))

    @cached_property
    def accounts(self) -> Mapping[str, frozenset[str]]:
        """The accounts that each customer owns or once owned."""
        found: dict[str, set[str]] = defaultdict(set)
        for account, owners in self._by_account.items():
            for owner in owners:
                found[owner.customer].add(account)
        return {customer: frozenset(accounts) for customer, accounts in found.items()}


class Orders:
    """The day of every order seen so far, by the account and the order or trade id that a refund would name."""

    def __init__(self) -> None:
        """Begin with none; cycles are read in order, so a later order is never the original of an earlier refund."""
        self._days: dict[tuple[str, str], str] = {}

    def note(self, lines: pa.Table) -> None:
        """Remember the orders among the lines; where an id repeats, its first day."""
        bought = lines.filter(pc.is_in(lines["bill_type"], ORDERS))
        columns = (bought[name].to_pylist() for name in ("account_id", "bill_date", "order_id", "trade_id"))
        for account, day, order_id, trade_id in zip(*columns, strict=True):
            for name in (order_id, trade_id):
                if name:
                    key = account, name
                    self._days[key] = min(day, self._days.get(key, day))

    def days(self, refunds: pa.Table) -> list[str | None]:
        """The day of the original of each refund, None where it is in no bill received."""
        names = zip(refunds["account_id"].to_pylist(), refunds["original_order_id"].to_pylist(), strict=True)
        return [self._days.get((account, name)) for account, name in names]


def split_refunds(lines: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The refunds, and the other lines."""
    is_refund = pc.is_in(lines["bill_type"], REFUNDS)
    return lines.filter(is_refund), lines.filter(pc.invert(is_refund))
