"""An account that the final bill does not name: finance accepts that it is charged nothing, and the month becomes final."""

import pytest

from crossfoot.core.finding import Finding
from crossfoot.publish.acceptances import accept_finding, withdraw_acceptance
from tests.portal import Portal, line
from tests.time.desk import BETA, DAYS, WHY, agrees, closes, opened, the_block
from tests.time.facts import FINAL, OCTOBER, buy_editions, close, to_date


@pytest.fixture
def shop(portal: Portal) -> Portal:
    return opened(portal)


def an_account_without_final_charges(shop: Portal) -> Finding:
    """Month to date Alpha 22.00 in acct-a1 and 3.333 in acct-a2; the final bill names acct-a1 alone."""
    second = line("acct-a2", "2026-10-08", "3.333", settlement_amount="3.00")
    shop.ingest(shop.bill(to_date("20261009"), [*DAYS.values(), BETA, second]))
    shop.publish()
    closes(shop, 4, 5, 6, 7)
    shop.publish()
    month = close(shop, "C0001")
    assert month is not None
    [note] = month.findings
    assert (month.status, note.check, note.account, note.is_block) == ("open", "no-final-charges", "acct-a2", False)
    assert (note.exact, note.count) == ("1 lines, USD 3.33300000", 1)
    return note


def test_an_account_without_final_charges_is_charged_nothing_once_finance_accepts_it(shop: Portal) -> None:
    note = an_account_without_final_charges(shop)
    assert shop.total(shop.alice, period=OCTOBER, digits="exact") == "25.33300000"
    assert buy_editions("C0001")[-1][1] == 5

    accept_finding(note.id, "Huawei says the account has no charges.", shop.dana)
    [published] = shop.publish()

    assert published.editions == (("C0001", 3, "final"),)
    assert shop.total(shop.alice, period=OCTOBER, digits="exact") == "22.00000000"
    assert buy_editions("C0001")[-1][1] == 4  # Huawei is paid for what its final bill names
    agrees(shop)

    withdraw_acceptance(note.id, "It was the other account.", shop.dana)
    [published] = shop.publish()
    assert published.editions == (("C0001", 4, "open"),)
    assert shop.total(shop.alice, period=OCTOBER, digits="exact") == "25.33300000"
    agrees(shop)


def test_other_lines_of_such_an_account_open_the_month_again(shop: Portal) -> None:
    accept_finding(an_account_without_final_charges(shop).id, WHY, shop.dana)
    shop.publish()
    shop.ingest(shop.bill(to_date("20261104"), [line("acct-a2", "2026-10-08", "3.334")]))
    [published] = shop.publish()
    assert published.editions == (("C0001", 4, "open"),)
    assert shop.total(shop.alice, period=OCTOBER, digits="exact") == "25.33400000"


def test_a_customer_whose_only_account_has_no_final_charges_gets_an_empty_final_month(shop: Portal) -> None:
    shop.ingest(shop.bill(FINAL, list(DAYS.values())))
    shop.publish()
    month = close(shop, "C0002")
    assert month is not None
    [note] = month.findings
    assert (month.status, note.check, note.account) == ("open", "no-final-charges", "acct-b1")

    accept_finding(note.id, WHY, shop.dana)
    [published] = shop.publish()

    assert published.editions == (("C0002", 2, "final"),)
    assert shop.table("usage-to-cost", shop.charlie, period=OCTOBER).totals == ()
    agrees(shop)


def test_leaving_an_account_out_does_not_hide_a_lost_day_of_another(shop: Portal) -> None:
    note = an_account_without_final_charges(shop)
    accept_finding(note.id, WHY, shop.dana)
    closes(shop, 4, 5, 7)
    [published] = shop.publish()
    assert published.blocked == ("C0001",)
    assert (the_block(shop).check, the_block(shop).value) == ("completeness", "2026-10-06")


def test_a_day_lost_by_one_account_blocks_while_another_keeps_the_month_open(shop: Portal) -> None:
    """Published open without the day, the month would forget that it ever had it."""
    second = line("acct-a2", "2026-10-08", "3.333")
    shop.ingest(shop.bill(to_date("20261009"), [*DAYS.values(), BETA, second]))
    shop.publish()
    closes(shop, 4, 5, 7)
    [published] = shop.publish()
    assert published.blocked == ("C0001",)
    assert the_block(shop).value == "2026-10-06"
    assert shop.total(shop.alice, period=OCTOBER, digits="exact") == "25.33300000"
