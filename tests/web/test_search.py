"""Search: what one person may see and no more, each hit leading to its cost."""

import re
from html import unescape

import pytest

from crossfoot.core.roles import Role
from tests.portal import LIST_X_1, Portal, line


@pytest.fixture
def house(portal: Portal) -> Portal:
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    cells = {"cloud_service_type_name": "Elastic Cloud Server", "cloud_service_type": "hws.service.type.ec2"}
    lines = [
        line("acct-a1", "2026-10-05", "10", **cells, resource_id="i-77", resource_name="Web-Server", resource_tag="env:prod;"),
        line("acct-a2", "2026-10-06", "20", **cells, resource_id="i-88", resource_name="web-hidden", resource_tag="team:web;"),
        line("acct-b1", "2026-10-07", "40", **cells, resource_id="i-99", resource_name="web-of-beta"),
    ]  # fmt: skip
    portal.ingest(portal.bill("customerBill_202610.tar.gz", lines))
    portal.publish()
    return portal


def found(portal: Portal, user, text: str, customer: str = "C0001") -> dict[str, str]:
    """The label of each hit and its address."""
    body = portal.client_for(user).get(f"/c/{customer}/search", {"q": text}).content.decode()
    return {
        unescape(label): unescape(url) for url, label in re.findall(r'<li><a href="([^"]+)"><bdi>([^<]*)</bdi>', body)
    }


def test_a_part_of_a_name_in_any_case_finds_it_and_leads_to_its_cost(house: Portal) -> None:
    hits = found(house, house.alice, "WEB-")
    assert set(hits) == {"Web-Server", "web-hidden"}
    assert hits["Web-Server"] == "/c/C0001/usage-to-cost?period=2026-10..2026-10&by=day&resource=i-77"
    body = house.client_for(house.alice).get(hits["Web-Server"]).content.decode()
    assert "10.00" in body
    assert "20.00" not in body


def test_services_ids_and_tags_are_found(house: Portal) -> None:
    assert set(found(house, house.alice, "elastic")) == {"Elastic Cloud Server"}
    assert set(found(house, house.alice, "i-8")) == {"web-hidden"}
    assert found(house, house.alice, "prod") == {
        "env: prod": "/c/C0001/usage-to-cost?period=2026-10..2026-10&tag:env=prod"
    }


def test_nobody_finds_what_is_not_theirs(house: Portal) -> None:
    assert set(found(house, house.bob, "web")) == {"web-hidden", "team: web"}  # bob is granted acct-a2
    assert house.client_for(house.charlie).get("/c/C0001/search?q=web").status_code == 404
    assert set(found(house, house.charlie, "web", "C0002")) == {"web-of-beta"}
    shop = house.person("shop", Role.CUSTOMER_VIEWER, "C0001", projects=["p-none"])
    assert found(house, shop, "web") == {}


@pytest.mark.parametrize("text", ["%", "_", "'; DROP TABLE x; --", "{{7*7}}", "<script>alert(1)</script>", "\\"])
def test_what_is_typed_is_text(house: Portal, text: str) -> None:
    response = house.client_for(house.alice).get("/c/C0001/search", {"q": text})
    assert response.status_code == 200
    assert found(house, house.alice, text) == {}
    assert "<script>alert" not in response.content.decode()


def test_a_text_too_long_is_refused_and_none_asks_for_one(house: Portal) -> None:
    alice = house.client_for(house.alice)
    assert alice.get("/c/C0001/search", {"q": "x" * 101}).status_code == 422
    assert b"Type a part of a name" in alice.get("/c/C0001/search").content
