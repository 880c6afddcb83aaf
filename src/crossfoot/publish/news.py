"""What has been published of a customer since a moment: which months, which edition of each, and what it changed."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from crossfoot.access.rls import as_scope
from crossfoot.access.scope import Scope
from crossfoot.publish.models import Edition

Sums = Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class News:
    """The newest edition of a month that came out since; `changes` is its cost less that of the edition known before.

    For a person who sees a part of the customer there are no amounts: they would tell of the rest.
    """

    cycle: str
    number: int
    status: str
    published_at: datetime
    is_first: bool
    changes: Sums


def list_news(scope: Scope, since: datetime) -> tuple[News, ...]:
    """The months of which something was published after `since`, the newest month first."""
    with as_scope(scope):
        mine = Edition.objects.filter(customer_id=scope.customer)
        newest = mine.filter(published_at__gt=since).order_by("-cycle", "-number").distinct("cycle")
        found = []
        for edition in newest.prefetch_related("totals"):
            known = mine.filter(cycle=edition.cycle, published_at__lte=since).order_by("-number").first()
            changes = {} if scope.is_narrowed or known is None else _difference(edition, known)
            found.append(
                News(
                    cycle=edition.cycle,
                    number=edition.number,
                    status=edition.status,
                    published_at=edition.published_at,
                    is_first=known is None,
                    changes=changes,
                )
            )
        return tuple(found)


def _difference(edition: Edition, known: Edition) -> Sums:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for sign, one in ((1, edition), (-1, known)):
        for total in one.totals.all():
            sums[total.currency] += sign * total.billed_cost
    return dict(sorted(sums.items()))
