"""Finance takes a finding on itself: the month goes on without that very finding, and with every other one."""

import pytest

from crossfoot.access.rls import as_staff
from crossfoot.audit.models import Entry
from crossfoot.core.errors import BadRequest, NotFound, NotPermitted, RefusedByFindings
from crossfoot.publish.acceptances import accept_finding, list_accepted, withdraw_acceptance
from crossfoot.publish.models import Acceptance
from tests.portal import Portal, line
from tests.time.desk import BETA, DAYS, WHY, agrees, closes, opened, the_block, total
from tests.time.facts import FINAL, blocks, close, editions


@pytest.fixture
def shop(portal: Portal) -> Portal:
    return opened(portal)


def entries(action: str) -> list[tuple[str, str, str]]:
    with as_staff():
        return [(e.actor, e.customer, e.detail["reason"]) for e in Entry.objects.filter(action=action).order_by("pk")]


def test_an_accepted_lost_day_publishes_and_stays_in_sight(shop: Portal) -> None:
    closes(shop, 4, 6, 7)
    shop.publish()
    block = the_block(shop)

    accept_finding(block.id, f"  {WHY} ", shop.dana)
    assert (total(shop), editions("C0001")) == ("22.00", [(1, "open")])  # nothing happens before it is published
    [published] = shop.publish()

    assert (published.blocked, published.editions) == ((), (("C0001", 2, "final"),))
    assert total(shop) == "17.00"  # 4 + 6 + 7
    month = close(shop, "C0001")
    assert month is not None
    [seen] = month.findings
    assert (month.status, seen.is_block, seen.is_accepted, seen.value) == ("final", False, True, "2026-10-05")
    assert [(a.finding.id, a.reason, a.by) for a in month.accepted] == [(block.id, WHY, "dana@example.com")]
    assert entries("finding:accepted") == [("dana@example.com", "C0001", WHY)]
    agrees(shop)
    [published] = shop.publish()
    assert (published.editions, published.still_blocked) == ((), ())


def test_a_second_lost_day_blocks_though_the_first_was_accepted(shop: Portal) -> None:
    closes(shop, 4, 6, 7)
    shop.publish()
    first = the_block(shop)
    accept_finding(first.id, WHY, shop.dana)
    shop.publish()

    closes(shop, 4, 7)
    [published] = shop.publish()

    assert published.blocked == ("C0001",)
    second = the_block(shop)
    assert (second.value, second.count, second.fingerprint != first.fingerprint) == ("2026-10-05", 2, True)
    assert (total(shop), editions("C0001")) == ("17.00", [(1, "open"), (2, "final")])

    accept_finding(second.id, "That one too.", shop.dana)
    [published] = shop.publish()
    assert published.editions == (("C0001", 3, "final"),)
    assert total(shop) == "11.00"  # 4 + 7


def test_a_lost_day_of_another_month_or_customer_is_another_finding(shop: Portal) -> None:
    shop.ingest(shop.bill(FINAL, [DAYS[4], DAYS[6], DAYS[7], line("acct-b1", "2026-10-09", "9.00")]))
    shop.publish()
    accept_finding(the_block(shop).id, WHY, shop.dana)
    [published] = shop.publish()
    assert published.still_blocked == ("C0002",)
    assert blocks(shop, "C0002") != []


def test_what_is_withdrawn_blocks_again_though_the_day_is_long_gone(shop: Portal) -> None:
    closes(shop, 4, 6, 7)
    shop.publish()
    block = the_block(shop)
    accept_finding(block.id, WHY, shop.dana)
    shop.publish()

    withdraw_acceptance(block.id, "The ticket was of another account.", shop.dana)
    [published] = shop.publish()

    assert published.blocked == ("C0001",)
    assert the_block(shop).fingerprint == block.fingerprint
    assert (total(shop), editions("C0001")) == ("17.00", [(1, "open"), (2, "final")])
    with as_staff():
        assert list_accepted() == ()
        assert [r.is_withdrawal for r in Acceptance.objects.order_by("pk")] == [False, True]
    assert entries("finding:withdrawn") == [("dana@example.com", "C0001", "The ticket was of another account.")]

    closes(shop, 4, 5, 6, 7)
    [published] = shop.publish()
    assert published.editions == (("C0001", 3, "final"),)
    assert total(shop) == "22.00"
    agrees(shop)


