"""Which credit settles which invoice, where that can be told (money.md R19): by number, else by a unique exact amount.

In order: a credit note settles the invoice that it names; a payment settles the invoices whose numbers stand in its
reference; cash that names none settles the one invoice that is open with exactly that amount, if no other cash could
mean it too. Everything else stays unallocated: the oldest invoice is never chosen by itself. What a person undid is
left to people.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from operator import itemgetter

from crossfoot.billing.ledger import Applied, Books, Entry, Kind, by_customer, open_amounts
from crossfoot.core.money import WIDE


class How(StrEnum):
    """Why a credit settles an invoice."""

    EXACT_NUMBER = "exact_number"
    EXACT_AMOUNT = "exact_amount"
    MANUAL = "manual"


@dataclass(frozen=True)
class Match(Applied):
    """An allocation that follows from the rules."""

    how: How


def match(books: Books, left_to_people: frozenset[str] = frozenset()) -> list[Match]:
    """What can be allocated now, in an order that does not depend on the order of the entries."""
    left = open_amounts(books)
    found: list[Match] = []
    for _, entries in sorted(by_customer(books.entries).items(), key=itemgetter(0)):
        invoices = [e for e in entries if e.kind is Kind.INVOICE and e.key in left]
        credits_ = sorted(
            (e for e in entries if not e.kind.is_debit and e.key in left and e.key not in left_to_people),
            key=lambda e: (e.kind is not Kind.CREDIT_NOTE, e.on, e.number, e.key),
        )
        while new := [*_by_numbers(credits_, invoices, left), *_by_amount(credits_, invoices, left)]:
            found += new  # what one credit settles can make another large enough for all that it names
    return found


def _by_numbers(credits_: Sequence[Entry], invoices: Sequence[Entry], left: dict[str, Decimal]) -> Iterator[Match]:
    for credit in credits_:
        yield from _by_number(credit, invoices, left)


def _by_number(credit: Entry, invoices: Sequence[Entry], left: dict[str, Decimal]) -> Iterator[Match]:
    named = named_by(credit, invoices)
    wanted = [e for e in named if left[e.key] > 0]
    enough = left[credit.key]
    if len(wanted) > 1 and enough < _total(wanted, left):
        return  # it says what for, but not how much for which
    for invoice in wanted:
        amount = min(left[credit.key], left[invoice.key])
        if amount > 0:
            yield _take(credit, invoice, amount, How.EXACT_NUMBER, left)


def named_by(credit: Entry, invoices: Sequence[Entry]) -> list[Entry]:
    """The invoices that a credit names, in the order of their numbers; none where a number could mean two."""
    if credit.kind is Kind.CREDIT_NOTE:
        found = [e for e in invoices if e.entity == credit.entity and e.number == credit.original]
    else:
        found = [e for e in invoices if stands_in(e.number, credit.reference)]
    numbers = [e.number.casefold() for e in found]
    return sorted((e for e in found if numbers.count(e.number.casefold()) == 1), key=lambda e: e.number)


def stands_in(number: str, reference: str) -> bool:
    """True where the number stands in a reference as a word of its own: INV-1 does not stand in INV-12 or INV-1-B."""
    pattern = rf"(?<![\w/-]){re.escape(number.casefold())}(?![\w/-]|\.\w)"
    return re.search(pattern, reference.casefold()) is not None


def _by_amount(credits_: Sequence[Entry], invoices: Sequence[Entry], left: dict[str, Decimal]) -> Iterator[Match]:
    """Cash that was not used at all, against invoices of that very amount, where there is one of each."""
    silent = [e for e in credits_ if e.kind is Kind.CASH and left[e.key] == e.amount and not named_by(e, invoices)]
    for credit in silent:
        fitting = [e for e in invoices if left[e.key] == credit.amount]
        rivals = [e for e in silent if e.amount == credit.amount]
        if len(fitting) == len(rivals) == 1:
            yield _take(credit, fitting[0], credit.amount, How.EXACT_AMOUNT, left)


def _take(credit: Entry, invoice: Entry, amount: Decimal, how: How, left: dict[str, Decimal]) -> Match:
    for key in (credit.key, invoice.key):
        left[key] = WIDE.subtract(left[key], amount)
    return Match(credit.key, invoice.key, amount, how)


def _total(entries: Sequence[Entry], left: Mapping[str, Decimal]) -> Decimal:
    total = Decimal(0)
    for entry in entries:
        total = WIDE.add(total, left[entry.key])
    return total
