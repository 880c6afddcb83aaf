"""Genuine, superseded, altered, unknown: on the page, by the API and on the command line, by bytes and by ids."""

import io
import json
import re
import zipfile
from html import unescape
from pathlib import Path

import pytest
import typst
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crossfoot.access.rls import as_staff
from crossfoot.core.ids import sha256_hex
from crossfoot.deliver import claim
from crossfoot.deliver.claim import Claim, read_file, read_text
from crossfoot.deliver.verify import Word, verify
from tests.cli.conftest import crossfoot
from tests.portal import LIST_X_1, Portal, line

__all__ = ["crossfoot"]
CSV, JSON = (
    "/c/C0001/usage-to-cost.csv?period=2026-10&by=account",
    "/c/C0001/usage-to-cost.json?period=2026-10&by=account",
)
ID = "7K3F-92QD-01AB-XY5Z"


@pytest.fixture
def alpha(portal: Portal) -> Portal:
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    bill(portal, "11.11")
    return portal


def bill(portal: Portal, cost: str, day: int = 10) -> None:
    """October so far, and published: 11.11 and 22.22 of Alpha, 77.77 of Beta."""
    lines = [line("acct-a1", "2026-10-03", cost), line("acct-a2", "2026-10-04", "22.22")]
    lines.append(line("acct-b1", "2026-10-03", "77.77"))
    portal.ingest(portal.bill(f"customerUsageV2_202610_202610{day}.tar.gz", lines))
    portal.publish()


def fetched(client: Client, address: str) -> tuple[str, bytes]:
    """The name and the bytes of a download."""
    response = client.get(address)
    assert response.status_code == 200
    name = re.search(r'filename="([^"]+)"', response["Content-Disposition"])
    data = b"".join(response.streaming_content)
    response.close()
    assert name
    return name[1], data


