"""The worked examples of the money rules, from a bill's bytes, with the sums done on paper."""

from decimal import Decimal

import pytest

from crossfoot.reconcile.derive import Bought
from tests.portal import line
from tests.reconcile.book import LIST, derive, deriver, sell


def test_r2_what_is_sold_of_which_line(tmp_path):
    day = "2026-10-03"
    lines = [
        line("x", "2026-10-01", "60.00", bill_type="18", charge_mode="4"),  # a plan is sold once
        line("x", day, "40.00", bill_type="23", charge_mode="6"),  # and its hours are not sold again
        line("x", day, "12.00"),
        line("x", day, "8.00", cloud_service_type_name="Elastic IP"),
        line("x", "2026-10-31", "1.80", bill_type="15"),  # the reseller's own tax
    ]
    month = derive(deriver("x:A.."), tmp_path, "2026-10", lines)["A"]
    assert sell(month) == Decimal("80.00")
    assert month.total("USD").list_cost == Decimal("121.80")


@pytest.mark.parametrize(
    ("cells", "sold"),
    [
        ({"usage": "2", "free_resource_usage": "2"}, "0"),
        ({"usage": "2", "free_resource_usage": "1", "ri_usage": "1"}, "0"),
        ({"usage": "2", "ri_usage": "1.9999999999", "charge_mode": "3"}, "10"),
        ({"usage": f"{'9' * 27}.9999999999", "free_resource_usage": f"{'9' * 27}.9999999999"}, "0"),
        ({"usage": f"{'9' * 27}.9999999999", "free_resource_usage": f"{'9' * 27}.9999999998"}, "10"),
        ({"usage": "0", "free_resource_usage": "0"}, "10"),
        ({"bill_type": "12", "usage": "2", "free_resource_usage": "2"}, "10"),
        ({"bill_type": "9", "amount": "-3.5"}, "-3.5"),
        ({"bill_type": "16", "amount": "3.5"}, "3.5"),
        ({"bill_type": "13"}, "10"),
        ({"bill_type": "17"}, "0"),
        ({"bill_type": "25"}, "0"),
        ({"bill_type": "102"}, "0"),
    ],
)
def test_r2_line_by_line(tmp_path, cells, sold):
    month = derive(deriver("x:A.."), tmp_path, "2026-10", [line("x", "2026-10-03", "10", **cells)])["A"]
    assert (sell(month), month.total("USD").list_cost) == (Decimal(sold), Decimal(10))


def test_an_unknown_bill_type_has_no_price(tmp_path):
    month = derive(deriver("x:A.."), tmp_path, "2026-10", [line("x", "2026-10-03", "10", bill_type="77")])["A"]
    assert (month.unpriced, sell(month)) == (1, 0)


def example() -> list[dict[str, str]]:
    return [
        line("x", "2026-10-01", "30.10"),
        line("x", "2026-10-15", "1.11"),
        line("x", "2026-10-16", "2.22"),
        line("x", "2026-10-16", "4.44", effective_time="2026-10-15 23:00:00 GMT+08:00"),  # the bill date decides
        line("x", "2026-10-02", "31.00", bill_type="1", order_id="O9"),
        line("x", "2026-10-20", "-13.00", bill_type="4", original_order_id="O9"),
    ]


@pytest.mark.parametrize(("border", "a", "b"), [("2026-10-16", "44.29", "6.66"), ("2026-10-15", "43.29", "7.77")])
def test_r12_the_bill_date_decides_and_a_refund_follows_its_original(tmp_path, border, a, b):
    of = deriver(f"x:A..{border} x:B{border}..", "list_pct 90 A", "list_pct 100 B")
    months = derive(of, tmp_path, "2026-10", example(), "A", "B")
    assert (sell(months["A"]), sell(months["B"])) == (Decimal(a), Decimal(b))
    assert sum(month.total("USD").list_cost for month in months.values()) == Decimal("55.87")


def test_r12_before_its_rounding_an_open_month_is_exact(tmp_path):
    of = deriver("x:A..2026-10-16 x:B2026-10-16..", "list_pct 90 A", "list_pct 100 B")
    assert sell(derive(of, tmp_path, "2026-10", example())["A"]) == Decimal("44.289")


