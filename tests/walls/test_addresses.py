"""A1: every address of the URLconf, asked by everybody about everybody: foreign is 404, and nothing gives itself away."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.test import Client

from crossfoot.access.rls import as_staff
from crossfoot.api.limits import forget
from crossfoot.support.models import KnownIssue
from tests.portal import Portal
from tests.walls.addresses import (
    DOOR,
    FILES_OF_A_PERSON,
    HEALTH,
    OF_A_CUSTOMER,
    OF_A_PERSON,
    OF_ENTRIES,
    OF_HOUSE,
    OF_STAFF,
    TAKE_POST,
    address,
    is_seen,
    keys_of,
)
from tests.walls.answers import TAG
from tests.walls.browsers import body, browser, looks, nobody
from tests.walls.house import ALPHA, BETA, BOTH, CHARGES, GAMMA, NAMES, charges, people
from tests.walls.marks import BUY, EVERYTHING, FOREIGN, HIDDEN, finds, marks_of
from tests.web.routes import patterns

PAGES, FILES = ("usage-to-cost", "charges"), ("charges.csv",)
ALPHAS = ("alice", "bob", "ada", "pia")
RESELLERS = ("dana", "erin", "frank")
# What is not theirs, in every spelling that a router, a database or a file system might take for it.
STRANGE = ("C9999", "c0002", "C0002 ", "C0002\x00", "C0001/../C0002", "C0002\\", "%", "*", "C000_", "C00021", "C000")
FULL_WIDTH = "Ｃ０００２"


def test_there_is_no_address_that_is_not_tried_here() -> None:
    assert sorted(patterns()) == sorted(
        [*OF_A_CUSTOMER, *OF_A_PERSON, *FILES_OF_A_PERSON, *OF_STAFF, *OF_ENTRIES, *OF_HOUSE, *DOOR, *HEALTH]
    )


@pytest.mark.parametrize("name", ALPHAS)
def test_what_is_foreign_is_not_there(clients: dict[str, Client], name: str) -> None:
    wanted = (BETA, GAMMA, *STRANGE, FULL_WIDTH) if name == "alice" else (BETA, GAMMA)
    for pattern in OF_A_CUSTOMER:
        for key in keys_of(pattern):
            forget()  # how often somebody asked is another test's
            absent = body(clients[name].get(address(pattern, "C8888", key)))
            for customer in wanted:
                asked = address(pattern, customer, key)
                response = clients[name].get(asked)
                assert response.status_code == 404, asked
                told = body(response)
                assert finds(FOREIGN, told) == [], asked
                assert finds(BUY, told) == [], asked
                if customer in NAMES:
                    assert looks(told, customer) == looks(absent, "C8888"), asked


@pytest.mark.parametrize("name", ALPHAS)
def test_ones_own_addresses_hold_nothing_foreign_and_nothing_of_buy(
    house: Portal, clients: dict[str, Client], name: str
) -> None:
    hidden = marks_of(charges(account="acct-a2")) if name == "pia" else HIDDEN
    for pattern in (*OF_A_CUSTOMER, *OF_A_PERSON):
        for key in keys_of(pattern):
            response = clients[name].get(address(pattern, ALPHA, key, f"period={BOTH}"))
            is_file = ".focus." in pattern or (key and pattern != "c/<str:customer>/<slug:key>")
            refused = is_file and name in {"bob", "pia"}
            seen = is_seen(pattern, key, people(house)[name].role)
            assert response.status_code == (404 if not seen else 403 if refused else 200), (pattern, key)
            told = body(response)
            assert finds(FOREIGN, told) == finds(BUY, told) == [], pattern
            if name in {"bob", "pia"}:
                assert finds(hidden, told) == [], pattern


def foreign_parameters(owner: str) -> Iterator[tuple[str, str]]:
    """Every parameter of a question and of a page, each with a value of that account's."""
    cells = next(c for c in CHARGES if c.account == owner and c.project).cells
    values = {
        "service": cells["cloud_service_type_name"],
        "region": cells["region"],
        "account": owner,
        "project": cells["enterprise_project_id"],
        "product": cells["product_id"],
        "sku": cells["sku_code"],
        "resource": cells["resource_id"],
        "bill_type": "5",
        "charge_category": "Usage",
        "day": cells["bill_date"],
        "month": "2026-10",
        "currency": "USD",
        TAG: cells["resource_tag"].split(";")[0].split(":")[1],
        "customer": BETA,
        "scope": BETA,
        "email": "charlie@example.com",
        "as_of": "2026-11-30T00:00:00Z",
        "digits": "exact",
        "page": "1",
        "choose_tag": cells["resource_tag"].split(":")[0],
    }
    yield from values.items()
    for dimension in ("service", "account", "project", "resource", "region", TAG):
        yield "choose", dimension
        yield "by", dimension
    for word in (
        "' OR 1=1 --",
        "') UNION SELECT * FROM publish_edition --",
        "{{ customers }}",
        "$(id)",
        "(none)",
        "(empty)",
    ):
        yield "service", word


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_no_parameter_widens_what_is_ones_own(clients: dict[str, Client], name: str) -> None:
    owner, marked = ("acct-b1", (FOREIGN, BUY)) if name == "alice" else ("acct-a1", (FOREIGN, HIDDEN, BUY))
    answered = 0
    for where in PAGES + FILES if name == "alice" else PAGES:
        for parameter, value in foreign_parameters(owner):
            asked = f"/c/{ALPHA}/{where}?period={BOTH}&{quote(parameter)}={quote(value, safe='')}"
            response = clients[name].get(asked)
            assert response.status_code in {200, 302, 422}, asked
            answered += response.status_code == 200
            told = body(response)
            for marks in marked:
                assert finds(marks, told, echo=(value, quote(value, safe=":,"))) == [], asked
    assert answered > 60


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_the_customer_of_the_api_is_ones_own_whatever_is_added(clients: dict[str, Client], name: str) -> None:
    for query in (
        "customer=C0001&customer=C0002",
        "customer=C0002&customer=C0001",
        "customer=&customer=C0002",
        "Customer=C0002",
    ):
        response = clients[name].get(f"/api/v1/reports/charges?period={BOTH}&{query}")
        assert response.status_code in {200, 403, 404, 422}, query
        assert finds(FOREIGN, body(response)) == [], query


