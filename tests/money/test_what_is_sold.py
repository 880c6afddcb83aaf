"""R1 and R2 of money.md on bills written by hand: which amount of a line the customer owes, and when nobody can say."""

import pytest

from tests.portal import LIST_X_1, Portal, line

FINAL = "customerBill_202610.tar.gz"


@pytest.fixture
def shop(portal: Portal) -> Portal:
    """One customer, List x 1."""
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    return portal


def publish(portal: Portal, *lines: dict[str, str], bill: str = FINAL):
    [receipt] = portal.ingest(portal.bill(bill, lines))
    assert receipt.is_accepted, receipt.findings
    return portal.publish()[0]


def blocks(published) -> list[tuple[str, str, str]]:
    return [(f.check, f.customer, f.value) for f in published.findings if f.is_block]


def test_r2_the_plan_is_sold_and_its_hours_are_not_sold_again(shop: Portal):
    """Plan fee 60.00 + pay-per-use 12.00 + EIP 8.00 = 80.00; covered hours (List 40.00) and Huawei's tax (1.80): 0.

    List is every line's: 60.00 + 40.00 + 12.00 + 8.00 + 1.80 = 121.80.
    """
    published = publish(
        shop,
        line("acct-a1", "2026-10-01", "60.00", bill_type="18", charge_mode="4", cloud_service_type_name="Plan"),
        line("acct-a1", "2026-10-02", "40.00", bill_type="23", charge_mode="6", amount="0"),
        line("acct-a1", "2026-10-03", "12.00"),
        line("acct-a1", "2026-10-04", "8.00", cloud_service_type_name="Elastic IP"),
        line("acct-a1", "2026-10-31", "1.80", bill_type="15", cloud_service_type_name="Tax"),
    )
    assert published.editions == (("C0001", 1, "final"),)
    assert shop.total(shop.alice, period="2026-10") == "80.00"
    assert shop.sums(shop.alice, "bill_type", period="2026-10") == {
        "18": "60.00", "23": "0.00", "5": "20.00", "15": "0.00"
    }  # fmt: skip
    assert shop.sums(shop.alice, "bill_type", measure="list_cost", period="2026-10")["23"] == "40.00"
    assert shop.total(shop.alice, measure="list_cost", period="2026-10") == "121.80"


@pytest.mark.parametrize(
    ("bill_type", "mode", "sold", "category"),
    [
        ("1", "0", "10.00", "Purchase"),
        ("2", "0", "10.00", "Purchase"),
        ("3", "0", "10.00", "Purchase"),
        ("5", "1", "10.00", "Usage"),
        ("8", "0", "10.00", "Purchase"),
        ("12", "3", "10.00", "Usage"),  # the hourly fee of a reservation is sold; the hours it covers are not
        ("13", "0", "10.00", "Purchase"),
        ("14", "1", "10.00", "Purchase"),
        ("18", "4", "10.00", "Purchase"),
        ("103", "4", "10.00", "Purchase"),
        ("5", "6", "0.00", "Usage"),  # paid with a savings plan
        ("23", "6", "0.00", "Usage"),
        ("9", "1", "7.00", "Adjustment"),  # passed on as due, not as listed
        ("16", "1", "7.00", "Adjustment"),
        ("15", "1", "0.00", "Tax"),
        ("100", "1", "0.00", "Tax"),
        ("101", "1", "0.00", "Tax"),
        ("102", "1", "0.00", "Tax"),
        ("17", "1", "0.00", "Purchase"),
        ("25", "1", "0.00", "Adjustment"),
    ],
)
def test_every_bill_type_by_the_table_of_r2(bill_type, mode, sold, category):
    """Without a portal: the reference alone, List 10.00, due 7.00."""
    from datetime import date
    from decimal import Decimal

    from crossfoot.pricing.rate import CATEGORY, Line, Rule, price

    rule = Rule(rule_id="R", action="list_pct", value=Decimal(100), valid_from=date(2020, 1, 1))
    one = Line(
        customer="C0001",
        services=("ecs",),
        day=date(2026, 10, 1),
        bill_type=bill_type,
        charge_mode=mode,
        list_cost=Decimal(10),
        amount=Decimal(7),
    )
    assert price(one, [rule]) == Decimal(sold)
    assert CATEGORY[bill_type] == category


