"""Scope + period + instant -> the editions and files that answer a question. Reads the catalogue under the scope's role."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from crossfoot.access.rls import as_scope
from crossfoot.access.scope import Scope
from crossfoot.core.period import Period
from crossfoot.lake.files import LakeFile
from crossfoot.publish.models import Edition, EditionFile


@dataclass(frozen=True)
class PlannedEdition:
    """An edition that a question reads."""

    cycle: str
    number: int
    status: str
    published_at: datetime
    data_through: datetime
    charges: tuple[LakeFile, ...]
    daily: tuple[LakeFile, ...]


def list_cycles(scope: Scope) -> list[str]:
    """The cycles that the scope's customer has editions of, newest first."""
    with as_scope(scope):
        editions = Edition.objects.filter(customer_id=scope.customer)
        return list(editions.order_by("-cycle").values_list("cycle", flat=True).distinct())


@dataclass(frozen=True)
class EditionLine:
    """One edition of a month, as everybody of the customer may know of it."""

    cycle: str
    number: int
    status: str
    published_at: datetime
    data_through: datetime


def list_editions(scope: Scope) -> tuple[EditionLine, ...]:
    """Every edition of the scope's customer, the newest month and edition first."""
    with as_scope(scope):
        editions = Edition.objects.filter(customer_id=scope.customer).order_by("-cycle", "-number")
        columns = ("cycle", "number", "status", "published_at", "data_through")
        return tuple(EditionLine(*row) for row in editions.values_list(*columns))


def newest_numbers(customer: str, cycles: Sequence[str]) -> dict[str, int]:
    """The number of the newest edition of each of these months. Call it within a scope or as staff."""
    editions = Edition.objects.filter(customer_id=customer, cycle__in=cycles).order_by("number")
    return dict(editions.values_list("cycle", "number"))


@dataclass(frozen=True)
class ClosedMonth:
    """A closed month with its exact sums: currency -> Sell before tax."""

    cycle: str
    number: int
    billed_cost: dict[str, Decimal]


def list_closed(scope: Scope) -> tuple[ClosedMonth, ...]:
    """The customer's closed months as they now stand, newest first."""
    with as_scope(scope):
        editions = Edition.objects.filter(customer_id=scope.customer).prefetch_related("totals")
        newest = {e.cycle: e for e in editions.order_by("-cycle", "number")}
        return tuple(_closed(e) for e in newest.values() if e.status == "final")


def _closed(edition: Edition) -> ClosedMonth:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for total in edition.totals.all():
        sums[total.currency] += total.billed_cost
    return ClosedMonth(edition.cycle, edition.number, dict(sums))


def plan(scope: Scope, period: Period, as_of: datetime | None) -> tuple[PlannedEdition, ...]:
    """The newest editions (as known at `as_of`) of the cycles that the period can touch, oldest cycle first."""
    with as_scope(scope):
        editions = Edition.objects.filter(customer_id=scope.customer).defer("days")
        if as_of:
            editions = editions.filter(published_at__lte=as_of)
        if period.by_cycle:
            editions = editions.filter(cycle__in=period.cycles)
        newest = list(editions.order_by("cycle", "-number").distinct("cycle"))
        if not period.by_cycle:  # a range of dates reads every cycle that has one of them: usage may be billed late
            newest = [e for e in newest if e.first_day < period.end and e.last_day >= period.start]
        files = list(
            EditionFile.objects.filter(customer_id=scope.customer, edition__in=[e.pk for e in newest]).order_by("part")
        )
        return tuple(_planned(e, [f for f in files if f.edition_id == e.pk]) for e in newest)


def _planned(edition: Edition, files: Sequence[EditionFile]) -> PlannedEdition:
    return PlannedEdition(
        cycle=edition.cycle,
        number=edition.number,
        status=edition.status,
        published_at=edition.published_at,
        data_through=edition.data_through,
        charges=tuple(LakeFile(f.path, f.rows, f.sha256) for f in files if f.tree == "charges"),
        daily=tuple(LakeFile(f.path, f.rows, f.sha256) for f in files if f.tree == "daily"),
    )
