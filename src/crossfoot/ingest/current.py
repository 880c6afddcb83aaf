"""Which slice is in force for each (account, cycle): the newest, a final bill before any month-to-date file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from crossfoot.ingest.models import Slice


@dataclass(frozen=True)
class Current:
    """The slice in force of one account and cycle; `refusal` is the batch whose newer slice was refused, if any."""

    account: str
    cycle: str
    batch_id: int
    sha256: str
    charges_sha256: str
    name: str
    is_final: bool
    data_through: datetime
    has_refunds: bool
    rows: int
    list_cost: tuple[tuple[str, str], ...]
    refusal: int | None = None


def list_current(cycles: Iterable[str] | None = None) -> list[Current]:
    """The slices in force, of the given cycles or of all."""
    slices = Slice.objects.filter(batch__is_accepted=True).select_related("batch")
    if cycles is not None:
        slices = slices.filter(cycle__in=list(cycles))
    newest: dict[tuple[str, str], Slice] = {}
    refused: dict[tuple[str, str], Slice] = {}
    # Of equals the later receipt wins. The number of the batch tells it, for a clock may have been set back.
    for part in slices.order_by("batch__is_final", "batch__as_of", "batch_id"):
        (refused if part.is_refused else newest)[part.account_id, part.cycle] = part
        if not part.is_refused:
            refused.pop((part.account_id, part.cycle), None)
    found = [_current(part, refused.pop(key, None)) for key, part in newest.items()]
    found += [_current(part, part) for part in refused.values()]
    return sorted(found, key=lambda c: (c.cycle, c.account))


def _current(part: Slice, refusal: Slice | None) -> Current:
    batch = part.batch
    return Current(
        account=part.account_id,
        cycle=part.cycle,
        batch_id=batch.pk,
        sha256=batch.sha256,
        charges_sha256=batch.charges_sha256,
        name=batch.name,
        is_final=batch.is_final,
        data_through=batch.data_through or batch.received_at,
        has_refunds=part.has_refunds,
        rows=part.rows,
        list_cost=tuple(sorted(part.list_cost.items())),
        refusal=refusal.batch_id if refusal else None,
    )
