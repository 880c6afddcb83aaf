"""Entities, invoices and payments come in from CSV: a file whole or not at all, the same file twice once.

A file is always taken as if it were imported, under a lock; a dry run then forgets it. So what a dry run shows, down to
what would be allocated, is what the import does.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

from django.db import transaction

from crossfoot.access.customers import names_of_customers
from crossfoot.access.rls import as_staff
from crossfoot.audit.record import Action, record
from crossfoot.billing.allocate import Match
from crossfoot.billing.books import allocate_what_follows, alone, read_books
from crossfoot.billing.csvfile import read_table
from crossfoot.billing.drafts import (
    ENTITY_COLUMNS,
    INVOICE_COLUMNS,
    LINE_COLUMNS,
    PAYMENT_COLUMNS,
    BadRowError,
    document_draft,
    entity_draft,
    line_draft,
    payment_draft,
)
from crossfoot.billing.incoming import UNCHANGED, Book, File, Imported, M, Settled, refusal_of
from crossfoot.billing.ledger import Kind
from crossfoot.billing.models import Document, DocumentLine, LegalEntity, Payment, Void
from crossfoot.core.clock import now
from crossfoot.core.errors import BadRequest, RefusedByFindings
from crossfoot.core.money import plain, round_minor

Stored = LegalEntity | Document | DocumentLine | Payment


def import_entities(file: File, actor: str, *, is_dry: bool = False) -> Imported:
    """Who issues invoices. A known key with other words is a new row: the last one counts.

    Raises:
        BadRequest: the file cannot be read.
        RefusedByFindings: a row cannot be imported; nothing of the file was.
    """
    with _taken(is_dry):
        known = {e.key: e for e in LegalEntity.objects.order_by("pk")}
        book = Book[LegalEntity](file, ENTITY_COLUMNS, "entity")
        for row, draft in book.drafts(entity_draft):
            old = known.get(draft.key)
            if old and old.currency != draft.currency:
                book.refuse(row, f"{draft.key} keeps its books in {old.currency}: add another entity.")
            elif old and _same(old, draft):
                book.keep(row, str(draft))
            else:
                book.add(row, draft, f"{draft}, which takes the place of {old} from now on" if old else str(draft))
        return _written(book, actor, Action.ENTITIES_IMPORTED, is_dry=is_dry)


def import_invoices(file: File, actor: str, *, lines: File | None = None, is_dry: bool = False) -> Imported:
    """Invoices, credit notes and open items, with their lines where these are given.

    Raises:
        BadRequest: a file cannot be read.
        RefusedByFindings: a row cannot be imported; nothing of the files was.
    """
    with _taken(is_dry):
        known = {(d.entity, d.number): d for d in Document.objects.all()}
        voids = set(Void.objects.values_list("document_id", flat=True))
        customers, entities = set(names_of_customers()), set(LegalEntity.objects.values_list("key", flat=True))
        book = Book[Document](file, INVOICE_COLUMNS, "number", "entity")
        originals = {(d.entity, d.number): d for _, d in book.drafts(document_draft, is_quiet=True)} | known
        kept: list[Document] = []
        for row, draft in book.drafts(document_draft):
            old = known.get((draft.entity, draft.number))
            original = originals.get((draft.entity, draft.original))
            reason = _wrong_names(draft, customers, entities) or _wrong_original(draft, original, voids)
            if reason:
                book.refuse(row, reason)
            elif old is None:
                book.add(row, draft, _document_words(draft))
            elif _same(old, draft):
                kept.append(old)
                book.keep(row, _document_words(draft))
            else:
                book.refuse(row, _another(f"The number {draft.number} of {draft.entity}", old, draft))
        found = _lines(lines, [*book.new, *kept], book) if lines else []
        return _written(book, actor, Action.INVOICES_IMPORTED, lines=found, is_dry=is_dry)


def import_payments(file: File, actor: str, *, is_dry: bool = False) -> Imported:
    """Payments, and what settles like them; what can be told to pay what is allocated.

    Raises:
        BadRequest: the file cannot be read.
        RefusedByFindings: a row cannot be imported; nothing of the file was.
    """
    with _taken(is_dry):
        stored = list(Payment.objects.all())
        known, marks = {p.key: p for p in stored}, {_mark(p): p for p in stored}
        customers = set(names_of_customers())
        book = Book[Payment](file, PAYMENT_COLUMNS, "payment_id")
        for row, draft in book.drafts(payment_draft):
            old, twin = known.get(draft.key), marks.setdefault(_mark(draft), draft)
            if draft.customer_id not in customers:
                book.refuse(row, _unknown_customer(draft.customer_id))
            elif old is not None and _same(old, draft):
                book.keep(row, _payment_words(draft))
            elif old is not None:
                book.refuse(row, _another(f"The payment {draft.key}", old, draft))
            elif twin is not draft:
                book.refuse(
                    row,
                    f"It is the payment {twin.key} again: the same bank account, reference, value date, amount and kind. "
                    "If money did come twice, let the references tell them apart.",
                )
            else:
                book.add(row, draft, _payment_words(draft))
        return _written(book, actor, Action.PAYMENTS_IMPORTED, is_dry=is_dry)


@contextmanager
def _taken(is_dry: bool) -> Iterator[None]:  # noqa: FBT001 - the one thing it is about
    """Alone, as staff, in a transaction that a dry run forgets."""
    with as_staff(), transaction.atomic():
        alone()
        yield
        if is_dry:
            transaction.set_rollback(True)


def _written(
    book: Book[M], actor: str, action: Action, *, lines: Sequence[DocumentLine] = (), is_dry: bool
) -> Imported:
    """Write what is new, allocate what follows from it, and tell."""
    changes = tuple(sorted(book.changes, key=lambda c: c.row))
    outcome = Imported(book.name, changes, is_dry=is_dry)
    if outcome.is_refused:
        if is_dry:
            return outcome
        raise RefusedByFindings(refusal_of(outcome))
    at = now()
    for row in book.new:
        row.recorded_at, row.recorded_by = at, actor
        row.save(force_insert=True)
    for line in lines:
        line.save(force_insert=True)
    customers = {str(getattr(row, "customer_id", "")) for row in book.new} - {""}
    found = allocate_what_follows(customers, actor) if customers else []
    record(action, actor, file=book.name, new=len(book.new), unchanged=len(outcome.of(UNCHANGED)), allocated=len(found))
    return replace(outcome, settled=_settled(found, customers))


def _settled(found: Iterable[Match], customers: Iterable[str]) -> tuple[Settled, ...]:
    entries = {e.key: e for e in read_books(sorted(customers), now()).entries}
    return tuple(
        Settled(
            entries[m.source].customer,
            entries[m.source].number,
            entries[m.target].number,
            entries[m.source].currency,
            plain(round_minor(m.amount, entries[m.source].currency)),
            m.how.value,
        )
        for m in found
    )


def _lines(file: File, documents: Sequence[Document], book: Book[Document]) -> list[DocumentLine]:
    """The lines of documents of the same file; those of a document add up to its net."""
    known = {(d.entity, d.number): d for d in documents}
    found: dict[tuple[str, str], list[DocumentLine]] = {key: [] for key in known}
    for row in read_table(file.data, file.name, LINE_COLUMNS):
        where = f"{file.name}, row {row['']}"
        document = known.get((row["entity"], row["number"]))
        if document is None:
            raise BadRequest(
                f"{where}: {book.name} brings no document {row['number'][:64]!r} of {row['entity'][:64]!r}."
            )
        try:
            line = line_draft(row, document.currency)
        except BadRowError as bad:
            raise BadRequest(f"{where}: {bad.sentence} Nothing was imported.") from None
        line.document, line.customer_id = document, document.customer_id
        found[document.entity, document.number].append(line)
    for key, mine in found.items():
        _check_lines(known[key], mine, file.name)
    return [line for key, mine in found.items() if known[key] in book.new for line in mine]


def _check_lines(document: Document, lines: Sequence[DocumentLine], name: str) -> None:
    if not lines:
        return
    total = sum((line.net for line in lines), Decimal(0))
    if len({line.line for line in lines}) != len(lines):
        raise BadRequest(f"{name}: {document.number} has a line number twice. Nothing was imported.")
    if document.net is not None and total != document.net:
        raise BadRequest(
            f"{name}: the lines of {document.number} add up to {total}, and its net is {document.net}. "
            "Nothing was imported."
        )
    stored = {line.line: line for line in document.lines.all()} if document.pk else None
    if stored is not None and (len(stored) != len(lines) or any(not _same(stored.get(n.line), n) for n in lines)):
        raise BadRequest(f"{name}: {document.number} was imported with other lines; they do not change.")


def _wrong_names(draft: Document, customers: set[str], entities: set[str]) -> str:
    if draft.entity not in entities:
        return f"There is no entity {draft.entity[:64]!r}: import the file of legal entities first."
    return _unknown_customer(draft.customer_id) if draft.customer_id not in customers else ""


def _unknown_customer(customer: str) -> str:
    return f"There is no customer {customer[:64]!r}: import it first with `crossfoot customers import`."


def _wrong_original(draft: Document, original: Document | None, voids: set[int]) -> str:
    """Why a credit note cannot correct the invoice that it names; one from before our time is not known here."""
    if draft.kind != Kind.CREDIT_NOTE or original is None:
        return ""
    if (original.customer_id, original.currency, original.kind) != (draft.customer_id, draft.currency, Kind.INVOICE):
        return f"{draft.original} is not an invoice of the same customer in {draft.currency}."
    return f"{draft.original} is void: nothing of it can be credited." if original.pk in voids else ""


def _same(old: Stored | None, draft: Stored) -> bool:
    """True where the file says what is stored."""
    return old is not None and not _differing(old, draft)


def _differing(old: Stored, draft: Stored) -> list[str]:
    """Columns in which they differ, but for what we add: the row's id, when it came and who brought it."""
    ours = {"id", "recorded_at", "recorded_by", "document"}
    names = [f.attname for f in draft._meta.concrete_fields if f.name not in ours]  # noqa: SLF001 - Django's documented way
    return [name for name in names if getattr(old, name) != getattr(draft, name)]


