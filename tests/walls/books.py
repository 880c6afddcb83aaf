"""What is owed in the house: each customer has a row of every kind, with its owner's word in every text."""

from crossfoot.access.scope import scope_for
from crossfoot.billing.acts import void_document
from crossfoot.billing.imports import import_entities, import_invoices, import_payments
from crossfoot.billing.single import find_numbers
from tests.billing.desk import ENTITIES, INVOICES, LINES, PAYMENTS, csv
from tests.portal import ACTOR, Portal

ENTITY = "E1"


def keep_books(portal: Portal, words: dict[str, str]) -> None:
    """Customer -> its word: an invoice with a line, part of it paid, and one that is void."""
    import_entities(csv("entities.csv", ENTITIES, f"{ENTITY},The reseller,USD,Asia/Singapore,,"), ACTOR)
    invoices, lines, payments = [], [], []
    for customer, word in words.items():
        for number, amount in ((f"{word}-1", "90.00"), (f"{word}-2", "80.00")):
            told = f"USD,{amount},0,{amount},2026-10"
            invoices.append(f"{ENTITY},{customer},invoice,{number},2026-11-02,2026-12-02,{told},,,")
            lines.append(f"{ENTITY},{number},1,,{word} service,,{amount}")
        payments.append(f"{word}-paid,{customer},{word}-account,{word}-1 paid,2026-11-03,USD,30.00,cash")
    beside = csv("lines.csv", LINES, *lines)
    import_invoices(csv("invoices.csv", INVOICES, *invoices), ACTOR, lines=beside)
    import_payments(csv("payments.csv", PAYMENTS, *payments), ACTOR)
    for customer, word in words.items():
        scope = scope_for(portal.dana, customer)
        [twice] = find_numbers(scope, f"{word}-2", 2)
        void_document(scope, twice.key, f"{word} was billed twice")
