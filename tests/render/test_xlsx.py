"""XLSX: what a spreadsheet shows is what the Table holds, to the last digit, and nothing in it runs."""

import io
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from zipfile import ZipFile

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from crossfoot.core.roles import Role
from crossfoot.render import xlsx
from crossfoot.render.xlsx import render_xlsx
from crossfoot.render.xlsx_cells import LONGEST, letters
from crossfoot.reports.cost import CHARGES
from crossfoot.reports.question import ask
from crossfoot.reports.table import Meta, Table, TableColumn
from tests.render.media import assert_same, cell_text, unescaped, written, xlsx_lines
from tests.render.tables import END_OF_OCTOBER, batches, cost_table, line_table, usd

TOTAL = [{"currency": "USD", "list_cost": "12.00", "billed_cost": "10.01"}]
RUNS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(1)",
    "\t=1",
    "{=1}",
    "http://x.example",
    "mailto:a@b.example",
    "internal:A1",
    "1",
    "007",
)


def opened(table: Table) -> Workbook:
    out = io.BytesIO()
    assert render_xlsx(table, out) == sha256(out.getvalue()).hexdigest()
    return load_workbook(out)


def values(book: Workbook, sheet: str) -> list[tuple[object, ...]]:
    return [tuple(cell.value for cell in row) for row in book[sheet].iter_rows()]


def of_lines(keys: Sequence[str], rows: Sequence[dict[str, str | None]]) -> Table:
    """A table of charges with these of its columns."""
    columns = [TableColumn(key=c.key, label=c.label, kind=c.kind, help=c.help) for c in CHARGES.lines if c.key in keys]
    return Table(
        report=CHARGES,
        question=ask(CHARGES, Role.CUSTOMER_FINANCE, period="2026-10"),
        columns=tuple(columns),
        batches=lambda: iter(batches(rows, [c.key for c in columns], 1000)),
        totals=(),
        meta=Meta(editions=(), data_through=END_OF_OCTOBER, row_count=len(rows)),
    )


def test_rows_rounding_and_totals_as_on_the_screen() -> None:
    table = cost_table(
        [usd("Elastic Cloud Server", "12.00", "10.02"), usd("OBS", "0.00", None)],
        TOTAL,
        rounding=[{"currency": "USD", "billed_cost": "-0.01"}],
    )
    book = opened(table)
    assert values(book, "Usage to cost") == [
        ("Row kind", "Currency", "Service", "List cost", "Cost (excl. tax)"),
        ("Row", "USD", "Elastic Cloud Server", 12, 10.02),
        ("Row", "USD", "OBS", 0, "unknown"),
        ("Rounding", "USD", None, None, -0.01),
        (None,) * 5,
        ("Total", "USD", None, 12, 10.01),
    ]
    sheet = book["Usage to cost"]
    assert [sheet["D2"].number_format, sheet["E6"].number_format] == ["#,##0.00", "#,##0.00"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:E4")  # the totals are not sorted in among the rows
    assert sheet["E6"].font.b
    assert_same(table)


def test_dates_are_dates_and_instants_bear_their_zone() -> None:
    row = {"currency": "USD", "bill_date": "2026-10-31", "trade_at": "2026-10-31T23:59:59Z", "quantity": "2.5"}
    sheet = opened(of_lines(["bill_date", "trade_at", "quantity"], [row, {"currency": "USD"}]))["Charges"]
    day, quantity, instant = sheet["C2"], sheet["D2"], sheet["E2"]
    assert (day.value, day.number_format) == (datetime(2026, 10, 31), "yyyy-mm-dd")  # noqa: DTZ001 - Excel has no zone
    assert (instant.value, instant.number_format) == (datetime(2026, 10, 31, 23, 59, 59), 'yyyy-mm-dd hh:mm:ss "UTC"')  # noqa: DTZ001
    assert (quantity.value, quantity.number_format) == (2.5, "#,##0.0")
    assert [cell.value for cell in sheet[3]] == ["Row", "USD", None, None, None]


@given(st.lists(st.datetimes(datetime(1950, 1, 1), datetime(2199, 12, 31)), min_size=1, max_size=30))  # noqa: DTZ001
def test_every_second_comes_back(moments: list[datetime]) -> None:
    rows = [{"currency": "USD", "trade_at": f"{m:%Y-%m-%dT%H:%M:%S}Z", "bill_date": f"{m:%Y-%m-%d}"} for m in moments]
    sheet = opened(of_lines(["bill_date", "trade_at"], rows))["Charges"]
    found = [(cell_text(d), cell_text(i)) for _, _, d, i in sheet.iter_rows(min_row=2, max_row=1 + len(rows))]
    assert found == [(r["bill_date"], r["trade_at"]) for r in rows]


@pytest.mark.parametrize("day", ["1899-12-31", "1900-01-01", "1900-02-28", "1900-03-01"])
def test_a_day_that_excel_counts_wrongly_is_a_text(day: str) -> None:
    cell = opened(of_lines(["bill_date"], [{"currency": "USD", "bill_date": day}]))["Charges"]["C2"]
    assert cell_text(cell) == day
    assert isinstance(cell.value, str) is (day < "1900-03-01")


@pytest.mark.parametrize(
    ("amount", "is_number"),
    [
        ("0.00000001", True), ("-0.01", True), ("1234567.12345678", True), ("-9999999999999.99", True),
        ("12345678.50000000", True), ("100000000000000000000.00", True), ("12345678.12345678", False),
        ("99999999999999.99", False), ("-1234567890123456.78", False), ("9007199254740993", False),
    ],
)  # fmt: skip
def test_a_figure_that_a_number_cannot_hold_is_a_text_of_all_its_digits(amount: str, is_number: bool) -> None:  # noqa: FBT001
    table = cost_table([usd("a", amount, "0.00")], [{"currency": "USD", "list_cost": amount, "billed_cost": "0.00"}])
    book = opened(table)
    sheet = book["Usage to cost"]
    for cell in (sheet["D2"], sheet["D4"]):
        assert isinstance(cell.value, int | float) is is_number
        assert cell_text(cell) == amount
    told = [row for row in values(book, "About") if "more than the 15 digits" in str(row[1])]
    assert len(told) == (not is_number)
    assert (
        "more than the 15 digits that an Excel number holds: 2" in str(values(book, "Usage to cost"))
    ) is not is_number


@given(
    st.lists(
        st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-(10**20), max_value=10**20), max_size=20
    )
)
def test_whatever_the_amount_it_is_shown_as_it_is(amounts: list[Decimal]) -> None:
    rows = [{"currency": "USD", "billed_cost": f"{a:f}", "bill_date": "2026-10-05"} for a in amounts]
    found = xlsx_lines(opened(line_table(rows)))[: len(rows)]
    assert [line.cells[2] for line in found] == [row["billed_cost"] for row in rows]