def test_r9_a_refund_in_a_later_cycle_takes_the_ratio_of_the_order(tmp_path):
    of = deriver("x:A..2026-10-16 x:B2026-10-16..", "list_pct 50 A", "list_pct 100 B")
    order = line("x", "2026-10-02", "31.00", bill_type="1", trade_id="T9")
    refund = line("x", "2026-11-20", "-13.00", bill_type="20", original_order_id="T9")
    derive(of, tmp_path, "2026-10", [order])
    months = derive(of, tmp_path, "2026-11", [refund])
    assert set(months) == {"A"}
    assert sell(months["A"]) == Decimal("-6.50")


def test_r9_an_order_of_another_account_or_a_later_cycle_is_not_the_original(tmp_path):
    of = deriver("x:A.. y:A..")
    refund = line("x", "2026-10-20", "-13.00", bill_type="4", original_order_id="O9")
    other = line("y", "2026-10-02", "31.00", bill_type="1", order_id="O9")
    assert derive(of, tmp_path, "2026-10", [refund, other])["A"].unpriced == 1
    with_ratio = deriver("x:A..", LIST, "refund_pct 80")
    assert sell(derive(with_ratio, tmp_path, "2026-10", [refund])["A"]) == Decimal("-10.40")


@pytest.mark.parametrize(
    ("currency", "sums", "exact", "payable"),
    [
        ("USD", ["0.00400000", "0.00100000"], "0.005", "0.01"),
        ("USD", ["-0.00500000"], "-0.005", "-0.01"),
        ("JPY", ["10.50000000"], "10.5", "11"),
        ("KWD", ["1.00050000"], "1.0005", "1.001"),
    ],
)
def test_r3_a_closed_month_is_rounded_once_half_away_from_zero(tmp_path, currency, sums, exact, payable):
    lines = [line("x", "2026-10-03", amount, currency=currency) for amount in sums]
    open_month = derive(deriver("x:A.."), tmp_path, "2026-10", lines)["A"]
    closed = derive(deriver("x:A.."), tmp_path, "2026-10", lines, "A")["A"]
    assert (sell(open_month, currency), sell(closed, currency)) == (Decimal(exact), Decimal(payable))
    [rounding] = [cell for cell in closed.cells if cell.account is None]
    assert (rounding.day, rounding.service, rounding.currency) == ("2026-10-31", None, currency)
    assert closed.total(currency).list_cost == open_month.total(currency).list_cost


def test_r3_currencies_are_rounded_apart_and_what_is_round_gets_no_line(tmp_path):
    lines = [line("x", "2026-10-03", "1.005"), line("x", "2026-10-03", "2.50", currency="EUR")]
    closed = derive(deriver("x:A.."), tmp_path, "2026-10", lines, "A")["A"]
    assert [cell.currency for cell in closed.cells if cell.account is None] == ["USD"]
    assert (sell(closed), sell(closed, "EUR")) == (Decimal("1.01"), Decimal("2.50"))


def test_late_usage_belongs_to_the_cycle_of_its_file(tmp_path):
    of = deriver("x:A..")
    october = [line("x", "2026-10-31", "1.23456789"), line("x", "2026-10-31", "0.10000000")]
    november = [line("x", "2026-10-31", "0.20000001"), line("x", "2026-11-01", "3.00000000")]
    one = derive(of, tmp_path, "2026-10", october, "A")["A"]
    two = derive(of, tmp_path, "2026-11", november)["A"]
    assert (sell(one), sell(two)) == (Decimal("1.33000000"), Decimal("3.20000001"))
    assert Decimal("-0.00456789") in {sums.billed_cost for sums in one.cells.values()}
    assert {cell.day: sums.billed_cost for cell, sums in two.cells.items()} == {
        "2026-10-31": Decimal("0.20000001"),
        "2026-11-01": Decimal("3.00000000"),
    }


def test_buy_is_added_up_and_what_is_unknown_is_counted(tmp_path):
    paid = [line("x", "2026-10-03", "1", settlement_amount=s) for s in ("0.8", "", "0", "-0.30000001")]
    month = derive(deriver("x:A.."), tmp_path, "2026-10", paid)["A"]
    assert month.bought == {"USD": Bought(Decimal("0.49999999"), 1)}


def test_lines_of_nobody_are_in_no_month(tmp_path):
    lines = [line("x", "2026-10-15", "1"), line("x", "2026-10-16", "2"), line("stray", "2026-10-16", "4")]
    months = derive(deriver("x:A2026-10-16.."), tmp_path, "2026-10", lines)
    assert {customer: sell(month) for customer, month in months.items()} == {"A": 2}