def _another(what: str, old: Stored, draft: Stored) -> str:
    """A number or key that is taken; what differs is named, but never what another customer's is."""
    differing = _differing(old, draft)
    if "customer_id" in differing:
        return f"{what} belongs to another customer already."
    way_out = (
        ": void it and use a new number"
        if isinstance(draft, Document)
        else ", and another payment has another payment_id"
    )
    shown = ", ".join(f"{n} {_shown(old, n)} and not {_shown(draft, n)}" for n in differing)
    return f"{what} is here already, with {shown}. What was imported does not change{way_out}."


def _shown(row: Stored, name: str) -> str:
    value = getattr(row, name)
    if isinstance(value, Decimal) and not isinstance(row, DocumentLine):
        return plain(round_minor(value, row.currency))
    return str(value or "(empty)")


def _mark(payment: Payment) -> tuple[object, ...]:
    """By what a payment is known again (money.md R19); the parts of one transfer differ in their kind."""
    return payment.bank_account, payment.reference, payment.value_on, payment.amount, payment.currency, payment.kind


def _document_words(draft: Document) -> str:
    left = f", {_shown(draft, 'open_amount')} of it open on {draft.open_on}" if draft.open_on else ""
    what = draft.kind.replace("_", " ")
    return f"{what} {draft.number} of {draft.customer_id}, {draft.currency} {_shown(draft, 'amount')}{left}"


def _payment_words(draft: Payment) -> str:
    what = draft.kind.replace("_", " ")
    return f"{what} {draft.key} of {draft.customer_id}, {draft.currency} {_shown(draft, 'amount')}"
