"""What reports read of the ledger: rows under the scope's role, as Arrow. `query.run` registers it beside the charges.

A scope that sees only part of its customer gets none of it: an invoice is of the whole customer. The reseller's people
without a customer get those of all.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import pyarrow as pa

from crossfoot.access.customers import names_of_customers
from crossfoot.access.rls import as_scope
from crossfoot.access.scope import Scope
from crossfoot.billing.books import last_change, read_books
from crossfoot.billing.ledger import Books, Entry, Kind, Movement, Position, movements, positions
from crossfoot.core.clock import GMT8, now, today
from crossfoot.core.ids import sha256_hex
from crossfoot.core.money import minor_digits
from crossfoot.core.period import Period, midnight

MONEY = pa.decimal128(38, 8)
NAMES = {
    Kind.INVOICE: "Invoice",
    Kind.CREDIT_NOTE: "Credit note",
    Kind.CASH: "Payment",
    Kind.WITHHOLDING_TAX: "Withholding tax",
    Kind.BANK_FEE: "Bank fee",
    Kind.WRITE_OFF: "Write-off",
    Kind.SET_OFF: "Set-off",
    Kind.REFUND: "Refund",
}
OPENING, VOIDING = "Opening balance", "Voided"
SCHEMA = pa.schema(
    [
        ("place", pa.int64()),
        ("minor", pa.int32()),
        ("customer_id", pa.string()),
        ("customer_name", pa.string()),
        ("entry", pa.string()),
        ("entity", pa.string()),
        ("document_kind", pa.string()),
        ("document", pa.string()),
        ("document_on", pa.date32()),
        ("due_on", pa.date32()),
        ("billed_months", pa.string()),
        ("reference", pa.string()),
        ("currency", pa.string()),
        ("net_amount", MONEY),
        ("tax_amount", MONEY),
        ("gross_amount", MONEY),
        ("amount_due", MONEY),
        ("amount_paid", MONEY),
        ("balance", MONEY),
        ("payment_status", pa.string()),
        ("days_overdue", pa.int64()),
        ("is_invoice", pa.bool_()),
        ("recorded_at", pa.timestamp("us")),
        ("debit", MONEY),
        ("credit", MONEY),
        ("moved", MONEY),
        ("running_balance", MONEY),
    ]
)


@dataclass(frozen=True)
class Facts:
    """Rows for one answer. As of `known_at` the same question gives the same answer for ever."""

    rows: pa.Table
    known_at: datetime

    @cached_property
    def digest(self) -> str:
        """One for these very rows: what a kept page depends on."""
        return sha256_hex(json.dumps(self.rows.to_pylist(), default=str).encode())


def read_positions(scope: Scope, as_of: datetime | None, period: Period | None, *, is_valued_then: bool) -> Facts:
    """Every document and payment with what is open of it: of a period's last day with `is_valued_then`, else as of now.

    Else the period says which documents and payments, by their dates.
    """
    books, known_at = _known(scope, as_of)
    on = min(known_at.astimezone(GMT8).date(), today())
    if is_valued_then and period is not None:
        on = min(on, period.last_day)
    found = positions(books, on)
    if period is not None and not is_valued_then:
        found = [p for p in found if period.start <= p.entry.on < period.end]
    names = _names(scope)
    return Facts(_table([_position(p, names) for p in found]), known_at)


def read_movements(scope: Scope, as_of: datetime | None, period: Period) -> Facts:
    """The statement of a period: an opening balance for each currency, and what moved it."""
    books, known_at = _known(scope, as_of)
    return Facts(_table([_movement(m, scope.customer) for m in movements(books, period.start, period.end)]), known_at)


def _known(scope: Scope, as_of: datetime | None) -> tuple[Books, datetime]:
    """The books, and when they were known: now moves on, so it is the last change, or the day that ages them."""
    if scope.is_narrowed:
        return Books(()), as_of or midnight(today())
    with as_scope(scope):
        books = read_books([scope.customer] if scope.customer else None, as_of or now())
        changed = last_change([scope.customer] if scope.customer else None)
    return books, as_of or max(midnight(today()), changed or midnight(today()))


def _names(scope: Scope) -> Mapping[str, str]:
    with as_scope(scope):
        return names_of_customers()


def _position(position: Position, names: Mapping[str, str]) -> dict[str, object]:
    entry = position.entry
    return _shared(entry) | {
        "customer_id": entry.customer,
        "customer_name": names.get(entry.customer, ""),
        "document_kind": NAMES[entry.kind],
        "document_on": entry.on,
        "currency": entry.currency,
        "net_amount": entry.net,
        "tax_amount": entry.tax,
        "gross_amount": entry.amount,
        "amount_due": position.amount_due,
        "amount_paid": position.amount_paid,
        "balance": position.balance,
        "payment_status": position.status.value,
        "days_overdue": position.days_overdue,
        "is_invoice": entry.kind is Kind.INVOICE,
    }


def _movement(movement: Movement, customer: str) -> dict[str, object]:
    entry = movement.entry
    kind = OPENING if entry is None else VOIDING if movement.is_voiding else NAMES[entry.kind]
    is_debit = movement.amount > 0
    return (_shared(entry) if entry else {}) | {
        "customer_id": customer,
        "document_kind": kind,
        "document_on": movement.on,
        "currency": movement.currency,
        "debit": movement.amount if entry and is_debit else None,
        "credit": movement.amount.copy_negate() if entry and not is_debit else None,
        "moved": movement.amount,
        "running_balance": movement.balance,
    }


def _shared(entry: Entry) -> dict[str, object]:
    return {
        "entry": entry.key,
        "entity": entry.entity or None,
        "document": entry.number,
        "due_on": entry.due_on,
        "billed_months": entry.cycles or None,
        "reference": entry.original or entry.reference or None,
        "recorded_at": entry.recorded_at.astimezone(UTC).replace(tzinfo=None) if entry.recorded_at else None,
    }


def _table(rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """The rows in their order, each with its place and the digits of its currency."""
    placed = [{"place": i, "minor": minor_digits(str(row["currency"])), **row} for i, row in enumerate(rows)]
    return pa.Table.from_pylist(placed, SCHEMA)
