"""The payable base of each closed month: what an invoice of that month comes to before tax."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from crossfoot.access.rls import as_scope
from crossfoot.access.scope import Scope
from crossfoot.core.money import plain, round_minor
from crossfoot.publish.models import Edition


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
    with as_scope(scope):
        editions = Edition.objects.filter(customer_id=scope.customer).prefetch_related("totals")
        newest = {e.cycle: e for e in editions.order_by("cycle", "number") if e.status == "final"}
        return tuple(p for e in sorted(newest.values(), key=lambda e: e.cycle, reverse=True) for p in _payables(e))


def _payables(edition: Edition) -> tuple[Payable, ...]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for total in edition.totals.all():
        sums[total.currency] += total.billed_cost
    return tuple(
        Payable(edition.cycle, edition.number, currency, plain(round_minor(amount, currency)))
        for currency, amount in sorted(sums.items())
    )
