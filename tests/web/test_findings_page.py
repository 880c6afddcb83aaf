"""The findings page: what stands on it, what finance may do there, and what nobody else learns."""

import re

from tests.portal import LIST_X_1, Portal, line
from tests.web.test_acts import work_once

DAYS = [line("acct-a1", f"2026-10-{day:02}", f"{day}.00") for day in (4, 5, 6)]
FINAL, TO_DATE = "customerBill_202610.tar.gz", "customerUsageV2_202610_20261008.tar.gz"
WHY = "Huawei withdrew the charge."


def a_lost_day(portal: Portal) -> None:
    """Alpha's final bill lacks 5 Oct: 4.00 + 6.00 instead of 15.00; a file of the folder is none; an account is nobody's."""
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill(TO_DATE, DAYS))
    portal.publish()
    portal.ingest(portal.bill(FINAL, [DAYS[0], DAYS[2], line("acct-new", "2026-10-04", "3.00")]))
    portal.publish()


def page(portal: Portal, address: str = "/findings", name: str = "dana") -> str:
    answer = portal.client_for(getattr(portal, name)).get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def the_id(portal: Portal) -> str:
    found = re.search(r'name="id" value="([0-9A-Z-]+)"', page(portal))
    assert found
    return found[1]


def test_blocks_come_first_with_owner_reach_and_next_step(portal: Portal) -> None:
    a_lost_day(portal)
    said = words(page(portal))
    assert said.index("Account without an owner") < said.index("A published day is lost")
    block = said[said.index("A published day is lost") :]
    for part in (
        "1 finding",
        "The final bill has no line for a day that was published before.",
        "Ask Huawei for the missing lines",
        "Has to act Huawei",
        "Reaches the customer&#x27;s month",
        "Months Oct 2026",
        "Customers Alpha (C0001)",
        "Expenditure Date: 2026-10-05",
        "the customer is not charged for them",
    ):
        assert part in block, part
    assert "Beta" not in block.split("Accept with this reason")[0]


def test_finance_accepts_publishes_and_withdraws_on_the_page(portal: Portal) -> None:
    a_lost_day(portal)
    client = portal.client_for(portal.dana)
    finding = the_id(portal)

    answer = words(client.post("/findings/accept", {"id": finding, "reason": WHY}, follow=True).content.decode())
    assert "Oct 2026 was not published since something of it was accepted or withdrawn. Publish again" in answer
    assert f"{WHY} dana@example.com" in answer
    client.post("/close/publish", {"cycle": "2026-10"})
    work_once()

    assert portal.total(portal.alice, period="2026-10") == "10.00"
    said = words(page(portal))
    assert "Stop publication 1 Accepted 1" in said  # what stops is the account without an owner
    assert "was not published since" not in said
    assert "Accepted by dana@example.com" in said
    close = words(page(portal, "/close?cycle=2026-10"))
    assert f"Accepted The final bill has no line for a day that was published before. 2026-10-05 {WHY}" in close

    answer = words(
        client.post("/findings/withdraw", {"id": finding, "reason": "Not this one."}, follow=True).content.decode()
    )
    assert "was not published since" in answer
    portal.publish()
    assert "A published day is lost 1 finding" in words(page(portal))


def test_an_operator_sees_all_of_it_and_accepts_nothing(portal: Portal) -> None:
    a_lost_day(portal)
    html = page(portal, name="frank")
    assert "A published day is lost" in html
    assert "Accept with this reason" not in html
    answer = portal.client_for(portal.frank).post("/findings/accept", {"id": the_id(portal), "reason": WHY})
    assert answer.status_code == 403


def test_a_form_of_another_site_accepts_nothing(portal: Portal) -> None:
    from django.test import Client

    a_lost_day(portal)
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    client.force_login(portal.dana)
    assert client.post("/findings/accept", {"id": the_id(portal), "reason": WHY}).status_code == 403


def test_what_cannot_be_accepted_gets_its_sentence(portal: Portal) -> None:
    a_lost_day(portal)
    client = portal.client_for(portal.dana)
    assert client.post("/findings/accept", {"id": the_id(portal), "reason": " "}).status_code == 422
    assert client.post("/findings/accept", {"id": "none", "reason": WHY}).status_code == 404
    assert client.get("/findings?cycle=2026").status_code == 422
    assert client.get("/findings?customer=C9999").status_code == 404


def test_customers_and_support_never_see_any_of_it(portal: Portal) -> None:
    a_lost_day(portal)
    portal.client_for(portal.dana).post("/findings/accept", {"id": the_id(portal), "reason": WHY})
    portal.publish()
    for person in (portal.alice, portal.erin):
        client = portal.client_for(person)
        assert client.get("/findings").status_code == 403
        for address in ("/", "/c/C0001/", "/c/C0001/usage-to-cost", "/c/C0001/charges", "/c/C0001/charges.json"):
            body = b"".join(client.get(address)).decode()
            assert WHY not in body, address
            assert "/findings" not in body, address


def test_a_page_of_one_customer_or_month_has_its_findings_alone(portal: Portal) -> None:
    a_lost_day(portal)
    for query, seen in (
        ("cycle=2026-10", True),
        ("cycle=2026-09", False),
        ("customer=C0001", True),
        ("customer=C0002", False),
    ):
        assert ("A published day is lost" in page(portal, f"/findings?{query}")) is seen, query


def test_a_file_that_was_refused_stands_there_until_a_good_one_replaces_it(portal: Portal) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    (portal.inbox / FINAL).write_bytes(b"no archive")
    portal.ingest(portal.inbox / FINAL)
    assert "File refused" in page(portal, "/findings?cycle=2026-10")
    assert "The archive is cut or altered" in page(portal, "/data", name="erin")

    portal.ingest(portal.bill(FINAL, DAYS))
    portal.publish()
    assert "There is nothing to say" in page(portal)


def test_an_account_whose_lines_were_refused_stands_there_until_it_gets_better_ones(portal: Portal) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    good, bad = line("acct-b1", "2026-10-04", "1.00"), DAYS[0] | {"official_amount": "x"}
    portal.ingest(portal.bill(TO_DATE, [good, bad]))
    assert "Cell that cannot be read" in page(portal, "/findings?customer=C0001")
    assert "Cell that cannot be read" not in page(portal, "/findings?customer=C0002")
    portal.ingest(portal.bill("customerUsageV2_202610_20261009.tar.gz", [DAYS[0]]))
    assert "Cell that cannot be read" not in page(portal)


def test_a_long_list_says_what_it_leaves_off(portal: Portal) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    late = [line("acct-a1", f"2026-09-{day:02}", "1.00", cycle="2026-10") for day in range(1, 31)]
    portal.ingest(portal.bill(FINAL, late))
    portal.publish()
    said = words(page(portal))
    assert "Late usage 30 findings" in said
    assert "The first 25 of 30 are shown." in said
