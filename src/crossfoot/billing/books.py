"""Rows of the database -> `Books`, as they were known at a moment, and allocations back into rows.

Call these within a scope or as staff: whose rows come is decided by the database's own policies, and by the customer.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import connection
from django.db.models import Max, QuerySet

from crossfoot.billing.allocate import How, Match, match
from crossfoot.billing.ledger import NOTHING, Applied, Books, Entry, Kind
from crossfoot.billing.models import Allocation, Document, Payment, Void
from crossfoot.core.clock import GMT8, now

DOCUMENT, PAYMENT = "D", "P"  # before the row's id in an entry's key
LOCK = 0x1ED6E7
M = TypeVar("M", Document, Payment, Allocation, Void)


def alone() -> None:
    """One writer at a time until the transaction ends: what is open is asked and taken in one go."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def read_books(customers: Sequence[str] | None, as_of: datetime) -> Books:
    """What was known at `as_of` of these customers; of all that may be seen with None."""
    voids = {v.document_id: v for v in _of(Void.objects.all(), customers).filter(recorded_at__lte=as_of)}
    documents = _of(Document.objects.all(), customers).filter(recorded_at__lte=as_of)
    payments = _of(Payment.objects.all(), customers).filter(recorded_at__lte=as_of)
    entries = [document_entry(d, voids.get(d.pk)) for d in documents] + [payment_entry(p) for p in payments]
    return Books(tuple(entries), tuple(_in_force(_of(Allocation.objects.all(), customers), as_of)))


def last_change(customers: Sequence[str] | None) -> datetime | None:
    """When the newest row of these customers was written down."""
    found = (
        _of(Document.objects.all(), customers),
        _of(Payment.objects.all(), customers),
        _of(Void.objects.all(), customers),
        _of(Allocation.objects.all(), customers),
    )
    newest = [rows.aggregate(at=Max("recorded_at"))["at"] for rows in found]
    return max((at for at in newest if at is not None), default=None)


def _of(rows: QuerySet[M], customers: Sequence[str] | None) -> QuerySet[M]:
    return rows if customers is None else rows.filter(customer_id__in=customers)


def document_entry(row: Document, void: Void | None = None) -> Entry:
    """A document as an entry."""
    return Entry(
        key=f"{DOCUMENT}{row.pk}",
        customer=row.customer_id,
        entity=row.entity,
        kind=Kind(row.kind),
        number=row.number,
        on=row.issued_on,
        counts_on=row.open_on or row.issued_on,
        due_on=row.due_on,
        cycles=row.cycles,
        currency=row.currency,
        net=row.net,
        tax=row.tax,
        amount=row.amount,
        before=row.amount - row.open_amount if row.open_amount is not None else NOTHING,
        original=row.original,
        void_on=void.recorded_at.astimezone(GMT8).date() if void else None,
        reason=void.reason if void else "",
        recorded_at=row.recorded_at,
    )


def payment_entry(row: Payment) -> Entry:
    """A payment as an entry."""
    return Entry(
        key=f"{PAYMENT}{row.pk}",
        customer=row.customer_id,
        kind=Kind(row.kind),
        number=row.key,
        on=row.value_on,
        counts_on=row.value_on,
        currency=row.currency,
        amount=row.amount,
        reference=row.reference,
        bank_account=row.bank_account,
        recorded_at=row.recorded_at,
    )


def _in_force(rows: QuerySet[Allocation], as_of: datetime) -> Iterable[Applied]:
    """Allocations that no later row had undone by then."""
    known = list(rows.filter(recorded_at__lte=as_of).order_by("pk"))
    undone = {a.undoes_id for a in known if a.undoes_id}
    return (
        Applied(source_key(a), f"{DOCUMENT}{a.document_id}", a.amount)
        for a in known
        if a.undoes_id is None and a.pk not in undone
    )


def source_key(row: Allocation) -> str:
    """The key of the entry that an allocation takes from."""
    return f"{PAYMENT}{row.payment_id}" if row.payment_id else f"{DOCUMENT}{row.credit_id}"


def allocate_what_follows(customers: Iterable[str], actor: str) -> list[Match]:
    """Allocate what the rules can tell for these customers, and write it down. Call it as staff, `alone`."""
    customers = sorted(set(customers))
    books = read_books(customers, now())
    found = match(books, _left_to_people(customers))
    whose = {e.key: e.customer for e in books.entries}
    at = now()
    Allocation.objects.bulk_create(
        Allocation(
            customer_id=whose[m.source],
            **source_of(m.source),
            document_id=row_id(m.target),
            amount=m.amount,
            how=m.how.value,
            recorded_at=at,
            recorded_by=actor,
        )
        for m in found
    )
    return found


def source_of(key: str) -> dict[str, int]:
    """The column of an allocation that holds its source."""
    return {"payment_id" if key.startswith(PAYMENT) else "credit_id": row_id(key)}


def row_id(key: str) -> int:
    """The row's id in an entry's key."""
    return int(key[1:])


def _left_to_people(customers: list[str]) -> frozenset[str]:
    """Credits of which somebody undid or made an allocation by hand: they are no longer allocated by themselves."""
    rows = Allocation.objects.filter(customer_id__in=customers)
    touched = [
        *rows.filter(how=How.MANUAL.value),
        *(a.undoes for a in rows.exclude(undoes=None).select_related("undoes")),
    ]
    return frozenset(source_key(a) for a in touched if a is not None)