def said_of(client: Client, name: str, data: bytes) -> str:
    """What the page says of a file."""
    response = client.post("/verify", {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == 200
    return heading(response.content)


def heading(body: bytes) -> str:
    found = re.search(r'<h2 id="verdict">([^<]+)', body.decode())
    assert found
    return found[1]


def test_the_four_words_of_a_file(alpha: Portal) -> None:
    alice = alpha.client_for(alpha.alice)
    files = [fetched(alice, CSV), fetched(alice, JSON)]
    for name, data in files:
        assert said_of(alice, name, data) == "Genuine"
        assert said_of(alice, "renamed.bin", data) == "Genuine"
        changed = data.replace(b"22.22", b"22.23")
        assert changed != data
        assert said_of(alice, name, changed) == "Altered"
    assert said_of(alice, "renamed.bin", files[1][1].replace(b"22.22", b"22.23")) == "Altered"  # it bears its id inside
    assert said_of(alice, "renamed.csv", files[0][1].replace(b"22.22", b"22.23")) == "Unknown"
    assert said_of(alice, f"usage-to-cost--{ID}.csv", b"x") == "Unknown"
    assert said_of(alice, "empty", b"") == "Unknown"
    bill(alpha, "12.00", 11)
    for name, data in files:
        assert said_of(alice, name, data) == "Genuine, and superseded"
        assert said_of(alice, name, data.replace(b"22.22", b"22.23")) == "Altered"


def test_an_id_opens_the_report_as_it_was_and_as_it_is(alpha: Portal) -> None:
    alice = alpha.client_for(alpha.alice)
    _, old = fetched(alice, JSON + "&account=acct-a1")
    number = json.loads(old)["meta"]["id"]
    bill(alpha, "12.00", 11)
    for typed in (number, number.lower(), number.replace("-", ""), f"  {number} "):
        assert heading(alice.get("/verify", {"id": typed}).content) == "Genuine, and superseded"
    body = alice.get("/verify", {"id": number}).content.decode()
    assert "Oct 2026: the file has edition 1, the newest is edition 2." in body
    assert "Only the id was looked at" in body
    as_it_was, newest = (unescape(url) for url in re.findall(r'<a class="btn" href="([^"]+)"', body))
    assert fetched(alice, as_it_was.replace("?", ".json?"))[1]  # the very bytes of then
    again = json.loads(fetched(alice, as_it_was.replace("?", ".json?"))[1])
    assert again["totals"] == json.loads(old)["totals"]
    assert json.loads(fetched(alice, newest.replace("?", ".json?"))[1])["totals"][0]["billed_cost"] == "12.00"
    assert alice.get(as_it_was).status_code == alice.get(newest).status_code == 200


def test_what_is_somebody_elses_is_unknown(alpha: Portal) -> None:
    name, data = fetched(alpha.client_for(alpha.alice), JSON)
    number = json.loads(data)["meta"]["id"]
    charlie, dana = alpha.client_for(alpha.charlie), alpha.client_for(alpha.dana)
    assert said_of(charlie, name, data) == "Unknown"
    assert said_of(charlie, name, data + b" ") == "Unknown"
    for sought, other in ((number, ID), (sha256_hex(data), "a" * 64)):
        body = charlie.get("/verify", {"id": sought}).content
        assert heading(body) == "Unknown"
        assert b"C0001" not in body
        foreign, absent = (charlie.get(f"/api/v1/verify/{one}").content for one in (sought, other))
        assert foreign == absent
    assert said_of(dana, name, data) == "Genuine"
    assert "C0001" in dana.get("/verify", {"id": number}).content.decode()


def test_with_the_wall_of_rows_taken_away_the_filter_holds(alpha: Portal) -> None:
    _, data = fetched(alpha.client_for(alpha.alice), JSON)
    with as_staff():
        found = {customer: verify(Claim(sha256=sha256_hex(data)), customer).word for customer in ("C0001", "C0002", "")}
    assert found == {"C0001": Word.GENUINE, "C0002": Word.UNKNOWN, "": Word.GENUINE}


def test_a_narrowed_person_is_not_told_what_others_asked(alpha: Portal) -> None:
    _, data = fetched(alpha.client_for(alpha.alice), JSON + "&account=acct-a1")
    body = alpha.client_for(alpha.bob).get("/verify", {"id": json.loads(data)["meta"]["id"]}).content.decode()
    assert heading(body.encode()) == "Genuine"
    assert "acct-a1" not in body


def test_the_api_answers_an_id_and_a_sha256(alpha: Portal) -> None:
    alice = alpha.client_for(alpha.alice)
    _, data = fetched(alice, JSON)
    number, digest = json.loads(data)["meta"]["id"], sha256_hex(data)
    by_id, by_bytes = (alice.get(f"/api/v1/verify/{one}").json() for one in (number, digest))
    assert (by_id["verdict"], by_id["by_bytes"]) == ("genuine", False)
    assert (by_bytes["verdict"], by_bytes["by_bytes"]) == ("genuine", True)
    assert by_bytes["export"]["sha256"] == digest
    assert by_bytes["export"]["id"] == number
    bill(alpha, "12.00", 11)
    newer = alice.get(f"/api/v1/verify/{digest}").json()
    assert newer["verdict"] == "superseded"
    assert newer["newer"] == [{"cycle": "2026-10", "edition": 1, "newest": 2}]
    assert alice.get(f"/api/v1/verify/{ID}").json() == {
        "verdict": "unknown",
        "by_bytes": False,
        "export": None,
        "newer": [],
    }


def test_the_command_says_it_in_a_word_and_by_its_exit_code(alpha: Portal, crossfoot, tmp_path: Path) -> None:
    alice = alpha.client_for(alpha.alice)
    name, data = fetched(alice, CSV)
    whole, changed, strange = tmp_path / name, tmp_path / "changed" / name, tmp_path / "strange.csv"
    changed.parent.mkdir()
    whole.write_bytes(data)
    changed.write_bytes(data + b"\r\n")
    strange.write_bytes(b"a,b\r\n")
    number = name.split("--")[1].removesuffix(".csv")

    def said(what: object) -> tuple[int, str]:
        ran = crossfoot("verify", what)
        return ran.code, ran.out.decode().strip()

    assert said(whole) == said(number) == said(sha256_hex(data)) == (0, "genuine")
    assert said(changed) == (6, "altered")
    assert said(strange) == said(ID) == (8, "unknown")
    bill(alpha, "12.00", 11)
    assert said(whole) == (5, "superseded by edition 2 of 2026-10")
    assert crossfoot("verify", whole, "--json").document["newer"] == [{"cycle": "2026-10", "edition": 1, "newest": 2}]
    refused = crossfoot("verify", tmp_path / "nosuch.csv")
    assert refused.code == 2
    assert "is neither a file here nor an id" in refused.err


def test_what_is_asked_for_wrongly_gets_a_sentence(alpha: Portal) -> None:
    alice = alpha.client_for(alpha.alice)
    assert alice.post("/verify", {}).status_code == 422
    for typed in ("nonsense", "7K3F", "x" * 64, "\x00", ID + "-AAAA"):
        assert alice.get("/verify", {"id": typed}).status_code == 422, typed


def test_a_file_larger_than_the_page_takes_is_refused_before_it_is_kept(alpha: Portal, monkeypatch) -> None:
    monkeypatch.setattr("crossfoot.web.capped.LARGEST_VERIFIED", 1000)
    alice = alpha.client_for(alpha.alice)
    response = alice.post("/verify", {"file": SimpleUploadedFile("x", b"x" * (2 << 20))})
    assert response.status_code == 400
    assert "larger than this page takes" in response.content.decode()
    assert said_of(alice, "x", b"x" * (1 << 20)) == "Unknown"


# The id within a file


def book(properties: dict[str, str]) -> bytes:
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True})
    workbook.add_worksheet().write(0, 0, 1)
    for key, value in properties.items():
        workbook.set_custom_property(key, value)
    workbook.close()
    return out.getvalue()


