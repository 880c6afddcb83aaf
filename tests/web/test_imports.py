"""The page *Imports*: a file is shown first, imported by the second click, and never by anybody but reseller finance."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crossfoot.access.rls import as_staff
from crossfoot.billing.models import Document, Payment
from tests.billing.desk import ENTITIES, INVOICES, PAYMENTS, csv, invoice, payment
from tests.portal import Portal

HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">')


@pytest.fixture
def dana(portal: Portal) -> Client:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    client = portal.client_for(portal.dana)
    taken(client, choose(client, "entities", "entities.csv", ENTITIES, "SG01,Crossfoot Pte Ltd,USD,Asia/Singapore,,"))
    return client


def choose(client: Client, kind: str, name: str, header: str, *rows: str) -> str:
    """The page after a file was chosen."""
    file = SimpleUploadedFile(name, csv(name, header, *rows).data)
    response = client.post("/imports", {"kind": kind, "file": file})
    assert response.status_code == 200
    return unescape(response.content.decode())


def taken(client: Client, shown: str) -> str:
    """The page after its one button was pressed: what it holds goes back as it came."""
    held = {name: value for name, value in HIDDEN.findall(shown) if name != "csrfmiddlewaretoken"}
    assert held.pop("act") == "import"
    response = client.post("/imports", {**held, "act": "import"})
    assert response.status_code == 200
    return unescape(response.content.decode())


def counts() -> tuple[int, int]:
    with as_staff():
        return Document.objects.count(), Payment.objects.count()


def test_it_is_shown_and_then_imported_once(dana: Client) -> None:
    row = invoice("INV-1", "2026-08-05", "2026-09-04", "100.00+8.00")
    shown = choose(dana, "invoices", "august.csv", INVOICES, row)
    assert "What august.csv would bring" in shown
    assert "invoice INV-1 of C0001, USD 108.00" in shown
    assert counts() == (0, 0)
    assert "august.csv was imported" in taken(dana, shown)
    assert counts() == (1, 0)
    assert "There is nothing new in it" in choose(dana, "invoices", "august.csv", INVOICES, row)
    money = choose(dana, "payments", "bank.csv", PAYMENTS, payment("P1", "2026-08-20", "108.00", "INV-1"))
    assert "What would be allocated" in money
    assert "by its number" in money
    taken(dana, money)
    assert counts() == (1, 1)


def test_a_bad_row_is_named_and_there_is_no_button(dana: Client) -> None:
    rows = (
        invoice("INV-1", "2026-08-05", "2026-09-04", "100.00+8.00"),
        invoice("INV-2", "2026-08-05", "2026-09-04", "1.005"),
    )
    shown = choose(dana, "invoices", "bad.csv", INVOICES, *rows)
    assert "bad.csv would be refused" in shown
    assert "USD has 2 decimals" in shown
    assert 'value="import"' not in shown
    assert counts() == (0, 0)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"kind": "gold"}, "Say what the file holds"),
        ({"kind": "invoices"}, "Choose a file first"),
        ({"kind": "invoices", "act": "import"}, "Choose a file first"),
        ({"kind": "invoices", "act": "import", "file": "@@@"}, "did not come back whole"),
        ({"kind": "payments", "file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")}, "has no column"),
        ({"kind": "payments", "file": SimpleUploadedFile("x.csv", b"0" * ((1 << 20) + 1))}, "larger than 1 MiB"),
    ],
)
def test_what_is_no_file_of_ours_gets_a_sentence(dana: Client, sent: dict[str, object], says: str) -> None:
    response = dana.post("/imports", sent)
    assert response.status_code == 422
    shown = unescape(response.content.decode())
    assert says in shown
    assert "Choose a file" in shown, "the way on stands below"
    assert counts() == (0, 0)


def test_the_home_page_says_what_is_owed_and_what_of_the_money_is_not_used(dana: Client, portal: Portal) -> None:
    """108.00 less 50.00 is 58.00, late since September; 7.00 came for nothing in particular."""
    alice = portal.client_for(portal.alice)
    assert "Open invoices" not in alice.get("/").content.decode()
    row = invoice("INV-1", "2026-08-05", "2026-09-04", "100.00+8.00")
    paid = (payment("P1", "2026-08-20", "50.00", "INV-1"), payment("P2", "2026-08-21", "7.00", "advance"))
    taken(dana, choose(dana, "invoices", "august.csv", INVOICES, row))
    taken(dana, choose(dana, "payments", "bank.csv", PAYMENTS, *paid))
    shown = unescape(alice.get("/").content.decode())
    assert "1 invoice to be paid" in shown
    assert ">58.00 <" in shown
    assert "58.00 USD of it overdue" in shown
    assert ">7.00 USD is paid or credited and not allocated" in shown
    assert "Open invoices" not in portal.client_for(portal.bob).get("/").content.decode()


def test_nobody_else_may(dana: Client, portal: Portal) -> None:
    for user in (portal.alice, portal.bob, portal.erin, portal.frank):
        client = portal.client_for(user)
        assert client.get("/imports").status_code == 403
        assert client.post("/imports", {"kind": "invoices"}).status_code == 403
        assert b'href="/imports"' not in client.get("/", follow=True).content
    assert b'href="/imports"' in dana.get("/", follow=True).content
