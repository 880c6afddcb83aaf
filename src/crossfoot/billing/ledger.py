"""A customer's ledger as plain values: what is open of each entry, how old it is, and the movements of a statement.

An entry is a document or a payment. Debits raise what the customer owes (invoices, refunds), credits lower it. Amounts
of an entry are positive; those of a `Position` and a `Movement` bear the sign of what they do to the balance. Two dates
are never mixed: `on` says as of which day we value, and what was recorded until when decides which entries come in here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from crossfoot.core.money import WIDE

NOTHING = Decimal(0)


class Kind(StrEnum):
    """What an entry is, in the words of the files that are imported."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    CASH = "cash"
    WITHHOLDING_TAX = "withholding_tax"
    BANK_FEE = "bank_fee"
    WRITE_OFF = "write_off"
    SET_OFF = "set_off"
    REFUND = "refund"

    @property
    def is_document(self) -> bool:
        """True for what bears a number of the issuer."""
        return self in DOCUMENTS

    @property
    def is_debit(self) -> bool:
        """True for what raises the balance."""
        return self in {Kind.INVOICE, Kind.REFUND}


DOCUMENTS = (Kind.INVOICE, Kind.CREDIT_NOTE)
PAYMENTS = tuple(k for k in Kind if k not in DOCUMENTS)


