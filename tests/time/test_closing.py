"""A month is open while month-to-date files feed it and final once every account has its final bill."""

from tests.portal import LIST_X_1, Portal, line
from tests.time.facts import FINAL, blocks, buy_editions, close, editions, lines, to_date


def _shop(portal: Portal) -> Portal:
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,JPY,acct-b1,,")
    portal.prices(LIST_X_1)
    return portal


def test_the_final_bill_makes_an_edition_with_the_rounding_to_the_payable_amount(portal: Portal) -> None:
    shop = _shop(portal)
    bill = [
        line("acct-a1", "2026-10-04", "1.23456789"),
        line("acct-a1", "2026-10-05", "-0.10000001"),
        line("acct-b1", "2026-10-04", "1234.50000000", currency="JPY"),
    ]
    shop.ingest(shop.bill(to_date("20261006"), bill))
    shop.publish()
    assert shop.total(shop.alice, period="2026-10", digits="exact") == "1.13456788"

    shop.ingest(shop.bill(FINAL, bill))
    [published] = shop.publish()

    assert published.editions == (("C0001", 2, "final"), ("C0002", 2, "final"))
    assert shop.sums(shop.alice, "charge_category", period="2026-10", digits="exact") == {
        "Usage": "1.13456788",
        "Adjustment": "-0.00456788",  # 1.13 - 1.13456788
    }
    # Half a yen rounds away from zero: 1234.5 -> 1235. List is what Huawei's console shows and has no rounding.
    assert shop.total(shop.charlie, period="2026-10", digits="exact") == "1235.00000000"
    assert shop.total(shop.charlie, period="2026-10", measure="list_cost", digits="exact") == "1234.50000000"
    [rounding] = [r for r in lines(shop, shop.charlie, period="2026-10") if r["charge_category"] == "Adjustment"]
    told = {
        k: rounding[k]
        for k in ("bill_date", "description", "billed_cost", "list_cost", "service", "account", "project")
    }
    assert told == {
        "bill_date": "2026-10-31",
        "description": "InvoiceRounding",
        "billed_cost": "0.50000000",
        "list_cost": "0.00000000",
        "service": None,
        "account": None,
        "project": None,
    }


def test_a_month_that_needs_no_rounding_still_gets_its_final_edition(portal: Portal) -> None:
    shop = _shop(portal)
    shop.ingest(shop.bill(to_date("20261006"), [line("acct-a1", "2026-10-04", "1.25")]))
    shop.publish()
    shop.ingest(shop.bill(FINAL, [line("acct-a1", "2026-10-04", "1.25")]))
    [published] = shop.publish()
    assert published.editions == (("C0001", 2, "final"),)
    assert shop.sums(shop.alice, "charge_category", period="2026-10") == {"Usage": "1.25"}


def test_closing_a_month_does_not_move_the_editions_of_what_the_reseller_pays(portal: Portal) -> None:
    shop = _shop(portal)
    bill = [line("acct-a1", "2026-10-04", "1.23456789", settlement_amount="0.90000000")]
    shop.ingest(shop.bill(to_date("20261006"), bill))
    shop.publish()
    shop.ingest(shop.bill(FINAL, bill))
    shop.publish()
    assert editions("C0001") == [(1, "open"), (2, "final")]
    assert buy_editions("C0001") == [(1, 1)]


def test_what_the_reseller_pays_changes_alone_and_the_customer_sees_no_edition(portal: Portal) -> None:
    shop = _shop(portal)
    shop.ingest(shop.bill(FINAL, [line("acct-a1", "2026-10-04", "1.25", settlement_amount="0.90")]))
    shop.publish()
    shop.ingest(shop.bill(FINAL, [line("acct-a1", "2026-10-04", "1.25", settlement_amount="0.95")]))
    [published] = shop.publish()
    assert published.editions == ()
    assert (editions("C0001"), buy_editions("C0001")) == ([(1, "final")], [(1, 1), (2, 1)])