def bomb(name: str, size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b" " * size)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("KEY--7K3F-92QD-01AB-XY5Z.csv", b"x", ID),
        ("KEY--7K3F-92QD-01AB-XY5Z (1).csv", b"x", ID),
        ("KEY--7K3F-92QD-01AB-XY5Z.excel.csv", b"x", ID),
        ("7K3F-92QD-01AB-XY5Z.csv", b"x", ""),
        ("KEY--7K3F-92QD-01AB-XY5ZZ.csv", b"x", ""),
        ("x.json", b'{"rows": [],\n"meta": {"hash": "x", "id": "7K3F-92QD-01AB-XY5Z"}}\n', ID),
        ("x.json", b'{"meta": {"id": "' + ID.encode() + b'"}, "rows": "' + b" " * (70 << 10) + b'"}', ""),
        ("x.xlsx", book({"crossfoot-result": ID}), ID),
        ("x.xlsx", book({"other": ID}), ""),
        ("x.xlsx", book({}), ""),
        ("x.xlsx", book({"crossfoot-result": ID})[:-30], ""),
        ("x.zip", bomb("docProps/custom.xml", 300 << 20), ""),
        ("x.zip", b"PK\x03\x04 nothing of a zip", ""),
        ("x.zip", b"PK\x05\x06" + b"\xff" * 18, ""),
        ("x.zip", b"PK\x05\x06" + b"\x00" * 18, ""),
        ("x.pdf", b"%PDF-1.7 <</Keywords (crossfoot-result 7K3F-92QD-01AB-XY5Z)>> %%EOF", ID),
        ("x.pdf", typst.compile(b'#set document(keywords: ("7K3F-92QD-01AB-XY5Z", "x"))\nWords'), ID),
        ("x.pdf", b"%PDF-1.7 7K3F-92QD-01AB-XY5Z", ""),
        ("x.pdf", b"%PDF-1.7" + b" " * (9 << 20) + b"crossfoot-result: 7K3F-92QD-01AB-XY5Z %%EOF", ID),
    ],
)
def test_the_id_that_a_file_bears(name: str, data: bytes, found: str) -> None:
    assert read_file(io.BytesIO(data), name) == Claim(sha256=sha256_hex(data), id=found)


def test_a_zip_with_a_long_list_of_members_is_not_opened(monkeypatch) -> None:
    monkeypatch.setattr(claim, "MOST_DIRECTORY", 50)
    assert read_file(io.BytesIO(book({"crossfoot-result": ID})), "x.xlsx").id == ""


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (ID, Claim(id=ID)),
        ("7k3f92qdo1abxy5z", Claim(id=ID)),
        ("7K3F-92QD-OLAB-XY5Z", Claim(id=ID)),
        ("A" * 64, Claim(sha256="a" * 64)),
        ("sha256:" + "b" * 64, Claim(sha256="b" * 64)),
        ("", Claim()),
        ("7K3F-92QD-01AB", Claim()),
        ("UUUU-UUUU-UUUU-UUUU", Claim()),
    ],
)
def test_what_is_typed(typed: str, found: Claim) -> None:
    assert read_text(typed) == found
