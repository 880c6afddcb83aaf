from decimal import ROUND_HALF_UP, Decimal

import pytest

from crossfoot.simulator.amounts import half_up, money, quantity_text
from tests.simulator.files import MONEY, PARTS, bills

EIGHT = Decimal("0.00000001")


def test_every_line_adds_up_and_has_eight_decimals(calm):
    for row in bills(calm):
        official, discount, truncated, amount = (Decimal(row[name]) for name in MONEY[:4])
        assert official == discount + truncated + amount
        assert amount == sum(Decimal(row[name]) for name in PARTS)
        assert all(len(row[name].partition(".")[2]) == 8 for name in MONEY)


def test_a_list_price_is_unit_price_times_usage_rounded_half_up(calm):
    priced = [row for row in bills(calm) if row["Unit Price"]]
    assert len(priced) > 5000
    for row in priced:
        assert len(row["Unit Price"].partition(".")[2]) == 10
        exact = Decimal(row["Unit Price"]) * Decimal(row["Usage"])
        assert Decimal(row["List Price"]) == exact.quantize(EIGHT, ROUND_HALF_UP)


def test_every_kind_of_line_is_there_with_its_sign(calm):
    rows = bills(calm)
    assert {(row["Bill Type"], row["Billing Mode"]) for row in rows} == {
        ("1", "0"), ("2", "0"), ("3", "0"), ("8", "0"), ("18", "4"), ("14", "1"), ("13", "0"), ("4", "0"), ("20", "0"),
        ("24", "0"), ("5", "1"), ("5", "3"), ("12", "3"), ("23", "6"), ("9", "1"), ("16", "1"), ("15", "1"), ("100", "1"),
    }  # fmt: skip
    negative = {row["Bill Type"] for row in rows if Decimal(row["List Price"]) < 0}
    assert negative == {"4", "20", "24", "9", "100"}
    assert any(not any(Decimal(row[name]) for name in MONEY) for row in rows)
    assert any(Decimal(row["Truncated Amount"]) for row in rows)
    assert all(any(Decimal(row[name]) for row in rows) for name in PARTS)
    assert any(row["Discount Amount"] != "0.00000000" and row["Bill Type"] == "5" for row in rows)


def test_covered_hours_cost_nothing_and_say_why(calm):
    reserved = [row for row in bills(calm) if row["RI Usage"]]
    package = [row for row in bills(calm) if row["Package Usage"] not in {"", "0"}]
    plan = [row for row in bills(calm) if row["Bill Type"] == "23"]
    assert all(row["RI Usage"] == row["Usage"] and row["Billing Mode"] == "3" for row in reserved)
    assert all(row["Package Usage"] == row["Usage"] and row["Billing Mode"] == "1" for row in package)
    for rows in (reserved, package, plan):
        assert any(Decimal(row["List Price"]) > 0 for row in rows)
        assert {row["Amount Due"] for row in rows} == {"0.00000000"}


def test_refunds_name_an_earlier_order_of_the_same_account(calm):
    rows = bills(calm)
    orders = {(row["Customer ID"], row["Order ID"]): row for row in rows if row["Bill Type"] in {"1", "2", "3", "8"}}
    refunds = [row for row in rows if row["Bill Type"] in {"4", "20", "24"}]
    cycles = set()
    for refund in refunds:
        order = orders[refund["Customer ID"], refund["Original Order ID"]]
        assert order["Transaction Time"] < refund["Transaction Time"]
        assert Decimal(refund["List Price"]) + Decimal(order["List Price"]) > 0
        cycles.add(order["Billing Cycle"] < refund["Billing Cycle"])
    assert cycles == {True, False}
    assert not any(row["Original Order ID"] for row in rows if row["Bill Type"] not in {"4", "20", "24"})


def test_late_usage_crosses_into_the_next_cycle_only_after_the_first(calm):
    late = [row for row in bills(calm) if row["Expenditure Date"][:7] < row["Billing Cycle"]]
    assert late
    assert all(row["Transaction Time"] >= f"{row['Billing Cycle']}-02 00:00:00" for row in late)
    in_time = [row for row in bills(calm) if row["Transaction Time"][:7] > row["Billing Cycle"]]
    assert in_time
    assert {row["Transaction Time"][8:10] for row in in_time} == {"01"}


def test_settlement_is_unknown_for_some_accounts_and_never_more_than_the_amount(calm):
    rows = bills(calm)
    unknown = {row["Customer ID"] for row in rows if not row["Settlement Amount"]}
    assert 0 < len(unknown) < 5
    known = [row for row in rows if row["Customer ID"] not in unknown]
    assert all(abs(Decimal(row["Settlement Amount"])) <= abs(Decimal(row["Amount Due"])) for row in known)
    assert any(Decimal(row["Settlement Amount"]) < 0 for row in known)


@pytest.mark.parametrize(("numerator", "wanted"), [(5, 1), (4, 0), (-5, -1), (-4, 0), (15, 2), (-15, -2), (0, 0)])
def test_a_half_goes_away_from_zero(numerator, wanted):
    assert half_up(numerator, 10) == wanted


def test_amounts_are_plain_text():
    assert [money(units) for units in (1, -1, 0, 12_345_678_901)] == [
        "0.00000001", "-0.00000001", "0.00000000", "123.45678901",
    ]  # fmt: skip
    assert [quantity_text(millionths) for millionths in (1_000_000, 1_500_000, 1)] == ["1", "1.5", "0.000001"]
