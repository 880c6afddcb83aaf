"""R9 of money.md: a refund takes its original's ratio, whatever today's rules say; a handling fee is a new charge."""

from decimal import Decimal

import pytest

from tests.portal import Portal, line

NINETY_THEN_EIGHTY = ("OLD,2020-01-01,2026-10-15,,,list_pct,90", "NEW,2026-10-15,,,,list_pct,80")


@pytest.fixture
def shop(portal: Portal) -> Portal:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(*NINETY_THEN_EIGHTY)
    return portal


def order(number: str, day: str, list_cost: str, **cells: str):
    return line("acct-a1", day, list_cost, bill_type="1", charge_mode="0", order_id=number, trade_id=number) | cells


def refund(original: str, day: str, list_cost: str, **cells: str):
    return line("acct-a1", day, list_cost, bill_type="4", charge_mode="0", original_order_id=original) | cells


def ingest(portal: Portal, cycle: str, *lines) -> None:
    [receipt] = portal.ingest(portal.bill(f"customerBill_{cycle.replace('-', '')}.tar.gz", lines))
    assert receipt.is_clean, receipt.findings


def billed(portal: Portal, cycle: str) -> dict[str | None, str | None]:
    return portal.sums(portal.alice, "bill_type", period=cycle, digits="exact")


def test_a_refund_has_the_ratio_of_its_order_and_a_handling_fee_the_rule_of_its_own_date(shop: Portal):
    """Order of 10-02 at 90 %: 100.00 -> 90.00. Refund of 10-20 (80 % by then): -40.00 -> -36.00, not -32.00.

    The handling fee of 10-20: 5.00 -> 4.00. Of an order found by its transaction number: -10.00 -> -9.00.
    """
    ingest(
        shop,
        "2026-10",
        order("O1", "2026-10-02", "100.00"),
        refund("O1", "2026-10-20", "-40.00"),
        line("acct-a1", "2026-10-20", "5.00", bill_type="13", charge_mode="0", original_order_id="O1"),
        order("", "2026-10-03", "50.00", trade_id="T2", bill_type="2"),
        refund("T2", "2026-10-21", "-10.00", bill_type="20"),
        refund("O1", "2026-10-14", "-1.00", bill_type="24"),
    )
    [published] = shop.publish()
    assert published.editions == (("C0001", 1, "final"),)
    assert billed(shop, "2026-10") == {
        "1": "90.00000000", "2": "45.00000000", "13": "4.00000000", "24": "-0.90000000", "20": "-9.00000000",
        "4": "-36.00000000",
    }  # fmt: skip
    rows = shop.table("charges", shop.alice, period="2026-10").rows()
    assert {r["bill_type"]: r["charge_category"] for r in rows} == dict.fromkeys(
        ("1", "2", "4", "13", "20", "24"), "Purchase"
    )


def test_the_order_may_lie_in_an_earlier_cycle(shop: Portal):
    """Ordered on 09-10 at 90 %, given back on 10-20 when 80 % is in force: -8.00 -> -7.20."""
    ingest(shop, "2026-09", order("O1", "2026-09-10", "24.00"))
    ingest(shop, "2026-10", refund("O1", "2026-10-20", "-8.00"))
    shop.publish()
    assert billed(shop, "2026-09") == {"1": "21.60000000"}
    assert billed(shop, "2026-10") == {"4": "-7.20000000"}


def test_an_unknown_order_blocks_the_customer_until_its_bill_or_a_ratio_is_there(shop: Portal):
    ingest(shop, "2026-10", order("O2", "2026-10-02", "30.00"), refund("O1", "2026-10-20", "-8.00"))
    [published] = shop.publish()
    assert published.blocked == ("C0001",)
    [block] = [f for f in published.findings if f.is_block]
    assert (block.check, block.column, block.value) == ("priced", "Original Order ID", "O1")
    assert "refund_pct" in block.next_step
    ingest(shop, "2026-09", order("O1", "2026-09-10", "24.00"))
    assert shop.publish("2026-10")[0].editions == (("C0001", 1, "final"),)
    assert billed(shop, "2026-10") == {"1": "27.00000000", "4": "-7.20000000"}


