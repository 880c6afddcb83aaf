"""CSV: what a spreadsheet and the csv module read back is what the Table holds."""

import csv
import io
import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfoot.render.csv import render_csv, render_metadata
from crossfoot.render.delimited import RUNS
from crossfoot.reports.table import Table
from tests.render.tables import cost_table, line_table, usd

TOTAL = [{"currency": "USD", "list_cost": "12.00", "billed_cost": "10.01"}]


def written(table: Table) -> bytes:
    out = io.BytesIO()
    digest = render_csv(table, out)
    assert digest == sha256(out.getvalue()).hexdigest()
    return out.getvalue()


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def test_rows_and_rounding_without_a_total() -> None:
    table = cost_table(
        [usd("Elastic Cloud Server", "12.00", "10.00")],
        TOTAL,
        rounding=[{"currency": "USD", "list_cost": "0.00", "billed_cost": "-0.01"}],
    )
    assert written(table) == (
        b"\xef\xbb\xbfrow_kind,currency,service,list_cost,billed_cost\r\n"
        b"row,USD,Elastic Cloud Server,12.00,10.00\r\n"
        b"rounding,USD,,0.00,-0.01\r\n"
    )


def test_no_row_is_a_header_alone() -> None:
    assert written(cost_table([], [])) == b"\xef\xbb\xbfrow_kind,currency,service,list_cost,billed_cost\r\n"


def test_unknown_money_is_an_empty_cell_and_nothing_named_has_its_word() -> None:
    table = cost_table(
        [
            {"currency": "USD", "tag:env": None, "list_cost": "1.00", "billed_cost": None},
            {"currency": "USD", "tag:env": "", "list_cost": "2.00", "billed_cost": "2.00"},
        ],
        TOTAL,
        by=["tag:env"],
    )
    assert read(written(table))[1:] == [
        ["row", "USD", "(untagged)", "1.00", ""],
        ["row", "USD", "(empty)", "2.00", "2.00"],
    ]


def test_a_table_grouped_by_currency_has_the_currency_once() -> None:
    table = cost_table([{"currency": "USD", "list_cost": "1.00", "billed_cost": "1.00"}], TOTAL, by=["currency"])
    assert read(written(table)) == [
        ["row_kind", "currency", "list_cost", "billed_cost"],
        ["row", "USD", "1.00", "1.00"],
    ]


@pytest.mark.parametrize("sign", RUNS)
def test_a_text_that_a_spreadsheet_would_run_is_guarded(sign: str) -> None:
    table = cost_table([usd(f'{sign}HYPERLINK("x")', "-1.00", "-1.00")], TOTAL)
    assert read(written(table))[1] == ["row", "USD", f'\'{sign}HYPERLINK("x")', "-1.00", "-1.00"]


def test_a_sign_within_a_text_is_left_alone() -> None:
    table = cost_table([usd("a=b+c@d-e＝", "1.00", "1.00")], TOTAL)
    assert read(written(table))[1][2] == "a=b+c@d-e＝"


@given(
    texts=st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), max_size=20),
    batch_rows=st.integers(1, 7),
)
def test_whatever_a_text_holds_it_comes_back(texts: list[str | None], batch_rows: int) -> None:
    rows = [
        {"currency": "USD", "description": text, "bill_date": "2026-10-05", "billed_cost": "-1.50000000"}
        for text in texts
    ]
    found = read(written(line_table(rows, batch_rows)))
    assert found[0] == ["row_kind", "currency", "bill_date", "description", "billed_cost"]
    for cells, text in zip(found[1:], texts, strict=True):
        wanted = text or ""
        guarded = "'" + wanted if wanted.startswith(RUNS) else wanted
        assert cells == ["row", "USD", "2026-10-05", guarded, "-1.50000000"]


@given(size=st.integers(1, 50))
def test_how_rows_are_batched_does_not_show(size: int) -> None:
    rows = [usd(f"service {n % 7}, no. {n}", f"{n}.00", f"{n}.00") for n in range(40)]
    assert written(cost_table(rows, TOTAL, batch_rows=size)) == written(cost_table(rows, TOTAL, batch_rows=40))


def test_a_large_batch_is_written_in_pieces_and_whole() -> None:
    rows = [usd(f"s{n}", "1.00", "1.00") for n in range(70_000)]
    lines = written(cost_table(rows, TOTAL, batch_rows=100_000)).decode("utf-8-sig").splitlines()
    assert len(lines) == 70_001
    assert lines[65_537] == "row,USD,s65536,1.00,1.00"


def test_the_file_beside_it_names_every_column_and_where_the_figures_come_from() -> None:
    table = cost_table([usd("x", "12.00", "10.01")], TOTAL, known_issues=("CDN usage of 12 Oct is delayed.",))
    document = json.loads(render_metadata(table))
    header = read(written(table))[0]
    assert [column["name"] for column in document["tableSchema"]["columns"]] == header
    assert all(column["dc:description"] for column in document["tableSchema"]["columns"])
    assert document["url"] == f"usage-to-cost--{table.id}.csv"
    assert document["hash"] == f"sha256:{table.digest}"
    assert document["editions"][0]["edition"] == 2
    assert document["data_through"] == "2026-10-31T16:00:00Z"
    assert document["known_issues"] == ["CDN usage of 12 Oct is delayed."]
