"""The very same page again comes from memory: for the same person alone, still logged, and never stale."""

import re

import pytest
from django.test import Client

from crossfoot.access.rls import as_staff
from crossfoot.audit.models import Entry
from crossfoot.web import report
from crossfoot.web.kept import Kept
from tests.portal import LIST_X_1, Portal, line

PAGE = "/c/C0001/usage-to-cost?period=2026-10"


@pytest.fixture
def made(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose pages were made, one after the other."""
    found: list[str] = []
    make = report.answer

    def count(pinned: report.Pinned, window: object = None) -> object:
        found.append(pinned.scope.email)
        return make(pinned, window)  # type: ignore[arg-type]

    monkeypatch.setattr("crossfoot.web.report.answer", count)
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    _publish(portal, 5, "12.34")
    return found


def _publish(portal: Portal, day: int, amount: str) -> None:
    lines = [line("acct-a1", "2026-10-03", amount), line("acct-a2", "2026-10-03", "100.00")]
    portal.ingest(portal.bill(f"customerUsageV2_202610_202610{day:02}.tar.gz", lines))
    portal.publish()


def _looked() -> int:
    with as_staff():
        return Entry.objects.filter(action="report:viewed").count()


def _warmed(client: Client) -> str:
    """The page, when the browser has its cookie of the forms."""
    client.get(PAGE)
    return client.get(PAGE).content.decode()


def test_the_same_page_again_is_not_made_again_but_logged(portal: Portal, made: list[str]) -> None:
    client = portal.client_for(portal.alice)
    first = _warmed(client)
    times, looked = len(made), _looked()

    again = client.get(PAGE)

    assert (again.content.decode(), len(made), _looked()) == (first, times, looked + 1)
    assert client.get(PAGE, headers={"If-None-Match": again["ETag"]}).status_code == 304
    assert _looked() == looked + 2
    assert "no-store" in again["Cache-Control"]


def test_nobody_is_given_a_page_of_somebody_else(portal: Portal, made: list[str]) -> None:
    """Bob sees one of the two accounts, Dana the reseller's menu; a second session of Alice has forms of its own."""
    pages, tags = {}, {}
    for name, user in (("alice", portal.alice), ("bob", portal.bob), ("dana", portal.dana), ("again", portal.alice)):
        client = portal.client_for(user)
        pages[name] = _warmed(client)
        tags[name] = client.get(PAGE)["ETag"]
        assert made[-1] == user.email
    assert len(set(tags.values())) == 4
    assert "112.34" in pages["alice"]
    assert "112.34" not in pages["bob"]
    assert "Beta" in pages["dana"]
    assert "Beta" not in pages["alice"]
    bob = portal.client_for(portal.bob)
    _warmed(bob)
    assert bob.get(PAGE, headers={"If-None-Match": tags["alice"]}).status_code == 200
    charlie = portal.client_for(portal.charlie)
    assert charlie.get(PAGE, headers={"If-None-Match": tags["alice"]}).status_code == 404


def test_what_changed_is_on_the_next_page(portal: Portal, made: list[str]) -> None:
    client, erin = portal.client_for(portal.dana), portal.client_for(portal.erin)
    assert "112.34" in _warmed(client)

    _publish(portal, 6, "20.00")
    assert "120.00" in client.get(PAGE).content.decode()

    erin.post("/known-issues", {"sentence": "Wait.", "first_day": "2026-10-12", "last_day": "2026-10-12"})
    assert "Wait." in client.get(PAGE).content.decode()

    portal.customers("C0003,Gamma,USD,acct-c1,,")
    assert "Gamma" in client.get(PAGE).content.decode()

    dana = portal.dana
    dana.is_active = False
    dana.save()
    assert client.get(PAGE).status_code in {302, 404}
    assert made


def test_memory_is_bounded_and_the_longest_unasked_goes_first() -> None:
    kept = Kept(most=10)
    kept.put("a", b"12345")
    kept.put("b", b"1234")
    assert kept.find("a") == b"12345"
    kept.put("c", b"12")
    assert [kept.find(key) for key in "abc"] == [b"12345", None, b"12"]
    kept.put("a", b"1")
    kept.put("d", b"1234567")
    assert [kept.find(key) for key in "acd"] == [b"1", b"12", b"1234567"]
    kept.put("e", b"12345678901")
    assert [kept.find(key) for key in "acde"] == [None, None, None, None]


def test_the_forms_of_a_kept_page_still_work(portal: Portal, made: list[str]) -> None:
    client = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    client.force_login(portal.alice)
    _warmed(client)
    page = client.get(PAGE).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    assert client.post("/logout", {"csrfmiddlewaretoken": token[1]}).status_code == 302
    assert client.get(PAGE).status_code == 302
    assert made