@pytest.mark.parametrize("text", RUNS)
def test_nothing_that_a_customer_writes_runs(text: str) -> None:
    book = opened(cost_table([usd(text, "-1.00", "-1.00")], TOTAL, known_issues=(text,)))
    cell = book["Usage to cost"]["C2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)
    assert book["Usage to cost"]["E2"].value == -1
    assert ("Known issue", text) in [row[:2] for row in values(book, "About")]
    with ZipFile(io.BytesIO(written(render_xlsx, cost_table([usd(text, "-1.00", "-1.00")], TOTAL)))) as file:
        assert all(b"<f>" not in file.read(name) for name in file.namelist() if "sheet" in name)


TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    [
        "_x0041_",
        "_x005F_",
        "__x000D__",
        "]]>",
        "<a/>",
        "&amp;",
        "\r\n",
        " a ",
        "\x00",
        "\ufffe\uffff",
        "𝄞",
        "a" * 40_000,
    ]
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(st.none() | TEXTS, max_size=20), size=st.integers(1, 7))
def test_whatever_a_text_holds_it_comes_back(texts: list[str | None], size: int) -> None:
    rows = [
        {"currency": "USD", "description": t, "bill_date": "2026-10-05", "billed_cost": "1.00000000"} for t in texts
    ]
    found = [line.cells[1] for line in xlsx_lines(opened(line_table(rows, size)))[: len(rows)]]
    for shown, text in zip(found, texts, strict=True):
        assert shown == (text or "") or (len(text or "") > LONGEST and shown.endswith("the CSV has all of it)"))


def test_a_text_longer_than_a_cell_says_that_it_is_cut() -> None:
    row = {"currency": "USD", "description": "𝄞" * 20_000, "bill_date": "2026-10-05", "billed_cost": "1.00000000"}
    shown = unescaped(str(opened(line_table([row]))["Charges"]["D2"].value))
    assert len(shown.encode("utf-16-le")) // 2 <= LONGEST
    assert shown.endswith("(cut here, where a cell of Excel ends: the CSV has all of it)")


