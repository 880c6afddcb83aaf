"""The books of the demo reseller: an invoice for each closed month, and what customers paid of them, as an ERP exports it.

The newest month is open, the one before is part paid and overdue, older ones are paid; now and then without a word, so
that only the amount tells. C0001 got a credit note that no month explains, C0002 has paid something in advance.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from crossfoot.access.scope import Scope, find_user, list_customers, scope_for
from crossfoot.billing.drafts import ENTITY_COLUMNS, INVOICE_COLUMNS, LINE_COLUMNS, PAYMENT_COLUMNS
from crossfoot.billing.imports import import_entities, import_invoices, import_payments
from crossfoot.billing.incoming import File
from crossfoot.cli.say import warn
from crossfoot.cli.session import OPERATOR
from crossfoot.core.clock import today
from crossfoot.core.money import plain, round_minor
from crossfoot.core.period import parse_period
from crossfoot.publish.plan import ClosedMonth, list_closed
from crossfoot.query.run import run
from crossfoot.reports.catalog import get_report
from crossfoot.reports.question import ask

ENTITY, BANK = "SG01", "DBS-001"
ISSUED_AFTER, DUE_AFTER, PAID_AFTER = timedelta(days=4), timedelta(days=30), timedelta(days=21)
TAX, PART, THANKS, ADVANCE = Decimal("0.09"), Decimal("0.6"), Decimal(25), Decimal(500)
SILENT = 3  # every third payment names no invoice
Row = Mapping[str, object]


@dataclass
class Files:
    """What the ERP has to say, as rows of its files."""

    invoices: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)


def load_books(finance: str) -> None:
    """Import the books of every customer, by the files that a reseller would import."""
    warn("Importing invoices and payments …")
    user, files = find_user(finance), Files()
    for customer in list_customers(scope_for(user, "")):
        scope = scope_for(user, customer.id)
        for age, month in enumerate(list_closed(scope)):
            for currency, cost in month.billed_cost.items():
                _bill(files, scope, month, age, round_minor(cost, currency), currency)
    entity = {"entity": ENTITY, "name": "Demo Cloud Pte. Ltd.", "currency": "USD", "zone": "Asia/Singapore"}
    import_entities(_file("entities.csv", ENTITY_COLUMNS.all, [entity]), OPERATOR, is_dry=False)
    lines = _file("lines.csv", LINE_COLUMNS.all, files.lines)
    import_invoices(_file("invoices.csv", INVOICE_COLUMNS.all, files.invoices), OPERATOR, lines=lines, is_dry=False)
    import_payments(_file("payments.csv", PAYMENT_COLUMNS.all, files.payments), OPERATOR, is_dry=False)


def _bill(files: Files, scope: Scope, month: ClosedMonth, age: int, net: Decimal, currency: str) -> None:  # noqa: PLR0913 - a row of an ERP
    issued = parse_period(month.cycle, today()).end + ISSUED_AFTER
    if net <= 0 or issued > today():
        return
    invoice = _document(scope, f"INV-{month.cycle}-{scope.customer}", issued, currency, net)
    files.invoices.append({**invoice, "kind": "invoice", "due_on": issued + DUE_AFTER, "cycles": month.cycle})
    files.lines += _lines(scope, month.cycle, currency, str(invoice["number"]))
    if age == 1:
        if scope.customer == "C0001":
            credit = _document(scope, f"CN-{month.cycle}-{scope.customer}", issued + ISSUED_AFTER, currency, THANKS)
            about = {"kind": "credit_note", "due_on": credit["issued_on"], "original": invoice["number"]}
            files.invoices.append({**credit, **about, "cycles": month.cycle})
        _pay(files, invoice, round_minor(Decimal(str(invoice["amount"])) * PART, currency), str(invoice["number"]))
    elif age > 1:
        is_silent = len(files.payments) % SILENT == SILENT - 1
        _pay(files, invoice, Decimal(str(invoice["amount"])), "thank you" if is_silent else str(invoice["number"]))
    elif scope.customer == "C0002":
        _pay(files, {**invoice, "issued_on": today() - PAID_AFTER}, round_minor(ADVANCE, currency), "in advance")


def _document(scope: Scope, number: str, issued: date, currency: str, net: Decimal) -> dict[str, object]:
    tax = round_minor(net * TAX, currency)
    amounts = {"net": plain(net), "tax": plain(tax), "amount": plain(net + tax)}
    about = {"entity": ENTITY, "customer_id": scope.customer, "number": number, "issued_on": issued}
    return {**about, "currency": currency, **amounts}


def _lines(scope: Scope, cycle: str, currency: str, number: str) -> Iterator[Row]:
    """What the month cost by service, as the report rounds it, with its rounding as a line of its own."""
    report = get_report("usage-to-cost", scope.role)
    table = run(report, ask(report, scope.role, period=cycle, by=("service",)), scope)
    rows = [(row["service"] or "Agreement and rounding", row) for row in table.rows()] + [
        ("Rounding", row) for row in table.rounding
    ]
    amounts = [(name, row.get("billed_cost")) for name, row in rows if row["currency"] == currency]
    for place, (name, amount) in enumerate((one for one in amounts if Decimal(one[1] or 0)), start=1):
        yield {"entity": ENTITY, "number": number, "line": place, "service": name, "net": amount}


def _pay(files: Files, invoice: Row, amount: Decimal, reference: str) -> None:
    on = min(date.fromisoformat(str(invoice["issued_on"])) + PAID_AFTER, today())
    what = {key: invoice[key] for key in ("customer_id", "currency")}
    about = {"payment_id": f"PAY-{len(files.payments) + 1:04}", "kind": "cash", "bank_account": BANK, "value_on": on}
    files.payments.append({**what, **about, "amount": plain(amount), "reference": reference})


def _file(name: str, columns: Sequence[str], rows: Sequence[Row]) -> File:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return File(name, out.getvalue().encode())
