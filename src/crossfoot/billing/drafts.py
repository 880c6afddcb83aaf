"""A row of an imported file -> a row of ours that is not stored yet, or the reason why it cannot be one."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from zoneinfo import available_timezones

from crossfoot.billing.csvfile import Columns
from crossfoot.billing.ledger import DOCUMENTS, PAYMENTS, Kind
from crossfoot.billing.models import Document, DocumentLine, LegalEntity, Payment
from crossfoot.core.clock import today
from crossfoot.core.errors import BadRequest
from crossfoot.core.ids import is_safe_id
from crossfoot.core.money import is_currency, minor_digits
from crossfoot.core.period import DAY, MONTH, parse_period

ENTITY_COLUMNS = Columns(("entity", "name", "currency", "zone"), ("address", "tax_id"))
INVOICE_COLUMNS = Columns(
    ("entity", "customer_id", "kind", "number", "issued_on", "due_on", "currency", "amount"),
    ("net", "tax", "cycles", "original", "amount_open", "open_on"),
)
LINE_COLUMNS = Columns(("entity", "number", "line", "net"), ("account", "service", "tax_code"))
PAYMENT_COLUMNS = Columns(
    ("payment_id", "customer_id", "value_on", "currency", "amount", "kind"), ("bank_account", "reference")
)
AMOUNT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,8})?\Z")
LINE_NUMBER = re.compile(r"[1-9][0-9]{0,5}\Z")
LONGEST = {"name": 200, "address": 500, "reference": 200, "account": 128, "service": 200, "tax_code": 32}
USUAL = 64
EARLIEST = date(2000, 1, 1)

Row = Mapping[str, str]


class BadRowError(BadRequest):
    """A row that cannot be imported; the sentence says why."""


def entity_draft(row: Row) -> LegalEntity:
    """A legal entity; raises BadRowError."""
    currency = _currency(row)
    if not is_safe_id(row["entity"]):
        raise BadRowError("An entity has up to 64 letters, digits, - and _, such as SG01.")
    if row["zone"] not in available_timezones():
        raise BadRowError(f"{row['zone'][:40]!r} is no time zone: write one such as Asia/Singapore.")
    if not row["name"]:
        raise BadRowError("The entity has no name: write what stands on its invoices.")
    return LegalEntity(
        key=row["entity"],
        name=_text(row, "name"),
        address=_text(row, "address"),
        tax_id=_text(row, "tax_id"),
        currency=currency,
        zone=row["zone"],
    )


def document_draft(row: Row) -> Document:
    """An invoice or a credit note; raises BadRowError."""
    kind = _kind(row, DOCUMENTS)
    currency = _currency(row)
    amount = _amount(row, "amount", currency)
    net, tax = _split(row, currency, amount)
    issued_on, due_on = _day(row, "issued_on"), _day(row, "due_on")
    if due_on < issued_on:
        raise BadRowError(f"It is due on {due_on}, before it was issued on {issued_on}: check both dates.")
    if not row["number"]:
        raise BadRowError("The document has no number.")
    if (kind is Kind.CREDIT_NOTE) != bool(row["original"]):
        raise BadRowError(
            "A credit note names in `original` the invoice that it corrects; an invoice names none there."
        )
    open_amount, open_on = _opening(row, currency, amount, issued_on)
    return Document(
        entity=row["entity"],
        customer_id=row["customer_id"],
        kind=kind.value,
        number=_text(row, "number"),
        issued_on=_past(issued_on, "issued_on"),
        due_on=due_on,
        cycles=_cycles(row),
        currency=currency,
        net=net,
        tax=tax,
        amount=amount,
        original=_text(row, "original"),
        open_amount=open_amount,
        open_on=open_on,
    )


def line_draft(row: Row, currency: str) -> DocumentLine:
    """A line of a document; raises BadRowError. Lines may be negative: a discount is one."""
    if not LINE_NUMBER.match(row["line"]):
        raise BadRowError(f"{row['line'][:20]!r} is no number of a line: count from 1.")
    return DocumentLine(
        line=int(row["line"]),
        account=_text(row, "account"),
        service=_text(row, "service"),
        tax_code=_text(row, "tax_code"),
        net=_decimal(row, "net", currency),
    )


def payment_draft(row: Row) -> Payment:
    """A payment, or what settles like one; raises BadRowError."""
    kind = _kind(row, PAYMENTS)
    currency = _currency(row)
    amount = _amount(row, "amount", currency)
    if not amount:
        raise BadRowError("A payment of nothing is none: leave the row out.")
    if kind in {Kind.CASH, Kind.REFUND} and not row["bank_account"]:
        raise BadRowError(f"A payment of the kind {kind} names the bank account on which it stands.")
    if not row["payment_id"]:
        raise BadRowError("The payment has no payment_id: take the number that the bank or the books give it.")
    return Payment(
        key=_text(row, "payment_id"),
        customer_id=row["customer_id"],
        bank_account=_text(row, "bank_account"),
        reference=_text(row, "reference"),
        value_on=_past(_day(row, "value_on"), "value_on"),
        currency=currency,
        amount=amount,
        kind=kind.value,
    )


def _kind(row: Row, allowed: tuple[Kind, ...]) -> Kind:
    if row["kind"] not in allowed:
        raise BadRowError(f"The kind {row['kind'][:40]!r} is not one of {', '.join(allowed)}.")
    return Kind(row["kind"])


def _currency(row: Row) -> str:
    if not is_currency(row["currency"]):
        raise BadRowError(f"{row['currency'][:10]!r} is no currency of ISO 4217, such as USD.")
    return row["currency"]


def _amount(row: Row, column: str, currency: str) -> Decimal:
    value = _decimal(row, column, currency)
    if value < 0:
        raise BadRowError(
            f"{column} is {value}: amounts are positive. What is given back by a document is a credit_note, and money "
            "that went back is a refund."
        )
    return value


def _decimal(row: Row, column: str, currency: str) -> Decimal:
    """An exact amount at the minor unit of the currency, or finer with zeros alone."""
    text = row[column]
    if not AMOUNT.match(text):
        raise BadRowError(
            f"{column} is {text[:40]!r}: write it plainly, such as 1234.50, without separators or signs and with at most 18 digits before the point."
        )
    value, digits = Decimal(text), minor_digits(currency)
    if value != value.quantize(Decimal(1).scaleb(-digits)):
        raise BadRowError(f"{column} is {text}: {currency} has {digits} decimals.")
    return value


def _split(row: Row, currency: str, amount: Decimal) -> tuple[Decimal | None, Decimal | None]:
    """Net and tax, both or neither: what is not told is unknown, and not zero."""
    if not row["net"] and not row["tax"]:
        return None, None
    if not row["net"] or not row["tax"]:
        raise BadRowError("Give net and tax, or neither: no tax is written 0, and empty means unknown.")
    net, tax = _amount(row, "net", currency), _amount(row, "tax", currency)
    if net + tax != amount:
        raise BadRowError(f"net {net} and tax {tax} make {net + tax}, and amount says {amount}.")
    return net, tax


def _opening(row: Row, currency: str, amount: Decimal, issued_on: date) -> tuple[Decimal | None, date | None]:
    if bool(row["amount_open"]) != bool(row["open_on"]):
        raise BadRowError("An open item says both: amount_open, and in open_on the day at whose end that was open.")
    if not row["open_on"]:
        return None, None
    left, on = _amount(row, "amount_open", currency), _past(_day(row, "open_on"), "open_on")
    if left > amount:
        raise BadRowError(f"amount_open is {left}, more than the amount of {amount}.")
    if on < issued_on:
        raise BadRowError(f"It was open on {on}, before it was issued on {issued_on}: check both dates.")
    return left, on


def _cycles(row: Row) -> str:
    first, dots, last = row["cycles"].partition("..")
    if not row["cycles"]:
        return ""
    if not MONTH.match(first) or (dots and not MONTH.match(last)):
        raise BadRowError(f"cycles is {row['cycles'][:20]!r}: write 2026-10, or 2026-08..2026-10.")
    try:
        return parse_period(row["cycles"], today()).text
    except BadRequest as bad:
        raise BadRowError(bad.sentence) from None


def _day(row: Row, column: str) -> date:
    with suppress(ValueError):
        if DAY.match(row[column]):
            return date.fromisoformat(row[column])
    raise BadRowError(f"{column} is {row[column][:20]!r}: write a date as 2026-10-31.")


def _past(day: date, column: str) -> date:
    if day < EARLIEST:
        raise BadRowError(f"{column} is {day}, before there was a cloud to pay for: check the year.")
    if day > today():
        raise BadRowError(f"{column} is {day}, which is still to come: import it when it has happened.")
    return day


def _text(row: Row, column: str) -> str:
    most = LONGEST.get(column, USUAL)
    if len(row[column]) > most:
        raise BadRowError(f"{column} has {len(row[column])} characters: at most {most} are kept.")
    return row[column]
