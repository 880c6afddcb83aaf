"""CSV for Excel: what a spreadsheet with decimal commas reads is what the Table holds."""

from crossfoot.render.excel_csv import render_excel_csv
from tests.render.media import assert_same, written
from tests.render.tables import cost_table, line_table, usd

TOTAL = [{"currency": "USD", "list_cost": "1234567.00", "billed_cost": "10.01"}]


def test_semicolons_between_cells_and_commas_before_decimals() -> None:
    table = cost_table(
        [usd("Elastic Cloud Server, small; 2.5", "1234567.00", "10.02"), usd("=1;2", None, "0.00")],
        TOTAL,
        rounding=[{"currency": "USD", "list_cost": "0.00", "billed_cost": "-0.01"}],
    )
    assert written(render_excel_csv, table) == (
        b"\xef\xbb\xbfrow_kind;currency;service;list_cost;billed_cost\r\n"
        b'row;USD;"Elastic Cloud Server, small; 2.5";1234567,00;10,02\r\n'
        b'row;USD;"\'=1;2";;0,00\r\n'
        b"rounding;USD;;0,00;-0,01\r\n"
    )


def test_a_point_that_is_no_decimal_sign_stays() -> None:
    row = {"currency": "USD", "description": "v1.2", "bill_date": "2026-10-05", "billed_cost": "-1.50000000"}
    data = written(render_excel_csv, line_table([row]))
    assert data.splitlines()[1] == b"row;USD;2026-10-05;v1.2;-1,50000000"


def test_it_holds_what_the_other_media_hold() -> None:
    assert_same(cost_table([usd("a;b", "1234567.00", "10.01")], TOTAL))
