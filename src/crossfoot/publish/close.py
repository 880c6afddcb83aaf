"""The state of every customer's months, for the reseller's close: published, blocked and why, waiting for an owner."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crossfoot.access.customers import names_of_customers
from crossfoot.access.rls import as_scope
from crossfoot.access.scope import Scope
from crossfoot.core.finding import Finding, read_finding
from crossfoot.core.money import plain
from crossfoot.core.roles import Capability
from crossfoot.publish.acceptances import Accepted, list_accepted
from crossfoot.publish.models import Edition, EditionTotal, MonthState


@dataclass(frozen=True, kw_only=True)
class MonthClose:
    """One customer's month. `customer` is '' for what belongs to nobody yet."""

    customer: str
    customer_name: str
    cycle: str
    status: str  # open, final, blocked, none
    edition: int | None
    published_at: datetime | None
    totals: tuple[tuple[str, str, str], ...]  # currency, List, Sell
    bodies: tuple[dict[str, Any], ...]
    accepted: tuple[Accepted, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the last attempt came to; read as it is asked for, because a page shows one cycle of many."""
        return tuple(read_finding(body) for body in self.bodies)


def list_months(scope: Scope) -> list[MonthClose]:
    """Every month of every customer, newest cycle first; only for those who close the month."""
    scope.require(Capability.READ_CLOSE)
    with as_scope(scope):
        names = names_of_customers()
        editions = {(e.customer_id, e.cycle): e for e in Edition.objects.order_by("number")}
        states = {(s.customer_key, s.cycle): s for s in MonthState.objects.all()}
        totals = _totals(editions.values())
        accepted: dict[tuple[str, str], list[Accepted]] = {}
        for one in list_accepted():
            accepted.setdefault((one.finding.customer, one.finding.cycle), []).append(one)
        keys = sorted({*editions, *states})
        return [
            _close(key, names.get(key[0], ""), editions.get(key), states.get(key), totals, accepted.get(key, ()))
            for key in sorted(keys, key=lambda k: k[1], reverse=True)
            if key[0] or (states[key].findings)
        ]


def _close(  # noqa: PLR0913 - one month
    key: tuple[str, str],
    name: str,
    edition: Edition | None,
    state: MonthState | None,
    totals: dict[int, tuple[tuple[str, str, str], ...]],
    accepted: Sequence[Accepted],
) -> MonthClose:
    is_blocked = state is not None and state.is_blocked
    return MonthClose(
        customer=key[0],
        customer_name=name,
        cycle=key[1],
        status="blocked" if is_blocked else edition.status if edition else "none",
        edition=edition.number if edition else None,
        published_at=edition.published_at if edition else None,
        totals=totals.get(edition.pk, ()) if edition else (),
        bodies=tuple(state.findings) if state else (),
        accepted=tuple(accepted),
    )


def _totals(editions: Iterable[Edition]) -> dict[int, tuple[tuple[str, str, str], ...]]:
    found: dict[int, dict[str, list[object]]] = {}
    for row in EditionTotal.objects.filter(edition__in=[e.pk for e in editions]).order_by("currency"):
        sums = found.setdefault(row.edition_id, {}).setdefault(row.currency, [0, 0])
        sums[0], sums[1] = sums[0] + row.list_cost, sums[1] + row.billed_cost  # type: ignore[operator]
    return {
        pk: tuple((currency, plain(a), plain(b)) for currency, (a, b) in by.items())  # type: ignore[arg-type]
        for pk, by in found.items()
    }
