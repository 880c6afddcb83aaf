"""The payable base of each closed month: what an invoice of that month comes to before tax."""

from dataclasses import dataclass

from crossfoot.access.scope import Scope
from crossfoot.core.money import plain, round_minor
from crossfoot.publish.plan import list_closed


@dataclass(frozen=True)
class Payable:
    """One closed month of a customer, in one currency, at the minor unit."""

    cycle: str
    edition: int
    currency: str
    amount: str


def list_payables(scope: Scope) -> tuple[Payable, ...]:
    """The closed months, newest first. Nothing for a scope that sees only part of the customer."""
    if scope.is_narrowed or not scope.customer:
        return ()
    return tuple(
        Payable(month.cycle, month.number, currency, plain(round_minor(amount, currency)))
        for month in list_closed(scope)
        for currency, amount in sorted(month.billed_cost.items())
    )