@pytest.mark.parametrize("name", RESELLERS)
def test_the_reseller_sees_one_customer_at_a_time(house: Portal, clients: dict[str, Client], name: str) -> None:
    """The chooser names all customers; no amount or word of another one stands on a page."""
    for pattern in OF_A_CUSTOMER:
        for key in keys_of(pattern):
            response = clients[name].get(address(pattern, ALPHA, key, f"period={BOTH}"))
            seen = is_seen(pattern, key, people(house)[name].role)
            assert response.status_code == (200 if seen else 404), (pattern, key)
            told = body(response)
            assert finds(FOREIGN, told, echo=NAMES.values()) == finds(BUY, told) == [], pattern


@pytest.mark.parametrize("pattern", OF_HOUSE)
def test_what_is_of_all_customers_is_for_the_resellers_finance_alone(
    house: Portal, clients: dict[str, Client], pattern: str
) -> None:
    for key in keys_of(pattern):
        for name, client in clients.items():
            response = client.get(f"/{pattern.replace('<slug:key>', key)}")
            is_hers = name == "dana" and key == "ageing"
            assert response.status_code == (200 if is_hers else 404), (key, name)
            told = body(response)
            if name in ALPHAS:
                assert finds(FOREIGN, told) == [], (key, name)


@pytest.mark.parametrize("pattern", OF_ENTRIES)
def test_an_entry_of_another_customer_is_not_there(clients: dict[str, Client], pattern: str) -> None:
    """Alpha's entries are D1 and D2 and P1; whatever else is asked under Alpha's address looks like what is not there."""
    act = pattern.endswith("/act")
    for customer in (ALPHA, BETA):
        for entry in ("D1", "D2", "D3", "D4", "P1", "P2", "D99", "X1", "D0"):
            asked = "/" + pattern.replace("<str:customer>", customer).replace("<slug:entry>", entry)
            for name in ALPHAS:
                response = getattr(clients[name], "post" if act else "get")(asked)
                own = customer == ALPHA and entry in {"D1", "D2", "P1"}
                expected = 404 if customer == BETA else 403 if act or name in {"bob", "pia"} else 200 if own else 404
                assert response.status_code == expected, (name, asked)
                assert finds(FOREIGN, body(response)) == [], (name, asked)


