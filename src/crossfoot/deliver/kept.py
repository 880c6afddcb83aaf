"""Which exports are remembered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crossfoot.access.rls import as_scope
from crossfoot.access.scope import Scope
from crossfoot.core.clock import parse_instant
from crossfoot.deliver.models import Export

PAGE = 200


@dataclass(frozen=True, kw_only=True)
class Known:
    """An export as it is remembered."""

    customer: str
    report: str
    format: str
    id: str
    sha256: str
    made_at: datetime
    made_by: str
    editions: tuple[Mapping[str, object], ...]
    question: Mapping[str, Any]

    @property
    def as_of(self) -> datetime | None:
        """The instant as of which the same question gives the same answer: when its newest edition was published."""
        return max((parse_instant(str(e["published_at"])) for e in self.editions), default=None)


def list_exports() -> frozenset[str]:
    """The hashes and the ids that an export's file may bear in its name. Call it as staff."""
    return frozenset(name for row in Export.objects.values_list("sha256", "result") for name in row if name)


def list_own(scope: Scope, page: int) -> tuple[tuple[Known, ...], int]:
    """A page of the files that this person was the first to export, newest first, and how many there are in all."""
    with as_scope(scope):
        mine = Export.objects.filter(made_by=scope.email).order_by("-made_at", "-pk")
        if scope.customer:
            mine = mine.filter(customer_key=scope.customer)
        return tuple(known_of(one) for one in mine[(page - 1) * PAGE : page * PAGE]), mine.count()


def known_of(export: Export) -> Known:
    """What is remembered of a file."""
    return Known(
        customer=export.customer_key,
        report=export.report,
        format=export.format,
        id=export.result,
        sha256=export.sha256,
        made_at=export.made_at,
        made_by=export.made_by,
        editions=tuple(export.editions),
        question=export.question,
    )