def test_more_rows_than_a_sheet_holds_go_on_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "SHEET_ROWS", 106)  # less the head and five lines under the rows: 100
    rows = [usd(f"service {n}", "1.00", "1.00") for n in range(250)]
    table = cost_table(rows, [{"currency": "USD", "list_cost": "250.00", "billed_cost": "250.00"}], batch_rows=30)
    book = opened(table)
    assert book.sheetnames == ["Usage to cost", "Usage to cost 2", "Usage to cost 3", "About"]
    assert [sheet.auto_filter.ref for sheet in book.worksheets[:3]] == ["A1:E101", "A1:E101", "A1:E51"]
    assert book["Usage to cost"]["A103"].value == "The rows go on on the sheet 'Usage to cost 2'."
    assert book["Usage to cost 2"]["C2"].value == "service 100"
    assert book["Usage to cost 3"]["A53"].value == "Total"
    assert book["Usage to cost 3"]["D53"].value == 250
    assert ("Sheet Usage to cost 3", "rows 201 to 250", None) in values(book, "About")
    assert_same(table)


def test_a_table_that_has_other_rows_than_it_says_is_no_file() -> None:
    table = cost_table([usd("a", "1.00", "1.00")] * 3, TOTAL)
    for said in (2, 4):
        wrong = Table(**{**vars(table), "meta": Meta(editions=(), data_through=None, row_count=said)})
        with pytest.raises(ValueError, match="rows"):
            written(render_xlsx, wrong)


def test_the_second_sheet_says_what_the_page_says() -> None:
    table = cost_table(
        [usd("a", "12.00", "10.01")], TOTAL, known_issues=("CDN usage of 12 Oct is delayed.",), warnings=("Mind.",)
    )
    rows = values(opened(table), "About")
    facts = dict(row[:2] for row in rows)
    assert facts["Question"] == "What did I spend it on?"
    assert facts["Period"] == "Oct 2026 (2026-10)"
    assert facts["Edition"] == "2026-10: edition 2, final, published 2026-11-05T04:04:00Z"
    assert facts["Data through"] == "2026-10-31T16:00:00Z"
    assert facts["Time zone of the days"] == "GMT+08:00"
    assert (facts["Warning"], facts["Known issue"]) == ("Mind.", "CDN usage of 12 Oct is delayed.")
    assert (facts["Rows"], facts["Result"], facts["sha256 of the result"]) == ("1", table.id, table.digest)
    assert [row for row in rows if row[1] == "billed_cost"] == [
        ("Cost (excl. tax)", "billed_cost", next(c.help for c in table.columns if c.key == "billed_cost"))
    ]


def test_its_bytes_are_the_same_in_every_language() -> None:
    table = cost_table([usd("a", "12.00", "10.01")], TOTAL)
    with override("zh-hans"):
        chinese = written(render_xlsx, table)
    assert chinese == written(render_xlsx, table)


def test_the_file_names_its_result_and_is_dated_by_the_publication() -> None:
    table = cost_table([usd("a", "12.00", "10.01")], TOTAL)
    first = written(render_xlsx, table)
    assert written(render_xlsx, table) == first
    book = load_workbook(io.BytesIO(first))
    assert {p.name: p.value for p in book.custom_doc_props.props} == {
        "Crossfoot Result": table.id,
        "Crossfoot Result hash": f"sha256:{table.digest}",
        "Crossfoot Report": "usage-to-cost",
    }
    assert book.properties.created == book.properties.modified == datetime(2026, 11, 5, 4, 4)  # noqa: DTZ001 - in UTC
    with ZipFile(io.BytesIO(first)) as file:
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@given(size=st.integers(1, 50))
def test_how_rows_are_batched_does_not_show_in_the_cells(size: int) -> None:
    rows = [usd(f"service {n % 7}, no. {n}", f"{n}.00", f"{n}.00") for n in range(40)]
    whole = xlsx_lines(opened(cost_table(rows, TOTAL, batch_rows=40)))
    assert xlsx_lines(opened(cost_table(rows, TOTAL, batch_rows=size))) == whole


def test_no_row_is_a_head_alone() -> None:
    assert [row[0] for row in values(opened(cost_table([], [])), "Usage to cost")] == ["Row kind"]


def test_every_reference_is_that_of_its_place() -> None:
    """Excel repairs, or refuses, a file whose cells are out of order."""
    rows = [usd(None if n % 3 else "x", None if n % 2 else "1.00", "1.00") for n in range(20_000)]
    with ZipFile(io.BytesIO(written(render_xlsx, cost_table(rows, TOTAL)))) as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
    found = re.findall(r'<row r="(\d+)"[^>]*>(.*?)</row>', sheet)
    numbers = [int(number) for number, _ in found]
    assert numbers == sorted(set(numbers))
    for number, cells in found:
        references = re.findall(r'<c r="([A-Z]+)(\d+)"', cells)
        assert {int(row) for _, row in references} == {int(number)}
        assert [name for name, _ in references] == sorted({name for name, _ in references})


def test_columns_have_their_names() -> None:
    assert [letters(i) for i in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
