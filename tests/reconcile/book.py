"""Derives a cycle from lines written in a test, with owners and rules in one line of text each."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from crossfoot.pricing.rate import Rule
from crossfoot.reconcile.derive import Deriver, Month
from crossfoot.reconcile.landed import Landed
from crossfoot.reconcile.owners import Owner, Owners
from crossfoot.reconcile.sell import Sellers
from crossfoot.sources.bill import Source
from tests.portal import write_bill

LIST = "list_pct 100"


def deriver(owners: str, *rules: str) -> Deriver:
    """`x:A..2026-10-16 x:B2026-10-16..` and rules such as `list_pct 90 A`."""
    owned = Owners(_owner(text) for text in owners.split())
    return Deriver(owned, Sellers(owned, [_rule(text) for text in rules or (LIST,)]))


def derive(of: Deriver, folder: Path, cycle: str, lines: list[Mapping[str, str]], *final: str) -> dict[str, Month]:
    """The months of one cycle that came as one bill."""
    path = write_bill(folder / f"{cycle}.tar.gz", [{**cells, "cycle": cycle} for cells in lines])
    return of.derive(cycle, [Landed(path, Source.HUAWEI, {cells["customer_id"] for cells in lines})], set(final))


def sell(month: Month, currency: str = "USD") -> Decimal:
    return month.total(currency).billed_cost


def _owner(text: str) -> Owner:
    account, _, rest = text.partition(":")
    start, _, end = rest[1:].partition("..")
    return Owner(account, rest[0], _day(start), _day(end))


def _rule(text: str) -> Rule:
    action, value, *who = text.split()
    return Rule(
        rule_id=text, action=action, value=Decimal(value), valid_from=date(2020, 1, 1), customer=who[0] if who else ""
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
