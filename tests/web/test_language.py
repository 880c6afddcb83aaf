"""Pages in the reader's language; files in English whatever the reader reads."""

import json

import pytest

from tests.portal import LIST_X_1, Portal, line

REPORT = "/c/C0001/billing-periods?period=2026-10&by=month"
CHINESE = {"HTTP_ACCEPT_LANGUAGE": "zh-CN,zh;q=0.9"}


@pytest.fixture
def house(portal: Portal) -> Portal:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill("customerBill_202610.tar.gz", [line("acct-a1", "2026-10-05", "10")]))
    portal.publish()
    return portal


def test_a_page_speaks_the_readers_language_with_its_dates(house: Portal) -> None:
    body = house.client_for(house.alice).get(REPORT, **CHINESE).content.decode()
    for words in (
        "计费周期",
        "2026年10月1日–31日",
        "未比较，因为上月没有发布任何内容",
        "第 1 版，最终",
        "较上月变化",
        "完整",
    ):
        assert words in body
    assert "How does it move?" not in body


def test_a_choice_of_language_stays_and_leads_nowhere_else(house: Portal) -> None:
    alice = house.client_for(house.alice)
    chosen = alice.post("/language", {"language": "zh-hans", "next": REPORT})
    assert (chosen.status_code, chosen["Location"]) == (302, REPORT)
    assert chosen.cookies["django_language"]["httponly"]
    assert "计费周期" in alice.get(REPORT).content.decode()
    assert alice.post("/language", {"language": "en", "next": "https://elsewhere.example/"})["Location"] == "/"
    assert "Billing periods" in alice.get(REPORT).content.decode()


def test_files_are_english_in_every_language(house: Portal) -> None:
    alice = house.client_for(house.alice)
    for suffix in ("csv", "json"):
        address = f"/c/C0001/billing-periods.{suffix}?period=2026-10&by=month"
        files = [b"".join(alice.get(address, **more).streaming_content) for more in ({}, CHINESE)]  # type: ignore[attr-defined]
        assert files[0] == files[1]
    document = json.loads(files[0])
    assert document["meta"]["warnings"] == ["2026-10: not compared, because nothing is published for the month before."]
    assert document["rows"][0]["state"] == "complete"