@pytest.mark.parametrize("pattern", OF_STAFF)
def test_pages_of_the_staff_are_for_those_whose_work_they_are(clients: dict[str, Client], pattern: str) -> None:
    method, allowed = OF_STAFF[pattern]
    for name, client in clients.items():
        response = getattr(client, method)(f"/{pattern}")
        assert (response.status_code != 403) is (name in allowed), (pattern, name)
        told = body(response)
        if name != "dana":  # the books are hers
            assert finds(BUY, told) == [], (pattern, name)
        if name in ALPHAS:
            assert finds(FOREIGN, told) == [], (pattern, name)


def test_an_issue_of_one_customer_is_written_by_support_and_read_by_that_customer(house: Portal) -> None:
    known = issue_ids()
    issue = {"customer": BETA, "sentence": "zqBissue", "first_day": "2026-10-01", "last_day": "2026-10-31"}
    try:
        for user in people(house).values():
            if user.email != house.erin.email:
                assert browser(user).post("/known-issues", issue).status_code == 403
        assert issue_ids() == known
        assert browser(house.erin).post("/known-issues", issue | {"customer": "C9999"}).status_code == 404
        assert browser(house.erin).post("/known-issues", issue).status_code == 302
        where = f"usage-to-cost?period={BOTH}"
        assert "zqBissue" in body(browser(house.charlie).get(f"/c/{BETA}/{where}"))
        assert "zqBissue" not in body(browser(house.alice).get(f"/c/{ALPHA}/{where}"))
        assert "zqBissue" not in body(browser(house.erin).get(f"/c/{ALPHA}/{where}"))
    finally:
        with as_staff():
            KnownIssue.objects.exclude(pk__in=known).delete()


def issue_ids() -> list[int]:
    with as_staff():
        return list(KnownIssue.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("method", ["head", "post", "put", "patch", "delete", "options", "trace"])
def test_no_other_method_tells_more(clients: dict[str, Client], method: str) -> None:
    for pattern in OF_A_CUSTOMER:
        for customer in (ALPHA, BETA):
            response = getattr(clients["alice"], method)(address(pattern, customer))
            expected = {"head": 200 if customer == ALPHA else 404}.get(method, 405)
            if method == "post" and pattern in TAKE_POST:  # a report without a name
                expected = 404
            assert response.status_code == expected, (pattern, method)
            assert finds(FOREIGN, body(response)) == [], (pattern, method)


@pytest.mark.parametrize(
    "header",
    ["X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-Forwarded-User", "Remote-User", "X-Customer"],
)
def test_no_header_makes_one_somebody_else(clients: dict[str, Client], header: str) -> None:
    for value in ("/c/C0002/charges", "dana@example.com", "C0002"):
        told = body(clients["alice"].get("/c/C0001/charges", headers={header: value}))
        assert finds(FOREIGN, told) == []
        assert nobody().get("/c/C0002/charges", headers={header: value}).status_code == 302


def test_an_unknown_report_looks_the_same_whosever_it_is(clients: dict[str, Client]) -> None:
    """Also one that only the reseller has, now or later."""
    for key in ("no-such-report", "settlement", "revenue-and-margin", "ageing"):
        for name in ("alice", "bob", "erin"):
            response = clients[name].get(f"/c/{ALPHA}/{key}")
            assert response.status_code == 404
            assert finds(BUY, body(response), echo=(key,)) == []


def test_a_question_that_no_database_can_hold_is_refused(clients: dict[str, Client]) -> None:
    for parameter in ("service", "account", TAG, "choose_tag", "choose", "period", "by"):
        response = clients["alice"].get(f"/c/{ALPHA}/usage-to-cost?{quote(parameter)}=%00")
        assert response.status_code in {200, 302, 422}, parameter


def test_the_marks_would_be_found(clients: dict[str, Client]) -> None:
    """Each page does hold its own customer's words and amounts: the looks above are not at empty pages."""
    for name, customer, marks in (("charlie", BETA, FOREIGN), ("gus", GAMMA, FOREIGN), ("alice", ALPHA, EVERYTHING)):
        for pattern in OF_A_CUSTOMER:
            if "metadata" not in pattern and pattern not in {"api/v1/editions", "api/v1/exports"}:
                told = body(clients[name].get(address(pattern, customer, query=f"period={BOTH}")))
                assert finds(marks, told), (pattern, name)
