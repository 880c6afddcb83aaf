"""Which slice is in force for each (account, cycle): the newest, a final bill before any month-to-date file."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F

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
    as_of: date | None
    data_through: datetime
    has_refunds: bool
    rows: int
    list_cost: tuple[tuple[str, str], ...]
    refusal: int | None = None


def list_current(cycles: Collection[str] = ()) -> list[Current]:
    """The slices in force, of these cycles or of all."""
    newest, refused = _newest(cycles, is_refused=False), _newest(cycles, is_refused=True)
    found = []
    for key in sorted({*newest, *refused}):
        good, bad = newest.get(key), refused.get(key)
        if good and bad:
            found.append(_current(good, bad if _rank(bad) > _rank(good) else None))
        else:
            found.append(_current(good or bad, bad))  # type: ignore[arg-type]  # the key came from one of them
    return found


def _newest(cycles: Collection[str], *, is_refused: bool) -> dict[tuple[str, str], Slice]:
    """The newest slice of each cycle and account, chosen by the database: years of daily files are not read."""
    slices = Slice.objects.filter(
        batch__is_accepted=True, batch__is_withdrawn=False, is_refused=is_refused
    ).select_related("batch")
    slices = slices.filter(cycle__in=cycles) if cycles else slices
    # Of equals the later receipt wins. The number of the batch tells it, for a clock may have been set back.
    order = ("cycle", "account_id", "-is_final", F("as_of").desc(nulls_last=True), "-batch_id")
    return {(s.cycle, s.account_id): s for s in slices.order_by(*order).distinct("cycle", "account_id")}


def _rank(part: Slice) -> tuple[bool, date, int]:
    return part.is_final, part.as_of or date.min, part.batch_id


def _current(part: Slice, refusal: Slice | None) -> Current:
    batch = part.batch
    return Current(
        account=part.account_id,
        cycle=part.cycle,
        batch_id=batch.pk,
        sha256=batch.sha256,
        charges_sha256=batch.charges_sha256,
        name=batch.name,
        is_final=part.is_final,
        as_of=part.as_of,
        data_through=part.data_through or batch.received_at,
        has_refunds=part.has_refunds,
        rows=part.rows,
        list_cost=tuple(sorted(part.list_cost.items())),
        refusal=refusal.batch_id if refusal else None,
    )
