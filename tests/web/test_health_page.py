"""The data page: what came, how whole it is, what should come next; and the words for it, worked out by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crossfoot.publish.health import find_expected
from crossfoot.publish.received import ReceivedFile
from crossfoot.web.data import age_words, days_words
from tests.portal import LIST_X_1, Portal, line
from tests.web.test_findings_page import page, words

FINAL, TO_DATE = "customerBill_202610.tar.gz", "customerUsageV2_202610_20261008.tar.gz"


def days(*numbers: int) -> list[date]:
    return [date(2026, 10, number) for number in numbers]


@pytest.mark.parametrize(
    ("expected", "missing", "said"),
    [
        (days(*range(1, 31)), days(12, 13), "28 of 30 days, none on 12–13 Oct"),
        (days(*range(1, 31)), days(3), "29 of 30 days, none on 3 Oct"),
        (days(*range(1, 31)), days(3, 5, 6, 7, 9), "25 of 30 days, none on 3, 5–7 and 9 Oct"),
        (days(1, 2), [], "2 of 2 days"),
        ([], [], "no whole day yet"),
    ],
)
def test_days_in_words(expected: list[date], missing: list[date], said: str) -> None:
    assert days_words(expected, missing) == said


def test_the_age_of_data_in_words() -> None:
    now = datetime(2026, 11, 5, 4, 0, tzinfo=UTC)
    for minutes, said in (
        (0, "just now"),
        (1, "1 minute ago"),
        (59, "59 minutes ago"),
        (60, "1 hour ago"),
        (1439, "23 hours ago"),
        (1440, "1 day ago"),
        (2880, "2 days ago"),
        (-5, "just now"),
    ):
        assert age_words(now - timedelta(minutes=minutes), now) == said


def received(**fields: object) -> ReceivedFile:
    known = {"id": 1, "source": "huawei", "name": TO_DATE, "sha256": "0", "cycle": "2026-10", "is_final": False}
    known |= {"is_accepted": True, "received_at": datetime(2026, 10, 8, 10, tzinfo=UTC), "rows": 1, "totals": ()}
    return ReceivedFile(**{**known, "data_through": datetime(2026, 10, 7, 16, tzinfo=UTC), **fields})  # type: ignore[arg-type]


def beijing(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC) - timedelta(hours=8)


def test_what_should_come_next_and_whether_it_is_late() -> None:
    """The file of 8 Oct holds the days to 7 Oct 24:00; that of 9 Oct may come until 9 Oct 24:00."""
    through_7 = [received()]
    for at, is_late in ((beijing(10, 9, 23), False), (beijing(10, 10, 1), True)):
        found = find_expected("2026-10", through_7, at)
        assert found is not None
        assert (found.what, found.by, found.is_late) == ("daily", beijing(10, 10), is_late), at

    whole = [received(data_through=beijing(11, 1))]
    for files, at, is_late in (
        (whole, beijing(11, 2), False),
        (whole, beijing(11, 5, 12), False),
        (whole, beijing(11, 5, 13), True),
        (through_7, beijing(11, 6), True),
    ):
        found = find_expected("2026-10", files, at)
        assert found is not None
        assert (found.what, found.by, found.is_late) == ("final", beijing(11, 5, 12), is_late), at

    assert find_expected("2026-10", [*whole, received(is_final=True)], beijing(11, 6)) is None
    assert find_expected("2026-10", [*whole, received(is_final=True, is_accepted=False)], beijing(11, 6)) is not None
    assert find_expected("2026-10", [received(source="focus")], beijing(11, 6)) is None
    assert find_expected("2026-10", [], beijing(11, 6)) is None


def october(portal: Portal) -> None:
    """To 7 Oct: Alpha's acct-a1 on 1, 2, 4 and 7 Oct; Beta owns acct-b1 since 5 Oct and has 6 Oct; one is nobody's."""
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,2026-10-05,")
    portal.prices(LIST_X_1)
    lines = [line("acct-a1", f"2026-10-{day:02}", "1.25") for day in (1, 2, 4, 7)]
    lines += [line("acct-b1", "2026-10-06", "2.00"), line("acct-new", "2026-10-06", "3.00")]
    portal.ingest(portal.bill(TO_DATE, lines))
    portal.publish()


def test_files_accounts_days_and_owners_stand_on_the_page(portal: Portal) -> None:
    october(portal)
    for name in ("dana", "erin", "frank"):
        said = words(page(portal, "/data", name=name))
        for part in (
            f"{TO_DATE} sha256",
            "Huawei month to date accepted",
            "just now",
            "7 Oct 2026 24:00 6 10.00 USD",  # 4 x 1.25 + 2.00 + 3.00
            "Accounts without an owner",
            f"acct-new {TO_DATE} 1",
            "4 of 7 days, none on 3 and 5–6 Oct",
            "1 of 3 days, none on 5 and 7 Oct",
            "0 of 2 accounts",
            "Huawei&#x27;s final bill should have come by 5 Nov 2026 12:00",
        ):
            assert part in said, (name, part)
    assert "Beta" not in words(page(portal, "/data?customer=C0001")).split("Published days")[1]
    assert portal.client_for(portal.alice).get("/data").status_code == 403


def test_the_final_bill_ends_the_waiting(portal: Portal) -> None:
    october(portal)
    portal.ingest(portal.bill(FINAL, [line("acct-a1", f"2026-10-{day:02}", "1.25") for day in (1, 2, 4, 7)]))
    portal.publish()
    said = words(page(portal, "/data?cycle=2026-10"))
    assert "should have come" not in said
    assert "1 of 2 accounts" in said
    assert "4 of 31 days, none on 3, 5–6 and 8–31 Oct" in said


def test_addresses_that_cannot_be_read_get_a_sentence_and_an_empty_house_a_next_step(portal: Portal) -> None:
    client = portal.client_for(portal.erin)
    assert "crossfoot ingest PATH" in page(portal, "/data", name="erin")
    for query, status in (("cycle=x", 422), ("customer=C9", 404), ("page=2", 404), ("page=x", 422)):
        assert client.get(f"/data?{query}").status_code == status, query


def test_both_pages_ask_the_database_the_same_number_of_times_for_one_customer_and_for_many(portal: Portal) -> None:
    def queries() -> list[int]:
        found = []
        for address in ("/findings", "/data"):
            client = portal.client_for(portal.dana)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            found.append(len(asked))
        return found

    october(portal)
    before = queries()
    portal.customers(*(f"C1{n:03},Many {n},USD,acct-m{n},," for n in range(30)))
    for month in ("08", "09"):
        bill = [line(f"acct-m{n}", f"2026-{month}-04", "1.00") for n in range(30)]
        portal.ingest(portal.bill(f"customerBill_2026{month}.tar.gz", bill))
    portal.publish()
    assert queries() == before
    assert max(before) <= 40
