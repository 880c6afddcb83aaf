"""The Decimal reference of pricing: one line in, its Sell out, by money.md R1, R2 and R9. Pure; no database, no SQL.

`compile.py` says the same in SQL for millions of lines; `reconcile` and the tests hold the two against each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from crossfoot.core.money import round8

Action = Literal["list_pct", "refund_pct"]
ACTIONS: tuple[Action, ...] = ("list_pct", "refund_pct")
HUNDRED = Decimal(100)


class Basis(StrEnum):
    """Which amount of a line is sold."""

    LIST = "list"  # official_amount x the rule of its date
    REFUND = "refund"  # official_amount x the ratio of the original order
    NOTHING = "nothing"  # sold elsewhere, or the reseller's own cost
    PASS_ON = "pass-on"  # noqa: S105 - no password: Huawei's compensation or deduction, as it is
    UNKNOWN = "unknown"


BASIS: dict[str, Basis] = {
    **dict.fromkeys(("1", "2", "3", "5", "8", "12", "13", "14", "18", "103"), Basis.LIST),
    **dict.fromkeys(("4", "20", "24"), Basis.REFUND),
    **dict.fromkeys(("9", "16"), Basis.PASS_ON),
    **dict.fromkeys(("23", "15", "100", "101", "102", "17", "25"), Basis.NOTHING),
    # An export in FOCUS has words where Huawei has codes. Its credits and adjustments lower what the reseller pays.
    **dict.fromkeys(("Usage", "Purchase"), Basis.LIST),
    **dict.fromkeys(("Tax", "Credit", "Adjustment"), Basis.NOTHING),
}
CATEGORY: dict[str, str] = {
    **dict.fromkeys(("5", "12", "23"), "Usage"),
    **dict.fromkeys(("1", "2", "3", "8", "13", "14", "17", "18", "103", "4", "20", "24"), "Purchase"),
    **dict.fromkeys(("15", "100", "101", "102"), "Tax"),
    **dict.fromkeys(("9", "16", "25"), "Adjustment"),
    **{word: word for word in ("Usage", "Purchase", "Tax", "Credit", "Adjustment")},
}
KEPT = ("Credit", "Adjustment")
PLAN_USED = "6"  # billing mode of the files: the hour was bought with a savings plan
COMMITTED = "Committed"  # the same of an export in FOCUS; there a purchase can bear the word, too, and is sold


@dataclass(frozen=True, kw_only=True)
class Rule:
    """An approved rule: percent of List, for a customer and a service or for all (''), from a date to a date."""

    rule_id: str
    action: str
    value: Decimal
    valid_from: date
    valid_to: date | None = None
    customer: str = ""
    service: str = ""

    @property
    def rank(self) -> int:
        """The more a rule names, the more it weighs: customer before service."""
        return 2 * bool(self.customer) + bool(self.service)

    @property
    def factor(self) -> Decimal:
        """The percent as a factor with 8 decimals."""
        return round8(self.value / HUNDRED)

    def weight(self, services: tuple[str, ...]) -> tuple[int, bool]:
        """Rank, then the code of a service before its name: a bill in another language has other names."""
        return self.rank, bool(services) and self.service == services[0]

    def covers(self, customer: str, services: tuple[str, ...], day: date) -> bool:
        """True where the rule speaks about this customer, this service (by name or code) on this date."""
        return (
            self.customer in {"", customer}
            and (not self.service or self.service in services)
            and self.valid_from <= day
            and (self.valid_to is None or day < self.valid_to)
        )


@dataclass(frozen=True, kw_only=True)
class Line:
    """What pricing needs to know of a line.

    `services` are the code and the name of its service, in this order; `original_day` is the bill date of a refund's
    original, if it is known.
    """

    customer: str
    services: tuple[str, ...]
    day: date
    bill_type: str
    charge_mode: str
    list_cost: Decimal
    amount: Decimal | None
    usage: Decimal | None = None
    covered: Decimal = Decimal(0)
    original_day: date | None = None


def basis_of(line: Line) -> Basis:
    """The amount that is sold: R2, with hours that a plan, a reservation or a package covers sold with it, not again."""
    basis = BASIS.get(line.bill_type, Basis.UNKNOWN)
    is_covered = line.bill_type == "5" and line.usage is not None and 0 < line.usage <= line.covered
    is_committed = line.bill_type == "Usage" and line.charge_mode == COMMITTED
    if basis is Basis.LIST and (line.charge_mode == PLAN_USED or is_covered or is_committed):
        return Basis.NOTHING
    return basis


def find_factor(rules: Iterable[Rule], action: str, line: Line, day: date) -> Decimal | None:
    """The factor of the weightiest rule in force; None where no approved rule speaks."""
    found = [r for r in rules if r.action == action and r.covers(line.customer, line.services, day)]
    return max(found, key=lambda r: r.weight(line.services)).factor if found else None


def price(line: Line, rules: Iterable[Rule]) -> Decimal | None:
    """The Sell of a line, rounded once to 8 decimals; None is unpriced, never zero."""
    basis, rules = basis_of(line), tuple(rules)
    if basis is Basis.NOTHING:
        return Decimal(0)
    if basis is Basis.PASS_ON:
        return line.amount
    if basis is Basis.UNKNOWN:
        return None
    if basis is Basis.REFUND and line.original_day is None:
        factor = find_factor(rules, "refund_pct", line, line.day)
    else:
        factor = find_factor(rules, "list_pct", line, line.original_day or line.day)
    return None if factor is None else round8(line.list_cost * factor)
