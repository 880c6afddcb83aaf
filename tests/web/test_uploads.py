"""A file through the upload page: chosen, mapped, previewed, accepted once; and what others and large files get."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crossfoot.access.rls import as_staff
from crossfoot.ingest.models import Batch, Upload
from tests.portal import LIST_X_1, Portal
from tests.web.test_acts import work_once

DATA = b"Account,Day,Price\nacct-a1,2026-10-03,12.34\nacct-a1,2026-10-04,0.66\n"
FORM = {
    "col_customer_id": "Account", "col_bill_date": "Day", "col_official_amount": "Price", "const_bill_type": "5",
    "const_currency": "USD", "header_row": "1", "delimiter": ",", "act": "preview", "save_as": "small shop",
}  # fmt: skip


def _uploaded(client: Client, data: bytes = DATA, name: str = "shop.csv") -> str:
    answer = client.post("/uploads", {"file": SimpleUploadedFile(name, data)})
    work_once()
    return str(answer.headers["Location"])


def _text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_file_is_mapped_previewed_and_accepted_once(portal: Portal) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    client = portal.client_for(portal.frank)
    address = _uploaded(client)
    assert 'option value="Account"' in _text(client, address)

    answer = client.post(address, FORM | {"const_currency": ""}, follow=True).content.decode()
    assert "says nothing of Currency" in answer
    assert '<option value="Day" selected>' in answer  # what was typed is still there

    client.post(address, FORM)
    waiting = client.get(address)
    assert waiting.headers["Refresh"] == "2"
    work_once()
    shown = _text(client, address)
    assert "13.00000000" in shown
    assert "0.66000000" in shown
    with as_staff():
        assert Batch.objects.count() == 0

    for _ in range(2):  # a double click
        client.post(address, {"act": "accept"})
    work_once()
    assert "Go to the month close and publish" in _text(client, address)
    with as_staff():
        assert [(b.name, b.source, b.rows) for b in Batch.objects.all()] == [("shop.csv", "upload", 2)]
    portal.publish()
    assert portal.total(portal.alice, period="2026-10") == "13.00"
    assert list((portal.home.tmp / "uploads").iterdir()) == []

    other = _uploaded(client, DATA + b"acct-a1,2026-10-05,1\n")
    assert '<option value="Price" selected>' in _text(client, f"{other}?map=small shop")


def test_a_refused_file_says_why_and_keeps_its_map(portal: Portal) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    client = portal.client_for(portal.dana)
    address = _uploaded(client, DATA.replace(b"0.66", b"0;66"))
    client.post(address, FORM)
    work_once()
    shown = _text(client, address)
    assert "record 2, column Price, value &#x27;0;66&#x27;: The cell cannot be read" in shown
    assert "Accept the file" not in shown  # nothing of it would be left


def test_what_cannot_be_a_file_is_refused_in_a_sentence(portal: Portal) -> None:
    client = portal.client_for(portal.frank)
    for name, data, says in (
        ("bill.pdf", b"x", "is not a .csv, .csv.gz or .xlsx file"),
        ("../../etc/passwd.csv", b"", "The file is empty, or larger than 1 GiB"),
    ):
        answer = client.post("/uploads", {"file": SimpleUploadedFile(name, data)})
        assert (answer.status_code, says in answer.content.decode()) == (422, True), name
    assert client.post("/uploads").status_code == 422
    with as_staff():
        assert Upload.objects.count() == 0


def test_nobody_else_may_upload_or_see_an_upload(portal: Portal) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    address = _uploaded(portal.client_for(portal.frank))
    for person in (portal.alice, portal.bob, portal.erin):
        client = portal.client_for(person)
        assert client.get(address).status_code == 403
        assert client.post(address, {"act": "accept"}).status_code == 403
        assert client.post("/uploads", {"file": SimpleUploadedFile("a.csv", DATA)}).status_code == 403
    big = b"x" * (2 * 2**20)  # a stranger's large body is not even kept
    answer = portal.client_for(portal.alice).post("/uploads", {"file": SimpleUploadedFile("a.csv", big)})
    assert answer.status_code == 403
    assert [p.name for p in portal.home.tmp.iterdir() if p.suffix == ".upload"] == []
    assert portal.client_for(portal.frank).get("/uploads/nothing").status_code == 404
