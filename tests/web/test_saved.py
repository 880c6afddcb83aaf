"""Saved views, the columns of a page, and what is new since the last visit."""

import re
from datetime import timedelta
from html import unescape

import pytest

from crossfoot.access.rls import as_staff
from crossfoot.support.models import Visit
from tests.portal import LIST_X_1, Portal, line

VIEWS, REPORT = "/c/C0001/saved-views", "/c/C0001/usage-to-cost"


@pytest.fixture
def house(portal: Portal) -> Portal:
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    lines = [
        line("acct-a1", "2026-11-05", "10"),
        line("acct-a2", "2026-11-06", "20"),
        line("acct-b1", "2026-11-07", "40"),
    ]
    portal.ingest(portal.bill("customerUsageV2_202611_20261107.tar.gz", lines))
    portal.publish()
    return portal


def names(body: bytes) -> list[tuple[str, str]]:
    return [
        (unescape(name), unescape(url))
        for url, name in re.findall(r'<th scope="row"><a href="([^"]+)"><bdi>([^<]*)</bdi>', body.decode())
    ]


def test_a_view_is_saved_listed_asked_again_and_deleted(house: Portal) -> None:
    alice = house.client_for(house.alice)
    query = "period=2026-11&by=region&service=ECS&sort=-billed_cost&columns=billed_cost"
    saved = alice.post(VIEWS, {"report": "usage-to-cost", "query": query, "name": "  Regions   of ECS "})
    assert saved.status_code == 302
    assert saved["Location"].startswith(f"{REPORT}?period=2026-11&by=region&service=ECS")
    assert names(alice.get(VIEWS).content) == [("Regions of ECS", saved["Location"])]
    assert alice.get(saved["Location"]).status_code == 200
    assert "Regions of ECS" in alice.get("/").content.decode()
    number = re.search(r'name="delete" value="(\d+)"', alice.get(VIEWS).content.decode())
    assert number
    assert alice.post(VIEWS, {"delete": number[1]}).status_code == 302
    assert names(alice.get(VIEWS).content) == []


def test_always_the_newest_month_forgets_the_period(house: Portal) -> None:
    alice = house.client_for(house.alice)
    saved = alice.post(VIEWS, {"report": "usage-to-cost", "query": "period=2026-10&by=day", "name": "x", "newest": "1"})
    assert saved["Location"] == f"{REPORT}?by=day"


def test_a_view_is_its_owners_alone(house: Portal) -> None:
    alice, bob, charlie = (house.client_for(user) for user in (house.alice, house.bob, house.charlie))
    alice.post(VIEWS, {"report": "usage-to-cost", "query": "by=day", "name": "mine"})
    assert names(bob.get(VIEWS).content) == []
    number = re.search(r'name="delete" value="(\d+)"', alice.get(VIEWS).content.decode())
    assert number
    assert bob.post(VIEWS, {"delete": number[1]}).status_code == 404
    assert charlie.get(VIEWS).status_code == 404
    assert charlie.post(VIEWS, {"report": "usage-to-cost", "query": "", "name": "x"}).status_code == 404
    assert len(names(alice.get(VIEWS).content)) == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"report": "usage-to-cost", "query": "by=shoe_size", "name": "x"}, 422),
        ({"report": "nosuch", "query": "", "name": "x"}, 404),
        ({"report": "usage-to-cost", "query": "", "name": " "}, 422),
        ({"report": "usage-to-cost", "query": "", "name": "x" * 81}, 422),
        ({"delete": "999"}, 404),
        ({"delete": "x"}, 404),
    ],
)
def test_what_cannot_be_saved_is_refused_in_a_sentence(house: Portal, sent: dict[str, str], status: int) -> None:
    response = house.client_for(house.alice).post(VIEWS, sent)
    assert response.status_code == status


def test_chosen_columns_are_shown_and_the_total_stays(house: Portal) -> None:
    alice = house.client_for(house.alice)
    body = alice.get(f"{REPORT}?period=2026-11&by=account&columns=billed_cost").content.decode()
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a [^>]*>)?([^<]*)', body)
    assert heads == ["Account", "Cost (excl. tax)"]
    assert "30.00" in body
    everything = alice.get(f"{REPORT}?period=2026-11&by=account").content.decode()
    assert "List cost" in re.findall(r'<th scope="col"[^>]*>(?:<a [^>]*>)?([^<]*)', everything)


def test_home_says_what_came_out_since_the_last_visit(house: Portal) -> None:
    """20.00 becomes 50.00 in a second edition: +30.00 for who sees all, and no amount for who sees one account."""
    people = [house.client_for(user) for user in (house.alice, house.bob)]
    for person in people:
        assert "Since your last visit" not in person.get("/").content.decode()
    with as_staff():
        for visit in Visit.objects.all():
            Visit.objects.filter(pk=visit.pk).update(at=visit.at - timedelta(hours=1))
    for person in people:
        assert "Nothing has changed." not in person.get("/").content.decode()  # the edition came out within the hour
    with as_staff():
        for visit in Visit.objects.all():
            Visit.objects.filter(pk=visit.pk).update(at=visit.at, before=visit.at)
    assert all("Nothing has changed." in person.get("/").content.decode() for person in people)
    lines = [
        line("acct-a1", "2026-11-05", "10"),
        line("acct-a2", "2026-11-06", "50"),
        line("acct-b1", "2026-11-07", "40"),
    ]
    house.ingest(house.bill("customerUsageV2_202611_20261108.tar.gz", lines))
    house.publish()
    alice, bob = (person.get("/").content.decode() for person in people)
    assert "edition 2, open · +30.00 USD" in alice
    assert "edition 2, open" in bob
    assert "+30.00" not in bob
