"""One entry of a customer's ledger with everything that is known of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from crossfoot.access.rls import as_scope
from crossfoot.access.scope import Scope
from crossfoot.billing.acts import KEY
from crossfoot.billing.books import DOCUMENT, read_books, row_id, source_key
from crossfoot.billing.ledger import Books, Entry, Kind, Position, open_amounts, positions
from crossfoot.billing.match import Matched, match_months
from crossfoot.billing.models import Allocation, DocumentLine
from crossfoot.core.clock import now, today
from crossfoot.core.errors import NotFound
from crossfoot.core.roles import Capability, may


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """An allocation in force, seen from one of its sides: `other` is the entry on the other one."""

    number: int
    other: Entry
    amount: Decimal
    how: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Single:
    """The entry as it stands today. `candidates` are entries with which it could be settled by hand, and what is left."""

    position: Position
    lines: tuple[DocumentLine, ...]
    settlements: tuple[Settlement, ...]
    candidates: tuple[tuple[Entry, Decimal], ...]
    match: Matched | None
    original: Entry | None


def get_entry(scope: Scope, key: str) -> Single:
    """The entry; with its match where it is an invoice.

    Raises:
        NotFound: the scope's customer has no such entry, or the scope sees only part of the customer.
    """
    scope.require(Capability.READ_LEDGER)
    if scope.is_narrowed or not scope.customer or not KEY.match(key):
        raise NotFound
    with as_scope(scope):
        books = read_books([scope.customer], now())
        position = next((p for p in positions(books, today()) if p.entry.key == key), None)
        if position is None:
            raise NotFound
        entry = position.entry
        is_invoice = entry.kind is Kind.INVOICE
        return Single(
            position=position,
            lines=_lines(entry),
            settlements=_settlements(entry, books),
            candidates=_candidates(entry, books),
            match=match_months(scope, entry, books) if is_invoice and entry.void_on is None else None,
            original=next((e for e in books.entries if _is_original(e, entry)), None),
        )


def find_numbers(scope: Scope, text: str, most: int) -> tuple[Entry, ...]:
    """The entries of which the number holds a text, the newest first; none for who may not see any."""
    if not may(scope.role, Capability.READ_LEDGER) or scope.is_narrowed or not scope.customer:
        return ()
    with as_scope(scope):
        entries = read_books([scope.customer], now()).entries
    found = [e for e in entries if text.casefold() in e.number.casefold()]
    return tuple(sorted(found, key=lambda e: (e.on, e.number), reverse=True)[:most])


def _is_original(one: Entry, note: Entry) -> bool:
    return bool(note.original) and (one.entity, one.number) == (note.entity, note.original)


def _lines(entry: Entry) -> tuple[DocumentLine, ...]:
    if not entry.kind.is_document:
        return ()
    rows = DocumentLine.objects.filter(customer_id=entry.customer, document_id=row_id(entry.key))
    return tuple(rows.order_by("line"))


def _settlements(entry: Entry, books: Books) -> tuple[Settlement, ...]:
    entries = {e.key: e for e in books.entries}
    rows = Allocation.objects.filter(customer_id=entry.customer, undoes=None, undone=None).order_by("pk")
    found = []
    for row in rows:
        ends = (source_key(row), f"{DOCUMENT}{row.document_id}")
        if entry.key in ends:
            other = entries[ends[1] if ends[0] == entry.key else ends[0]]
            found.append(
                Settlement(
                    number=row.pk,
                    other=other,
                    amount=row.amount,
                    how=row.how,
                    by=row.recorded_by,
                    at=row.recorded_at,
                )
            )
    return tuple(found)


def _candidates(entry: Entry, books: Books) -> tuple[tuple[Entry, Decimal], ...]:
    """What of the other side has something left, in the same currency; nothing where nothing is left here."""
    left = open_amounts(books)
    if left.get(entry.key, Decimal(0)) <= 0 or entry.kind is Kind.REFUND:
        return ()
    wanted = {k for k in Kind if not k.is_debit} if entry.kind is Kind.INVOICE else {Kind.INVOICE}
    found = [e for e in books.entries if e.kind in wanted and e.currency == entry.currency and left.get(e.key, 0) > 0]
    return tuple((e, left[e.key]) for e in sorted(found, key=lambda e: (e.on, e.number)))
