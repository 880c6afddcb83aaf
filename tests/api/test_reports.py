"""The API by session and by token: the bytes of the pages, errors as one JSON form, and nothing that is not one's own."""

import json

import pytest
from django.test import Client

from crossfoot.core.clock import today
from crossfoot.core.roles import Role
from tests.api.asking import ask, bearer, token_for
from tests.portal import Portal
from tests.web.house import text

KEYS = ("usage-to-cost", "billing-periods", "refunds-and-adjustments", "charges", "invoices-and-payments", "statement")


@pytest.mark.parametrize("key", KEYS)
def test_page_api_session_and_token_give_the_same_bytes(house: Portal, clients: dict[str, Client], key: str) -> None:
    ada = house.person("ada", Role.CUSTOMER_ADMIN, "C0001")
    query = "period=2026-10&digits=exact"
    page = text(clients["alice"], f"/c/C0001/{key}.json?{query}")
    assert text(clients["alice"], f"/api/v1/reports/{key}?{query}") == page
    assert ask(token_for(ada), f"/api/v1/reports/{key}?{query}").text == page
    assert json.loads(page)["question"]["customer"] == "C0001"


def test_the_catalogue_leads_to_every_report(clients: dict[str, Client]) -> None:
    listed = json.loads(text(clients["alice"], "/api/v1/reports"))
    assert [one["key"] for one in listed] == list(KEYS)
    for one in listed:
        assert json.loads(text(clients["alice"], one["address"]))["report"] == one["key"]
    usage = listed[0]
    assert usage["default_by"] == "service"
    assert "account" in usage["by"]


def test_editions_tell_number_state_and_instants(clients: dict[str, Client]) -> None:
    answer = json.loads(text(clients["alice"], "/api/v1/editions"))
    assert answer["customer"] == "C0001"
    (only,) = answer["editions"]
    assert (only["cycle"], only["edition"], only["status"]) == ("2026-10", 1, "final")
    assert only["data_through"] == "2026-10-31T16:00:00Z"
    report = json.loads(text(clients["alice"], "/api/v1/reports/usage-to-cost?period=2026-10"))
    assert report["meta"]["editions"][0]["published_at"] == only["published_at"]


def test_the_definitions_are_those_of_the_role(clients: dict[str, Client]) -> None:
    words = text(clients["alice"], "/api/v1/definitions")
    (usage,) = [one for one in json.loads(words) if one["report"] == "usage-to-cost"]
    since = {column["key"]: column["since"] for column in usage["columns"]}
    assert (since["service"], since["service_code"]) == (1, 2)
    assert [change["revision"] for change in usage["changes"]] == [2]


def test_what_one_exported_is_listed_to_oneself_alone(house: Portal, clients: dict[str, Client]) -> None:
    report = json.loads(text(clients["alice"], "/api/v1/reports/usage-to-cost?period=2026-10&by=region"))
    mine = json.loads(text(clients["alice"], "/api/v1/exports"))
    assert report["meta"]["id"] in {one["id"] for one in mine["exports"]}
    assert mine["count"] == len(mine["exports"])
    other = json.loads(text(clients["charlie"], "/api/v1/exports"))
    assert report["meta"]["id"] not in {one["id"] for one in other["exports"]}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/v1/reports/nosuch", 404),
        ("/api/v1/reports/usage-to-cost?by=shoe_size", 422),
        ("/api/v1/reports/usage-to-cost?period=yesterday", 422),
        ("/api/v1/reports/usage-to-cost?customer=C0002", 404),
        ("/api/v1/editions?customer=C0002", 404),
        ("/api/v1/exports?customer=C9999", 404),
        ("/api/v1/exports?page=0", 422),
        ("/api/v1/exports?page=x", 422),
        ("/api/v1/verify/nonsense", 422),
        ("/api/v1/nothing", 404),
        ("/api/v1/", 404),
        ("/api/v2/reports", 404),
    ],
)
def test_a_refusal_is_one_json_form_with_a_sentence(clients: dict[str, Client], address: str, status: int) -> None:
    response = clients["alice"].get(address)
    assert response.status_code == status
    error = json.loads(response.content)["error"]
    assert error["status"] == status
    assert len(error["sentence"]) > 15
    assert response["Cache-Control"] == "private, no-store"


def test_nobody_and_other_methods(clients: dict[str, Client]) -> None:
    for address in ("/api/v1/reports", "/api/v1/reports/charges", "/api/v1/openapi.json", "/api/v1/verify/x"):
        response = clients["nobody"].get(address)
        assert response.status_code == 401
        assert response["WWW-Authenticate"].startswith("Bearer")
        assert json.loads(response.content)["error"]["status"] == 401
        for method in ("post", "put", "patch", "delete"):
            refused = getattr(clients["alice"], method)(address)
            assert refused.status_code == 405
            assert "GET" in refused["Allow"]
            assert json.loads(refused.content)["error"]["status"] == 405


def test_a_reseller_names_the_customer(clients: dict[str, Client]) -> None:
    assert "Name the customer" in text(clients["dana"], "/api/v1/editions")
    assert json.loads(text(clients["dana"], "/api/v1/editions?customer=C0002"))["customer"] == "C0002"


def test_a_token_in_an_address_or_a_cookie_is_nothing(house: Portal, clients: dict[str, Client]) -> None:
    secret = token_for(house.person("ada", Role.CUSTOMER_ADMIN, "C0001"))
    for name in ("token", "access_token", "api_key", "Authorization"):
        assert clients["nobody"].get(f"/api/v1/reports?{name}={secret}").status_code == 401
    assert clients["nobody"].get("/api/v1/reports", headers={"Authorization": f"Basic {secret}"}).status_code == 401
    assert clients["nobody"].get("/c/C0001/usage-to-cost.json", headers=bearer(secret)).status_code == 302


def test_a_bad_token_is_not_helped_by_a_session(clients: dict[str, Client]) -> None:
    for sent in ("Bearer cft_AAAAAAAAAA_x", "Bearer", "Bearer x", "Bearer cft__", "nonsense", "Bearer cft_\u00e9_x"):
        assert clients["alice"].get("/api/v1/reports", headers={"Authorization": sent}).status_code == 401, sent


def test_today_is_a_day_of_validity(house: Portal) -> None:
    ada = house.person("ada", Role.CUSTOMER_ADMIN, "C0001")
    assert ask(token_for(ada, last_day=today()), "/api/v1/reports").status == 200