def test_hours_that_a_package_or_a_reservation_covers_are_sold_with_it(shop: Portal):
    """Covered in full: nothing. Covered in part, or not at all: List. 3.00 + 5.00 = 8.00 of List 16.00."""
    publish(
        shop,
        line("acct-a1", "2026-10-01", "1.00", usage="10", free_resource_usage="10", amount="0"),
        line(
            "acct-a1",
            "2026-10-02",
            "7.00",
            usage="10",
            free_resource_usage="4",
            ri_usage="6",
            charge_mode="3",
            amount="0",
        ),
        line("acct-a1", "2026-10-03", "3.00", usage="10", free_resource_usage="9.9999999999"),
        line("acct-a1", "2026-10-04", "5.00", usage="10", free_resource_usage="0"),
    )
    assert shop.sums(shop.alice, "day", period="2026-10") == {
        "2026-10-01": "0.00", "2026-10-02": "0.00", "2026-10-03": "3.00", "2026-10-04": "5.00"
    }  # fmt: skip
    assert shop.total(shop.alice, period="2026-10") == "8.00"
    assert shop.total(shop.alice, measure="list_cost", period="2026-10") == "16.00"


def test_huaweis_discount_coupon_and_truncation_are_the_resellers_own(shop: Portal):
    """List 10.00, of which Huawei asks 6.50 and a coupon pays 2.00: the customer owes 10.00 by its own rule."""
    publish(
        shop,
        line(
            "acct-a1", "2026-10-05", "10.00", amount="6.50", discount_amount="3.49", truncated_amount="0.01",
            coupon_amount="2.00", debt_amount="4.50",
        ),
    )  # fmt: skip
    assert shop.total(shop.alice, period="2026-10") == "10.00"


def test_compensation_is_passed_on_as_due_and_said(shop: Portal):
    """Huawei gives back 2.00 at List, of which 1.80 was due: the customer gets 1.80 and the reseller reads a note."""
    published = publish(
        shop,
        line("acct-a1", "2026-10-05", "10.00"),
        line("acct-a1", "2026-10-06", "-2.00", amount="-1.80", bill_type="9", cloud_service_type_name="Compensation"),
        line("acct-a1", "2026-10-07", "0.50", bill_type="16", cloud_service_type_name="Deduction"),
    )
    assert shop.sums(shop.alice, "service", period="2026-10") == {
        "Elastic Cloud Server": "10.00", "Deduction": "0.50", "Compensation": "-1.80"
    }  # fmt: skip
    assert shop.total(shop.alice, period="2026-10") == "8.70"
    notes = [(f.check, f.value, f.count) for f in published.findings if not f.is_block]
    assert notes == [("compensation", "16", 1), ("compensation", "9", 1)]


def test_r1_without_an_approved_rule_a_month_is_not_published(portal: Portal):
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices("ONLY-B,2020-01-01,,C0002,,list_pct,100")
    published = publish(
        portal,
        line("acct-a1", "2026-10-05", "10.00"),
        line("acct-a1", "2026-10-06", "1.00", bill_type="15"),  # needs no rule
        line("acct-b1", "2026-10-05", "20.00"),
    )
    assert published.blocked == ("C0001",)
    assert blocks(published) == [("priced", "C0001", "Elastic Cloud Server")]
    assert published.editions == (("C0002", 1, "final"),)
    assert portal.total(portal.charlie, period="2026-10") == "20.00"
    assert list(portal.table("usage-to-cost", portal.alice, period="2026-10").rows()) == []
    portal.prices("NOW-A,2020-01-01,,C0001,,list_pct,110")
    assert portal.publish()[0].editions == (("C0001", 1, "final"),)
    assert portal.total(portal.alice, period="2026-10") == "11.00"


def test_r1_a_price_of_zero_is_a_price_and_no_price_is_not_zero(portal: Portal):
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices("FREE,2020-01-01,,C0001,Elastic Cloud Server,list_pct,0")
    published = publish(portal, line("acct-a1", "2026-10-05", "10.00"))
    assert published.editions == (("C0001", 1, "final"),)
    assert portal.total(portal.alice, period="2026-10") == "0.00"


def test_an_unknown_bill_type_blocks_its_customer_alone(portal: Portal):
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    published = publish(
        portal, line("acct-a1", "2026-10-05", "10.00", bill_type="77"), line("acct-b1", "2026-10-05", "20.00")
    )
    assert published.blocked == ("C0001",)
    assert blocks(published) == [("bill-type", "C0001", "77")]
    assert portal.total(portal.charlie, period="2026-10") == "20.00"
