"""An account changes hands (money.md R12): List stays, Sell follows the owner, Buy goes along, nothing is sold twice."""

from decimal import Decimal

import pytest

from crossfoot.access.rls import as_staff
from crossfoot.publish.models import BuyEdition, Edition
from crossfoot.reconcile import reconcile
from tests.portal import LIST_X_1, Portal, line

PRICES = ("A,2020-01-01,,C0001,,list_pct,90", "B,2020-01-01,,C0002,,list_pct,100")


def border(day: str) -> tuple[str, str]:
    return f"C0001,A,USD,acct-x,,{day}", f"C0002,B,USD,acct-x,{day},"


def example() -> list[dict[str, str]]:
    """The lines of R12; the order's refund names it."""
    return [
        line("acct-x", "2026-10-01", "30.10"),
        line("acct-x", "2026-10-02", "31.00", bill_type="1", order_id="O9"),
        line("acct-x", "2026-10-15", "1.11"),
        line("acct-x", "2026-10-16", "2.22", usage_type="a"),
        line("acct-x", "2026-10-16", "4.44", usage_type="b"),
        line("acct-x", "2026-10-20", "-13.00", bill_type="4", original_order_id="O9"),
    ]


def sells(portal: Portal) -> dict[tuple[str, str], str]:
    """Customer and ledger -> what is published; everything must be compared and agree."""
    outcome = reconcile(portal.home)
    assert outcome.is_clean, list(outcome.lines())
    assert not outcome.not_compared, list(outcome.lines())
    return {(pair.customer, pair.ledger): f"{pair.published:f}" for pair in outcome.residuals}


@pytest.mark.parametrize("name", ["customerUsageV2_202610_20261105.tar.gz", "customerBill_202610.tar.gz"])
def test_the_example_of_the_rules(portal: Portal, name: str) -> None:
    portal.prices(*PRICES, "C,2020-01-01,,C0003,,list_pct,100")
    portal.customers(*border("2026-10-16"), "C0003,C,USD,acct-c,,")
    portal.ingest(portal.bill(name, [*example(), line("acct-c", "2026-10-05", "5.00")]))
    portal.publish()
    is_final = name.startswith("customerBill")
    before = sells(portal)
    assert before["C0001", "sell"] == ("44.29000000" if is_final else "44.28900000")
    assert (before["C0002", "sell"], before["C0003", "sell"]) == ("6.66000000", "5.00000000")

    portal.customers(*border("2026-10-15"))
    portal.publish()
    after = sells(portal)
    assert after["C0001", "sell"] == "43.29000000"
    assert after["C0002", "sell"] == "7.77000000"
    for found in (before, after):
        assert Decimal(found["C0001", "list"]) + Decimal(found["C0002", "list"]) == Decimal("55.87")
    with as_staff():
        assert Edition.objects.filter(customer_id="C0003").count() == 1


def test_a_closed_month_of_few_days_can_be_published_again(portal: Portal) -> None:
    """The rounding is dated the last day of the cycle; that day is none that Huawei's bill could lose."""
    portal.prices("R,2020-01-01,,,,list_pct,100")
    portal.customers("C0001,A,USD,acct-x,,")
    portal.ingest(portal.bill("customerBill_202610.tar.gz", [line("acct-x", "2026-10-03", "1.234")]))
    portal.publish()
    portal.prices("R,2020-01-01,,,,list_pct,50")
    portal.publish()
    assert sells(portal)["C0001", "sell"] == "0.62000000"


def test_a_whole_account_takes_its_buy_along(portal: Portal) -> None:
    portal.prices(LIST_X_1)
    portal.customers("C0001,A,USD,acct-x,,", "C0002,B,USD,acct-y,,")
    bought = line("acct-x", "2026-10-03", "10.00", settlement_amount="8.00")
    portal.ingest(portal.bill("customerUsageV2_202610_20261105.tar.gz", [bought]))
    portal.publish()
    portal.customers("C0001,A,USD,acct-x,,2026-10-01", "C0002,B,USD,acct-x,2026-10-01,")
    portal.publish()
    found = sells(portal)
    assert found["C0002", "buy"] == "8.00000000"
    assert found.get(("C0001", "buy"), "0.00000000") == "0.00000000"
    with as_staff():
        assert BuyEdition.objects.filter(customer_key="C0001").count() == 2
