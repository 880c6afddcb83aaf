"""Home, the month close, the door, and what is said when something is refused or broken."""

import json

import pytest
from django.test import Client, RequestFactory

from crossfoot.web.errors import broken
from tests.portal import LIST_X_1, PASSWORD, Portal, line
from tests.web.house import browser, text


@pytest.fixture
def two_months(portal: Portal) -> Portal:
    """September and October final; ECS falls from 10 to 4, OBS rises from 1 to 9."""
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    for cycle, ecs, obs in (("202609", "10.00000000", "1.00000000"), ("202610", "4.00000000", "9.00000000")):
        day = f"{cycle[:4]}-{cycle[4:]}-03"
        lines = [
            line("acct-a1", day, ecs, cloud_service_type_name="ECS"),
            line("acct-a1", day, obs, cloud_service_type_name="OBS"),
        ]
        portal.ingest(portal.bill(f"customerBill_{cycle}.tar.gz", lines))
    portal.publish()
    return portal


def test_home_shows_the_closed_month_its_change_and_what_moved(two_months: Portal) -> None:
    body = text(browser(two_months, "alice"), "/")
    assert "Last closed month" in body
    assert "13.00" in body
    assert "+2.00 against Sep 2026 (+18.2 %)" in body
    assert body.index("+8.00") < body.index("−6.00")  # OBS moved more than ECS
    assert "This month so far" not in body


def test_a_month_that_is_not_final_is_shown_as_an_estimate(two_months: Portal) -> None:
    usage = [line("acct-a1", "2026-11-02", "7.00000000")]
    bill = two_months.bill("customerUsageV2_202611_20261103.tar.gz", usage, currency_in_header="USD")
    two_months.ingest(bill)
    two_months.publish()
    body = text(browser(two_months, "alice"), "/")
    assert "This month so far" in body
    assert "7.00" in body
    assert "An estimate" in body


def test_home_without_a_published_month_says_what_will_be_there(portal: Portal) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    assert "Nothing is published yet" in text(browser(portal, "alice"), "/")


def test_the_close_shows_months_and_what_is_missing(two_months: Portal) -> None:
    stray = [line("acct-unknown", "2026-10-03", "5.00000000"), line("acct-a1", "2026-10-04", "1.00000000")]
    (two_months.inbox / "again").mkdir()
    two_months.ingest(two_months.bill("again/customerBill_202610.tar.gz", stray))
    two_months.publish()
    body = text(browser(two_months, "dana"), "/close?cycle=2026-10")
    assert "Belongs to nobody yet" in body
    assert "acct-unknown" in body
    assert "Stops publication" in body
    assert "Alpha" in body
    assert browser(two_months, "dana").get("/close?cycle=1999-01").status_code == 422


def test_the_close_is_the_home_of_those_who_close_and_customers_of_those_who_do_not(two_months: Portal) -> None:
    assert "<h1>Month close</h1>" in text(browser(two_months, "frank"), "/")
    assert "<h1>Customers</h1>" in text(browser(two_months, "erin"), "/")
    assert "Month close" not in text(browser(two_months, "erin"), "/")


def test_sign_in_and_out(house: Portal) -> None:
    client = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    assert client.get("/c/C0001/usage-to-cost")["Location"] == "/login?next=/c/C0001/usage-to-cost"
    client.get("/login")
    token = client.cookies["csrftoken"].value
    form = {"login": house.alice.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    wrong = client.post("/login", form | {"password": "wrong"})
    assert wrong.status_code == 200
    assert 'role="alert"' in wrong.content.decode()
    assert client.post("/login", form)["Location"] == "/"
    assert client.get("/").status_code == 200
    assert client.get("/logout").status_code == 405
    token = client.cookies["csrftoken"].value
    assert client.post("/logout", {"csrfmiddlewaretoken": token}).status_code == 302
    assert client.get("/").status_code == 302


def test_a_form_of_somebody_else_is_refused_with_a_sentence() -> None:
    client = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    response = client.post("/login", {"login": "x", "password": "y"})
    assert response.status_code == 403
    assert "reload the page" in response.content.decode()


def test_a_broken_page_says_that_it_is_ours_and_nothing_else() -> None:
    page = broken(RequestFactory().get("/c/C0001/usage-to-cost"))
    document = broken(RequestFactory().get("/c/C0001/usage-to-cost.json"))
    assert (page.status_code, document.status_code) == (500, 500)
    assert "Something is broken" in page.content.decode()
    assert json.loads(document.content)["error"]["status"] == 500


def test_our_own_bug_ends_in_that_page(house: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("crossfoot.web.report.pin", bug)
    client = browser(house, "alice")
    client.raise_request_exception = False
    response = client.get("/c/C0001/usage-to-cost")
    assert response.status_code == 500
    assert "secret detail" not in response.content.decode()


def test_no_page_has_inline_style_or_script(house: Portal) -> None:
    for name, address in (("alice", "/"), ("alice", "/c/C0001/usage-to-cost"), ("dana", "/close"), ("erin", "/")):
        body = text(browser(house, name), address)
        assert " style=" not in body
        assert "<style" not in body
        assert " onclick=" not in body
        for script in body.split("<script")[1:]:
            assert 'src="' in script.split(">")[0] or 'type="application/json"' in script.split(">")[0]


def test_staff_see_a_customer_as_its_people_do(house: Portal) -> None:
    mine, theirs = (text(browser(house, name), "/c/C0001/usage-to-cost?period=2026-10") for name in ("alice", "erin"))
    assert mine[mine.index('id="provenance"') :] == theirs[theirs.index('id="provenance"') :]


@pytest.mark.parametrize(
    "address", ["/exports/%00", "/exports/1%00", "/uploads/%00", "/c/C0001/entries/%00", "/api/v1/exports/%00"]
)
def test_a_name_with_a_nul_is_no_name(clients: dict[str, Client], address: str) -> None:
    for who in ("alice", "dana"):
        response = clients[who].get(address)
        assert response.status_code == 404
        assert response.headers["Cache-Control"] == "private, no-store"
