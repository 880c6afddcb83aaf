"""The reseller's finance desk in a test: rows of CSV in, through the import that commands and pages use."""

from dataclasses import dataclass

from crossfoot.access.models import User
from crossfoot.access.scope import Scope, find_user, scope_for
from crossfoot.billing.imports import import_entities, import_invoices, import_payments
from crossfoot.billing.incoming import File, Imported
from crossfoot.reports.table import Record
from tests.portal import ACTOR, Portal

ENTITIES = "entity,name,currency,zone,address,tax_id"
INVOICES = "entity,customer_id,kind,number,issued_on,due_on,currency,net,tax,amount,cycles,original,amount_open,open_on"
PAYMENTS = "payment_id,customer_id,bank_account,reference,value_on,currency,amount,kind"
LINES = "entity,number,line,account,service,tax_code,net"


def csv(name: str, header: str, *rows: str) -> File:
    """A file of these rows."""
    return File(name, "\n".join([header, *rows, ""]).encode())


@dataclass
class Desk:
    """Imports, and what people then see."""

    portal: Portal

    def entities(self, *rows: str, is_dry: bool = False) -> Imported:
        return import_entities(csv("entities.csv", ENTITIES, *rows), ACTOR, is_dry=is_dry)

    def invoices(self, *rows: str, lines: tuple[str, ...] = (), is_dry: bool = False) -> Imported:
        beside = csv("lines.csv", LINES, *lines) if lines else None
        return import_invoices(csv("invoices.csv", INVOICES, *rows), ACTOR, lines=beside, is_dry=is_dry)

    def payments(self, *rows: str, is_dry: bool = False) -> Imported:
        return import_payments(csv("payments.csv", PAYMENTS, *rows), ACTOR, is_dry=is_dry)

    def scope(self, user: User, customer: str = "") -> Scope:
        return scope_for(find_user(user.email), customer)

    def rows(self, key: str, user: User, customer: str = "", **question: object) -> list[Record]:
        return list(self.portal.table(key, user, customer, **question).rows())

    def shown(self, customer: str = "C0001", **question: object) -> dict[str | None, tuple[str | None, ...]]:
        """Number -> amount, settled, balance, status, as Dana sees the customer."""
        found = self.rows("invoices-and-payments", self.portal.dana, customer, **question)
        keys = ("amount_due", "amount_paid", "balance", "payment_status")
        return {row["document"]: tuple(row[key] for key in keys) for row in found}


def invoice(number: str, issued: str, due: str, amounts: str, cycles: str = "") -> str:
    """A row of an invoice; `amounts` are `net+tax` or a gross amount of which net and tax are not told."""
    net, plus, tax = amounts.partition("+")
    told = f"{net},{tax},{_sum(net, tax)}" if plus else f",,{net}"
    return f"SG01,C0001,invoice,{number},{issued},{due},USD,{told},{cycles},,,"


def credit_note(number: str, original: str, issued: str, amounts: str, customer: str = "C0001") -> str:
    """A row of a credit note."""
    net, _, tax = amounts.partition("+")
    return f"SG01,{customer},credit_note,{number},{issued},{issued},USD,{net},{tax},{_sum(net, tax)},,{original},,"


def payment(key: str, on: str, amount: str, reference: str = "", kind: str = "cash") -> str:
    """A row of a payment on the reseller's one bank account."""
    return f"{key},C0001,SG-001,{reference},{on},USD,{amount},{kind}"


def _sum(net: str, tax: str) -> str:
    from decimal import Decimal

    return str(Decimal(net) + Decimal(tax or "0"))
