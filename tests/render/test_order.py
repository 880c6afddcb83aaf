"""Rows in another order: figures by amount, groups together, currencies apart, nothing lost, and files as they were."""

from decimal import Decimal

import pytest

from crossfoot.render.cells import View
from crossfoot.render.csv import render_csv
from crossfoot.render.html import render_html
from crossfoot.render.order import Order, in_order, next_order, read_order
from crossfoot.render.twoway import order_keys, render_sheet
from tests.render.tables import cost_table, usd
from tests.render.test_html import Grid
from tests.render.test_twoway import table_of

TOTAL = [{"currency": "USD", "list_cost": "112.00", "billed_cost": "99.00"}]
ROWS = [usd("beta", "100.00", "100.00"), usd("Alpha", "9.00", "-2.00"), usd(None, "1.00", None), usd("gamma", "2.00", "1.00")]  # fmt: skip


@pytest.mark.parametrize(
    ("order", "services"),
    [
        ("billed_cost", ["Alpha", "gamma", "beta", None]),  # -2 < 1 < 100, by amount; the unknown stands last
        ("-billed_cost", ["beta", "gamma", "Alpha", None]),  # and last again
        ("list_cost", [None, "gamma", "Alpha", "beta"]),  # 9 before 100
        ("service", ["Alpha", "beta", "gamma", None]),  # capitals do not count
        ("-service", ["gamma", "beta", "Alpha", None]),
    ],
)
def test_any_column_both_ways(order: str, services: list[str | None]) -> None:
    table = cost_table(ROWS, TOTAL)
    found = read_order(order)
    assert found is not None
    assert [row["service"] for row in in_order(table, found)] == services


def test_currencies_are_never_compared() -> None:
    rows = [{**usd("a", "1.00", "5.00"), "currency": "EUR"}, usd("b", "1.00", "1.00"), usd("c", "1.00", "9.00")]
    totals = [{"currency": c, "list_cost": "1.00", "billed_cost": "5.00"} for c in ("EUR", "USD")]
    assert [r["service"] for r in in_order(cost_table(rows, totals), Order("billed_cost"))] == ["a", "b", "c"]
    assert [r["service"] for r in in_order(cost_table(rows, totals), Order("currency", is_descending=True))] == ["b", "c", "a"]  # fmt: skip


def test_rows_of_a_group_stay_under_their_subtotal() -> None:
    cells = {
        ("ecs", "2026-09"): Decimal(1),
        ("ecs", "2026-10"): Decimal(9),
        ("obs", "2026-09"): Decimal(7),
        ("obs", "2026-10"): Decimal(6),
    }
    lines = Grid(render_html(table_of(cells), View(rows=in_order(table_of(cells), Order("billed_cost"))))).lines
    assert [line[0:2] for line in lines[1:-1]] == [
        ["ecs", "Sep 2026"],
        ["ecs", "Oct 2026"],
        ["Subtotal ecs", ""],  # 10, less than 13
        ["obs", "Oct 2026"],
        ["obs", "Sep 2026"],
        ["Subtotal obs", ""],
    ]


def test_a_sheet_is_sorted_by_a_column_of_its_own() -> None:
    cells = {
        ("ecs", "2026-09"): Decimal(1),
        ("ecs", "2026-10"): Decimal(9),
        ("obs", "2026-09"): Decimal(7),
        (None, "2026-10"): Decimal(2),
    }
    table = table_of(cells)
    assert "month:2026-09" in order_keys(table)
    lines = Grid(render_sheet(table, View(order=Order("month:2026-09", is_descending=True)))).lines
    assert [line[0] for line in lines[1:]] == ["obs", "ecs", "Agreement and rounding", "Total"]
    assert lines[-1][1:] == ["8.00", "11.00", "19.00"]  # 1 + 7, 9 + 2: the sums do not move
    lines = Grid(render_sheet(table, View(order=Order("billed_cost")))).lines
    assert [line[0] for line in lines[1:]] == ["Agreement and rounding", "obs", "ecs", "Total"]


def test_the_head_says_how_the_rows_stand() -> None:
    view = View(order=Order("list_cost", is_descending=True), order_link=lambda key, _: f"?sort={key}")
    html = render_html(cost_table(ROWS, TOTAL), view)
    assert html.count("aria-sort") == 1
    assert 'aria-sort="descending"><a href="?sort=list_cost"' in html
    assert "aria-sort" not in render_html(cost_table(ROWS, TOTAL))


def test_the_first_click_shows_the_largest_or_a_and_the_second_turns_round() -> None:
    assert str(next_order("billed_cost", None, is_number=True)) == "-billed_cost"
    assert str(next_order("service", Order("billed_cost"), is_number=False)) == "service"
    assert str(next_order("service", Order("service"), is_number=False)) == "-service"
    assert read_order("") is None


def test_a_file_and_the_digest_know_nothing_of_it() -> None:
    from io import BytesIO

    table, out, again = cost_table(ROWS, TOTAL), BytesIO(), BytesIO()
    render_csv(table, out)
    digest = table.digest
    in_order(table, Order("service"))
    render_csv(table, again)
    assert out.getvalue() == again.getvalue()
    assert table.digest == digest
