"""The worked example adds up, for any table; its words and sums against some made by hand."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crossfoot.core.money import round_minor
from crossfoot.render.example import Example, worked_example
from tests.render.tables import cost_table, line_table, usd


def total(cost: str) -> dict[str, str]:
    return {"currency": "USD", "list_cost": cost, "billed_cost": cost}


def test_the_largest_row_the_others_rounding_and_the_total() -> None:
    rows = [usd("ECS", "1.00", "6.33"), usd("OBS", "9.00", "3.33"), usd("EVS", "1.00", "0.33")]
    table = cost_table(rows, [total("10.00")], rounding=[total("0.01")])
    assert worked_example(table) == Example(
        (
            "ECS is 6.33.",
            "The other rows (2) add up to 3.66.",
            "The Rounding row is 0.01: what the rounded rows miss of the rounded total.",
            "Together they are the Total:",
        ),
        "6.33 + 3.66 + 0.01 = 10.00 USD",
    )


def test_a_refund_is_taken_away_and_an_unknown_stands_in_no_sum() -> None:
    rows = [usd("ECS", "1.00", "6.00"), usd(None, "1.00", "-2.50"), usd("OBS", "1.00", None)]
    table = cost_table(rows, [total("3.50")])
    example = worked_example(table)
    assert example
    assert example.equation == "6.00 − 2.50 = 3.50 USD"
    assert example.sentences[1] == "The other rows (1) add up to −2.50."


def test_one_row_is_the_total_and_nothing_is_no_example() -> None:
    one = worked_example(cost_table([usd(None, "1.00", "6.00")], [total("6.00")]))
    assert one == Example(("Agreement and rounding is 6.00.", "It is the whole Total:"), "6.00 = 6.00 USD")
    assert worked_example(cost_table([], [])) is None


def test_only_the_first_currency_is_told() -> None:
    yuan = {"currency": "CNY", "service": "ECS", "list_cost": "7.00", "billed_cost": "7.00"}
    table = cost_table([yuan, usd("ECS", "1.00", "6.00")], [total("7.00") | {"currency": "CNY"}, total("6.00")])
    example = worked_example(table)
    assert example
    assert example.equation == "7.00 = 7.00 CNY"


def test_lines_are_counted() -> None:
    table = line_table([{"currency": "USD", "billed_cost": "0.00000000"}] * 3)
    assert worked_example(table) == Example(("Here, 3 lines add up to exactly 0.00000000 USD.",))


@given(st.lists(st.decimals(min_value=-(10**9), max_value=10**9, places=8), min_size=1, max_size=30))
def test_the_sum_is_right_for_any_costs(exact: list[Decimal]) -> None:
    shown = [round_minor(cost, "USD") for cost in exact]
    whole = round_minor(sum(exact, Decimal(0)), "USD")
    missing = whole - sum(shown, Decimal(0))
    rows = [usd(f"S{i}", "0.00", f"{cost:f}") for i, cost in enumerate(shown)]
    table = cost_table(rows, [total(f"{whole:f}")], rounding=[total(f"{missing:f}")] if missing else [])
    example = worked_example(table)
    assert example
    left, right = example.equation.replace(",", "").removesuffix(" USD").split(" = ")
    words = left.replace(" − ", " -").replace(" + ", " ").replace("−", "-").split()
    assert sum(map(Decimal, words), Decimal(0)) == Decimal(right.replace("−", "-")) == whole