def test_finance_may_decide_the_ratio_of_an_order_that_nobody_has(shop: Portal):
    """refund_pct 75 of -8.00 = -6.00; refunds whose order is known are not touched by it: -10.00 x 0.9 = -9.00."""
    ingest(
        shop,
        "2026-10",
        order("O2", "2026-10-02", "30.00"),
        refund("O1", "2026-10-20", "-8.00"),
        refund("O2", "2026-10-21", "-10.00", bill_type="20"),
    )
    assert shop.publish()[0].blocked == ("C0001",)
    shop.prices(*NINETY_THEN_EIGHTY, "BACK,2026-10-01,2026-11-01,C0001,,refund_pct,75")
    assert shop.publish()[0].editions == (("C0001", 1, "final"),)
    assert billed(shop, "2026-10") == {"1": "27.00000000", "20": "-9.00000000", "4": "-6.00000000"}


def test_another_account_with_the_same_order_number_is_not_the_original(portal: Portal):
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(*NINETY_THEN_EIGHTY)
    ingest(
        portal,
        "2026-10",
        order("O1", "2026-10-02", "30.00", customer_id="acct-b1"),
        refund("O1", "2026-10-20", "-8.00"),
    )
    [published] = portal.publish()
    assert (published.blocked, published.editions) == (("C0001",), (("C0002", 1, "final"),))


OWNERS = ("A,Alpha,USD,X,,{0}", "B,Beta,USD,X,{0},", "C,Gamma,USD,Z,,")


@pytest.fixture
def moved(portal: Portal) -> Portal:
    """R12 of money.md. X is A's until 10-16, then B's; A pays 90 % of List, B and C all of it."""
    portal.customers(*(row.format("2026-10-16") for row in OWNERS))
    portal.prices("ALL,2020-01-01,,,,list_pct,100", "A90,2020-01-01,,A,,list_pct,90")
    ingest(
        portal,
        "2026-10",
        line("X", "2026-10-01", "30.10"),
        line("X", "2026-10-15", "1.11"),
        line("X", "2026-10-16", "2.22"),
        # Used from the 15th on, billed on the 16th: the bill date decides.
        line("X", "2026-10-16", "4.44", effective_time="2026-10-15 23:00:00 GMT+08:00"),
        order("O9", "2026-10-02", "31.00", customer_id="X"),
        refund("O9", "2026-10-20", "-13.00", customer_id="X"),
        line("Z", "2026-10-01", "5.00"),
    )
    assert portal.publish()[0].editions == (("A", 1, "final"), ("B", 1, "final"), ("C", 1, "final"))
    return portal


def owed(portal: Portal, measure: str = "billed_cost") -> tuple[str | None, ...]:
    return tuple(portal.total(portal.dana, c, measure, period="2026-10") for c in "ABC")


def test_the_bill_date_decides_the_owner_and_a_refund_follows_its_order(moved: Portal):
    """A: 30.10 + 1.11 + 31.00 - 13.00 = 49.21, x 0.9 = 44.289 -> 44.29. B: 2.22 + 4.44 = 6.66. List of X: 55.87."""
    assert owed(moved) == ("44.29", "6.66", "5.00")
    assert owed(moved, "list_cost") == ("49.21", "6.66", "5.00")


def test_moving_the_border_moves_the_lines_and_nothing_else(moved: Portal):
    """Border at 10-15. A: 30.10 + 31.00 - 13.00 = 48.10, x 0.9 = 43.29. B: 1.11 + 2.22 + 4.44 = 7.77. List of X: 55.87."""
    moved.customers(*(row.format("2026-10-15") for row in OWNERS))
    [published] = moved.publish()
    assert published.blocked == (), [f.sentence for f in published.findings if f.is_block]
    assert published.editions == (("A", 2, "final"), ("B", 2, "final"))  # C, whom it does not concern, has none
    assert owed(moved) == ("43.29", "7.77", "5.00")
    assert sum(Decimal(part or 0) for part in owed(moved, "list_cost")[:2]) == Decimal("55.87")
