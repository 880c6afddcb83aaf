"""What reseller finance does by hand: make a document void, say what a payment is for, take that back. All later rows."""

import re
from decimal import Decimal

from crossfoot.access.rls import as_staff
from crossfoot.access.scope import Scope
from crossfoot.audit.record import Action, record
from crossfoot.billing.allocate import How
from crossfoot.billing.books import DOCUMENT, alone, read_books, row_id, source_key, source_of
from crossfoot.billing.ledger import Entry, Kind, open_amounts
from crossfoot.billing.models import Allocation, Document, Void
from crossfoot.core.clock import now
from crossfoot.core.errors import BadRequest, NotFound
from crossfoot.core.money import minor_digits, plain, round_minor
from crossfoot.core.roles import Capability
from crossfoot.core.words import mark as _

MAX_REASON = 500
AMOUNT = re.compile(r"[0-9]{1,18}(\.[0-9]{1,8})?\Z")
KEY = re.compile(r"[DP][1-9][0-9]{0,17}\Z")


def void_document(scope: Scope, key: str, reason: str) -> None:
    """Make a document of the scope's customer void; what was allocated to it or from it is free again.

    Raises:
        NotPermitted: only the reseller's finance may.
        NotFound: the customer has no such document.
        BadRequest: it is void already, or there is no reason.
    """
    scope.require(Capability.KEEP_LEDGER)
    said = reason.strip()
    if not said or len(said) > MAX_REASON or not said.isprintable():
        raise BadRequest(_("Give a reason of at most 500 characters; the customer can read it."))
    with as_staff():
        alone()
        entry = _entry(scope, key, *(Kind.INVOICE, Kind.CREDIT_NOTE))
        if entry.void_on:
            raise BadRequest(f"{entry.number} is void already.")
        document, at = Document.objects.get(pk=row_id(key)), now()
        for allocation in (*document.allocations.all(), *document.given.all()):
            if allocation.undoes_id is None and not hasattr(allocation, "undone"):
                _undo(allocation, scope.email)
        Void.objects.create(
            document=document,
            customer_id=document.customer_id,
            reason=said,
            recorded_at=at,
            recorded_by=scope.email,
        )
        record(Action.DOCUMENT_VOIDED, scope.email, customer=scope.customer, document=document.number, reason=said)


def allocate_by_hand(scope: Scope, source: str, target: str, amount: str) -> None:
    """Let so much of a credit settle an invoice.

    Raises:
        NotPermitted: only the reseller's finance may.
        NotFound: the customer has no such entry.
        BadRequest: the amount cannot be read, is more than is left on either side, or the currencies differ.
    """
    scope.require(Capability.KEEP_LEDGER)
    with as_staff():
        alone()
        invoice = _entry(scope, target, Kind.INVOICE)
        credit = _entry(scope, source, *(k for k in Kind if not k.is_debit))
        if credit.currency != invoice.currency:
            raise BadRequest(f"{credit.number} is in {credit.currency} and settles nothing in another currency.")
        left = open_amounts(read_books([scope.customer], now()))
        most = min(left.get(credit.key, Decimal(0)), left.get(invoice.key, Decimal(0)))
        wanted = _amount(amount, most, credit.currency)
        Allocation.objects.create(
            customer_id=scope.customer,
            **source_of(credit.key),
            document_id=row_id(invoice.key),
            amount=wanted,
            how=How.MANUAL.value,
            recorded_at=now(),
            recorded_by=scope.email,
        )
        record(
            Action.PAYMENT_ALLOCATED,
            scope.email,
            customer=scope.customer,
            source=credit.number,
            document=invoice.number,
            amount=plain(wanted),
            currency=credit.currency,
        )


def undo_allocation(scope: Scope, number: int) -> None:
    """Take an allocation back; what it took is open again, and is left to people from now on.

    Raises:
        NotPermitted: only the reseller's finance may.
        NotFound: there is no such allocation in force.
    """
    scope.require(Capability.KEEP_LEDGER)
    with as_staff():
        alone()
        found = Allocation.objects.filter(customer_id=scope.customer, pk=number, undoes=None, undone=None).first()
        if found is None:
            raise NotFound(_("There is no such allocation in force here."))
        _undo(found, scope.email)
        record(
            Action.ALLOCATION_UNDONE,
            scope.email,
            customer=scope.customer,
            source=source_key(found),
            document=f"{DOCUMENT}{found.document_id}",
            amount=plain(found.amount),
        )


def _undo(allocation: Allocation, actor: str) -> None:
    Allocation.objects.create(
        customer_id=allocation.customer_id,
        payment_id=allocation.payment_id,
        credit_id=allocation.credit_id,
        document_id=allocation.document_id,
        amount=allocation.amount,
        how=allocation.how,
        undoes=allocation,
        recorded_at=now(),
        recorded_by=actor,
    )


def _entry(scope: Scope, key: str, *kinds: Kind) -> Entry:
    """An entry of the scope's customer; NotFound for one that is not there, or not his, or of another kind."""
    entries = read_books([scope.customer], now()).entries if KEY.match(key) and scope.customer else ()
    found = next((e for e in entries if e.key == key and e.kind in kinds), None)
    if found is None:
        raise NotFound(_("There is no such document or payment here."))
    return found


def _amount(text: str, most: Decimal, currency: str) -> Decimal:
    said = text.strip()
    wanted = Decimal(said) if AMOUNT.match(said) else Decimal(0)
    if not wanted or wanted != round_minor(wanted, currency) or wanted > most:
        raise BadRequest(
            f"Allocate an amount of at most {currency} {plain(round_minor(most, currency))}, which is what is left, with "
            f"{minor_digits(currency)} decimals."
        )
    return wanted
