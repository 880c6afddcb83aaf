"""Every address × every person: the right status, and never a trace of the other customer."""

import re
from urllib.parse import unquote

from django.test import Client

from crossfoot.access.models import User
from tests.web.house import CANARY_A, TAG_A, status, text
from tests.web.routes import MISSING, PEOPLE, ROUTES, patterns

FOREIGN = (
    "/c/C0001/",
    "/c/C0001/usage-to-cost",
    "/c/C0001/charges",
    "/c/C0001/usage-to-cost.csv",
    "/c/C0001/charges.json",
    "/c/C0001/usage-to-cost.csv-metadata.json",
    "/c/c0001/usage-to-cost",
    "/c/C0001%20/usage-to-cost",
    "/c/C0002%2F..%2FC0001/usage-to-cost",
    "/c/%2A/usage-to-cost",
    "/c/C9999/usage-to-cost",
    "/api/v1/reports/usage-to-cost?customer=C0001",
    "/api/v1/reports/charges?customer=C0001",
)
OWN_WITH_FOREIGN_VALUES = (
    "account=acct-a1",
    f"service=ECS%20{CANARY_A}",
    f"resource=vm-{CANARY_A}",
    f"tag:env={TAG_A}",
    "choose=service",
    "choose=account",
    "choose=tag:env",
    "by=account,service",
    "by=tag:env",
    "customer=C0001",
    "service=%27%20OR%201%3D1%20--",
    "service=%7B%7B7*7%7D%7D",
)


def test_the_list_of_addresses_is_whole() -> None:
    assert sorted(patterns()) == sorted(route.pattern for route in ROUTES)


def test_who_gets_what(clients: dict[str, Client]) -> None:
    for route in ROUTES:
        found = {name: status(client, route.example, route.method) for name, client in clients.items()}
        assert found == route.seen, route.example
        if route.method == "post":  # everybody is signed out now
            for name, client in clients.items():
                if name in PEOPLE:
                    client.force_login(User.objects.get(email=f"{name}@example.com"))


def test_a_stranger_sees_no_trace(clients: dict[str, Client]) -> None:
    for suffix in ("", ".csv", ".json"):
        for key in ("usage-to-cost", "charges"):
            for query in OWN_WITH_FOREIGN_VALUES:
                body = text(clients["charlie"], f"/c/C0002/{key}{suffix}?{query}")
                assert traces(body, query) == [], (key, suffix, query)


def test_a_stranger_finds_nothing_under_foreign_addresses(clients: dict[str, Client]) -> None:
    for address in FOREIGN:
        response = clients["charlie"].get(address)
        assert response.status_code == MISSING, address
        assert traces(response.content.decode(), address) == [], address


def test_what_is_foreign_looks_like_what_is_not_there(clients: dict[str, Client]) -> None:
    foreign, absent = (
        re.sub(r'csrfmiddlewaretoken" value="\w+"', "", text(clients["charlie"], f"/c/{customer}/usage-to-cost"))
        for customer in ("C0001", "C9999")
    )
    assert foreign.replace("C0001", "") == absent.replace("C9999", "")


def test_a_viewer_of_one_account_sees_that_account_alone(clients: dict[str, Client]) -> None:
    for address in ("/", "/c/C0001/usage-to-cost?by=account,service", "/c/C0001/charges", "/c/C0001/?x=1"):
        body = text(clients["bob"], address)
        assert "11.11" not in body, address
        assert "4.44" not in body, address
        assert "acct-a1" not in body, address
    assert "22.22" in text(clients["bob"], "/c/C0001/usage-to-cost")


def test_no_person_of_a_customer_learns_what_the_reseller_pays(clients: dict[str, Client]) -> None:
    for name in ("alice", "bob", "erin"):
        for address in ("/c/C0001/", "/c/C0001/usage-to-cost", "/c/C0001/charges"):
            body = text(clients[name], address).lower()
            assert not [word for word in ("margin", "settlement", "buy cost", "price rule") if word in body]


def test_nothing_is_kept_by_a_cache(clients: dict[str, Client]) -> None:
    for route in ROUTES:
        for name in PEOPLE:
            response = getattr(clients[name], route.method)(route.example)
            assert "private" in response["Cache-Control"], route.pattern
            assert "no-store" in response["Cache-Control"], route.pattern
            response.close()
            if route.pattern == "logout":
                break


def traces(body: str, asked: str) -> list[str]:
    """What of Alpha stands in an answer, beside what the question itself said."""
    signs = (CANARY_A, "Alpha", "11.11", "22.22", "4.44", "37.77", "acct-a1", "acct-a2", TAG_A)
    return [sign for sign in signs if sign in body and sign not in unquote(asked)]