def test_a_month_stays_open_while_one_of_its_accounts_waits_for_a_final_bill(portal: Portal) -> None:
    shop = _shop(portal)
    both = [line("acct-a1", "2026-10-04", "1.001"), line("acct-a2", "2026-10-04", "2.002")]
    shop.ingest(shop.bill(to_date("20261006"), both))
    shop.publish()
    shop.ingest(shop.bill(FINAL, both[:1]))
    [published] = shop.publish()

    assert (published.editions, editions("C0001")) == ((), [(1, "open")])
    assert shop.total(shop.alice, period="2026-10", digits="exact") == "3.00300000"
    month = close(shop, "C0001")
    assert month is not None
    [note] = month.findings
    assert (month.status, note.is_block, note.account) == ("open", False, "acct-a2")
    assert "The final bill has no line of this account" in note.message


def test_an_estimate_for_a_new_account_opens_a_final_month_again(portal: Portal) -> None:
    """No cent is rounded here, so that nothing but the state tells the two editions apart from what was there."""
    shop = _shop(portal)
    shop.ingest(shop.bill(FINAL, [line("acct-a1", "2026-10-04", "1.25")]))
    shop.publish()
    shop.ingest(shop.bill(to_date("20261006"), [line("acct-a2", "2026-10-04", "0.00")]))
    shop.publish()
    assert editions("C0001") == [(1, "final"), (2, "open")]
    shop.ingest(shop.bill(FINAL, [line("acct-a1", "2026-10-04", "1.25"), line("acct-a2", "2026-10-04", "0.00")]))
    shop.publish()
    assert editions("C0001") == [(1, "final"), (2, "open"), (3, "final")]


def test_a_day_that_vanishes_from_the_final_bill_blocks_the_month(portal: Portal) -> None:
    shop = _shop(portal)
    days = [line("acct-a1", f"2026-10-{day:02}", "1.00") for day in (4, 5, 6, 7)]
    other = line("acct-b1", "2026-10-04", "900", currency="JPY")
    shop.ingest(shop.bill(to_date("20261008"), [*days, other]))
    shop.publish()

    shop.ingest(shop.bill(FINAL, [days[0], days[3], other]))
    [published] = shop.publish()

    assert published.blocked == ("C0001",)
    assert published.editions == (("C0002", 2, "final"),)
    [block] = blocks(shop, "C0001")
    assert (block.check, block.value, block.count, block.cycle) == ("completeness", "2026-10-05", 2, "2026-10")
    assert "no line for a day" in block.message
    assert "Ask Huawei for the missing lines" in block.next_step
    assert (shop.total(shop.alice, period="2026-10"), editions("C0001")) == ("4.00", [(1, "open")])

    shop.ingest(shop.bill(FINAL, [*days, other]))
    [published] = shop.publish()
    assert (published.blocked, published.editions) == ((), (("C0001", 2, "final"),))
    assert blocks(shop, "C0001") == []


def test_a_day_may_vanish_while_the_month_is_open(portal: Portal) -> None:
    shop = _shop(portal)
    shop.ingest(
        shop.bill(to_date("20261006"), [line("acct-a1", "2026-10-04", "1"), line("acct-a1", "2026-10-05", "2")])
    )
    shop.publish()
    shop.ingest(shop.bill(to_date("20261007"), [line("acct-a1", "2026-10-05", "2")]))
    [published] = shop.publish()
    assert published.editions == (("C0001", 2, "open"),)
    assert shop.total(shop.alice, period="2026-10") == "2.00"


def test_the_rounding_of_a_final_month_is_not_a_day_that_a_corrected_bill_must_have(portal: Portal) -> None:
    """The rounding is dated the last of the month, on which nothing was used; the corrected bill needs none."""
    shop = _shop(portal)
    shop.ingest(shop.bill(FINAL, [line("acct-a1", "2026-10-04", "1.001")]))
    shop.publish()
    shop.ingest(shop.bill(FINAL, [line("acct-a1", "2026-10-04", "1.00")]))
    [published] = shop.publish()
    assert (published.blocked, published.editions) == ((), (("C0001", 2, "final"),))
    assert shop.total(shop.alice, period="2026-10", digits="exact") == "1.00000000"