def test_accepting_twice_is_accepting_once(shop: Portal) -> None:
    closes(shop, 4, 6, 7)
    shop.publish()
    for _ in range(2):
        accept_finding(the_block(shop).id, WHY, shop.dana)
    with as_staff():
        assert Acceptance.objects.count() == 1


def test_amounts_that_do_not_add_up_are_sold_at_list_price_when_accepted(shop: Portal) -> None:
    closes(shop, 4, 5, 6, 7, discount_amount="0.01")
    shop.publish()
    found = blocks(shop, "C0001")
    assert {f.check for f in found} == {"amount-sums"}
    for block in found[1:]:
        accept_finding(block.id, WHY, shop.dana)
    [published] = shop.publish()
    assert published.blocked == ("C0001",)  # one of the four was left
    accept_finding(found[0].id, WHY, shop.dana)
    [published] = shop.publish()
    assert published.editions == (("C0001", 2, "final"),)
    assert total(shop) == "22.00"
    agrees(shop)

    closes(shop, 4, 5, 6, 7, discount_amount="0.02")  # the same lines and list prices, another difference
    [published] = shop.publish()
    assert (published.blocked, len(blocks(shop, "C0001"))) == (("C0001",), 4)


REFUSED = {
    "refund of an unknown order": {"bill_type": "4", "original_order_id": "O404"},
    "bill type": {"bill_type": "77"},
    "foreign currency": {"currency": "EUR"},
    "date after the cycle": {"bill_date": "2026-11-01"},
    "unreadable": {"official_amount": "x"},
}


@pytest.mark.parametrize("cells", REFUSED.values(), ids=REFUSED)
def test_what_has_no_price_cannot_be_accepted(shop: Portal, cells: dict[str, str]) -> None:
    shop.ingest(shop.bill(FINAL, [*DAYS.values(), BETA, line("acct-a1", "2026-10-08", "1.00", **cells)]))
    shop.publish()
    with pytest.raises(RefusedByFindings, match="cannot be accepted"):
        accept_finding(the_block(shop).id, WHY, shop.dana)
    with as_staff():
        assert not Acceptance.objects.exists()


def test_nobody_but_reseller_finance_accepts_or_withdraws(shop: Portal) -> None:
    closes(shop, 4, 6, 7)
    shop.publish()
    block = the_block(shop)
    for person in (shop.alice, shop.bob, shop.charlie, shop.erin, shop.frank):
        with pytest.raises(NotPermitted):
            accept_finding(block.id, WHY, person)
    accept_finding(block.id, WHY, shop.dana)
    for person in (shop.alice, shop.erin, shop.frank):
        with pytest.raises(NotPermitted):
            withdraw_acceptance(block.id, WHY, person)
    with as_staff():
        assert Acceptance.objects.count() == 1


def test_a_reason_is_given_and_the_finding_exists(shop: Portal) -> None:
    closes(shop, 4, 6, 7)
    shop.publish()
    for reason in ("", "  ", "x" * 501, "a\x00b"):
        with pytest.raises(BadRequest, match="reason"):
            accept_finding(the_block(shop).id, reason, shop.dana)
    with pytest.raises(NotFound):
        accept_finding("0000-0000-0000-0000", WHY, shop.dana)
    with pytest.raises(NotFound):
        withdraw_acceptance(the_block(shop).id, WHY, shop.dana)


# Publishing again


def test_a_month_that_is_still_blocked_is_said_at_every_publication(shop: Portal) -> None:
    closes(shop, 4, 6, 7)
    shop.publish()
    [again] = shop.publish()
    assert (again.blocked, again.still_blocked, again.editions) == ((), ("C0001",), ())
    assert [f.check for f in again.findings] == ["completeness"]
    assert again.as_json()["still_blocked"] == ["C0001"]
    closes(shop, 4, 5, 6, 7)
    [last] = shop.publish()
    assert (last.still_blocked, last.findings) == ((), ())