class Status(StrEnum):
    """How far an entry is settled, in words."""

    OPEN = "Open"
    PART_PAID = "Part paid"
    PAID = "Paid"
    OVERDUE = "Overdue"
    CREDITED = "Credited"
    VOID = "Void"
    ALLOCATED = "Allocated"
    PART_ALLOCATED = "Part allocated"
    UNALLOCATED = "Unallocated"
    REFUNDED = "Refunded"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A document or a payment. `before` was settled before the entry came here; it counts from `counts_on` on."""

    key: str
    customer: str
    kind: Kind
    number: str
    on: date
    counts_on: date
    currency: str
    amount: Decimal
    entity: str = ""
    due_on: date | None = None
    cycles: str = ""
    net: Decimal | None = None
    tax: Decimal | None = None
    before: Decimal = NOTHING
    original: str = ""
    reference: str = ""
    bank_account: str = ""
    void_on: date | None = None
    reason: str = ""
    recorded_at: datetime | None = None

    @property
    def brought(self) -> Decimal:
        """What it brings into the ledger."""
        return WIDE.subtract(self.amount, self.before)

    @property
    def effect(self) -> Decimal:
        """What it does to the balance while it is not void."""
        return self.brought if self.kind.is_debit else self.brought.copy_negate()

    def is_void(self, on: date) -> bool:
        """True from the day on which it was made void."""
        return self.void_on is not None and self.void_on <= on


@dataclass(frozen=True)
class Applied:
    """So much of a credit settles an invoice: keys of the two entries."""

    source: str
    target: str
    amount: Decimal


@dataclass(frozen=True)
class Books:
    """Entries and the allocations in force between them."""

    entries: tuple[Entry, ...]
    applied: tuple[Applied, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Position:
    """An entry as it stood at the end of a day: due - paid = balance, each with its sign."""

    entry: Entry
    amount_due: Decimal
    amount_paid: Decimal
    balance: Decimal
    status: Status
    days_overdue: int | None


@dataclass(frozen=True, kw_only=True)
class Movement:
    """A line of a statement: without an entry it is the opening balance. `balance` is the one after it."""

    on: date
    currency: str
    amount: Decimal
    balance: Decimal
    entry: Entry | None = None
    is_voiding: bool = False


def positions(books: Books, on: date) -> list[Position]:
    """Every entry that counts by the end of `on`, in the order of customer, currency, day and number."""
    known = {e.key: e for e in books.entries if e.counts_on <= on}
    paid: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    credited: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    for one in books.applied:
        source, target = known.get(one.source), known.get(one.target)
        if source is None or target is None:
            continue
        for key in (source.key, target.key):
            paid[key] = WIDE.add(paid[key], one.amount)
        if source.kind is Kind.CREDIT_NOTE:
            credited[target.key] = WIDE.add(credited[target.key], one.amount)
    return [_position(e, on, paid[e.key], credited[e.key]) for e in sorted(known.values(), key=_place)]


def _place(entry: Entry) -> tuple[object, ...]:
    return entry.customer, entry.currency, entry.on, entry.kind.is_document is False, entry.number, entry.key


def _position(entry: Entry, on: date, applied: Decimal, credited: Decimal) -> Position:
    is_void = entry.is_void(on)
    due = NOTHING if is_void else entry.amount
    paid = NOTHING if is_void else WIDE.add(entry.before, applied)
    balance = WIDE.subtract(due, paid)
    status = Status.VOID if is_void else _status(entry, on, paid, balance, credited)
    late = (on - entry.due_on).days if entry.due_on and status is Status.OVERDUE else None
    if not entry.kind.is_debit:
        due, paid, balance = -due, -paid, -balance
    return Position(entry=entry, amount_due=due, amount_paid=paid, balance=balance, status=status, days_overdue=late)


def _status(entry: Entry, on: date, paid: Decimal, balance: Decimal, credited: Decimal) -> Status:
    if entry.kind is Kind.REFUND:
        return Status.REFUNDED
    if not entry.kind.is_debit:
        return Status.ALLOCATED if not balance else Status.PART_ALLOCATED if paid else Status.UNALLOCATED
    if not balance:
        return Status.CREDITED if credited and credited == entry.amount else Status.PAID
    if entry.due_on and entry.due_on < on:
        return Status.OVERDUE
    return Status.PART_PAID if paid else Status.OPEN


def movements(books: Books, start: date, end: date) -> list[Movement]:
    """The statement from `start` (in) to `end` (out), per currency: the opening balance, then what moved it, day by day.

    The amounts of a currency add up to its closing balance, whatever was allocated to what.
    """
    moves = sorted(_moves(books.entries), key=lambda m: (m[1].currency, m[0], *_place(m[1])[2:], m[2]))
    found: list[Movement] = []
    for currency in sorted({entry.currency for day, entry, _ in moves if day < end}):
        mine = [m for m in moves if m[1].currency == currency and m[0] < end]
        balance = _sum(_effect(entry, is_voiding=v) for day, entry, v in mine if day < start)
        found.append(Movement(on=start, currency=currency, amount=balance, balance=balance))
        for day, entry, is_voiding in mine:
            if day >= start:
                amount = _effect(entry, is_voiding=is_voiding)
                balance = WIDE.add(balance, amount)
                found.append(
                    Movement(
                        on=day, currency=currency, amount=amount, balance=balance, entry=entry, is_voiding=is_voiding
                    )
                )
    return found


def _moves(entries: Iterable[Entry]) -> Iterator[tuple[date, Entry, bool]]:
    for entry in entries:
        yield entry.counts_on, entry, False
        if entry.void_on:
            yield max(entry.void_on, entry.counts_on), entry, True


def _effect(entry: Entry, *, is_voiding: bool) -> Decimal:
    return entry.effect.copy_negate() if is_voiding else entry.effect


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    total = NOTHING
    for amount in amounts:
        total = WIDE.add(total, amount)
    return total


def open_amounts(books: Books) -> dict[str, Decimal]:
    """What is left of each entry that is not void, whatever the day: for allocating it."""
    left = {e.key: e.brought for e in books.entries if e.void_on is None}
    for one in books.applied:
        for key in (one.source, one.target):
            if key in left:
                left[key] = WIDE.subtract(left[key], one.amount)
    return left


def by_customer(entries: Iterable[Entry]) -> dict[tuple[str, str], Sequence[Entry]]:
    """Entries of one customer in one currency: nothing is ever settled across either."""
    found: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.customer, entry.currency].append(entry)
    return {key: tuple(group) for key, group in found.items()}
