"""The table on paper: the Table's own digits and order, what stands around it, and nothing that runs."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crossfoot.core.errors import BadRequest, Unavailable
from crossfoot.core.roles import Role
from crossfoot.render import pdf
from crossfoot.render.screen import provenance
from crossfoot.reports.cost import CHARGES
from crossfoot.reports.question import ask
from crossfoot.reports.table import Meta, Table, TableColumn
from tests.render.papers import PAPER, back, made, staircase
from tests.render.tables import EDITION, END_OF_OCTOBER, Row, batches, cost_table, usd

FORBIDDEN = {"/URI", "/JS", "/JavaScript", "/Launch", "/OpenAction", "/AA", "/EF", "/AcroForm", "/Annots", "/RichMedia"}
HOSTILE = (
    '#eval("1+1") #read("/etc/passwd") #image("http://evil.example/x.png")',
    "$x^2$ \\ *b* _i_ `c` // comment /* more */ @ref <label> = heading - item + item",
    "=cmd|'/C calc'!A0",
    "https://evil.example/?q=1",
    "</svg><script>alert(1)</script>",
    "(unbalanced) \\) Tj ET << /JS (x) >>",
    "]}{[\"'",
)


def test_rows_rounding_and_total_are_the_tables_own() -> None:
    table = cost_table(
        [usd("Elastic Cloud Server", "1234567.80", "-1000.00"), usd(None, "0.00", None)],
        [{"currency": "USD", "list_cost": "1234567.80", "billed_cost": "-1000.01"}],
        rounding=[{"currency": "USD", "billed_cost": "-0.01"}],
    )
    found = back(table)
    assert found.head() == ["Service", "List cost USD", "Cost (excl. tax) USD"]
    assert found.rows() == [
        ["Elastic Cloud Server", "1,234,567.80", "−1,000.00"],
        ["Agreement and rounding", "0.00", "unknown"],
        ["Rounding", "", "−0.01"],
        ["Total", "1,234,567.80", "−1,000.01"],
    ]


def test_each_page_says_which_it_is_and_whose() -> None:
    found = back(staircase(130, "USD"))
    pages = len(found.pages)
    for number, page in enumerate(found.pages, 1):
        assert f"Page {number} of {pages}" in page
        assert "Alpha (C0001)" in page


def test_the_first_page_says_where_the_figures_come_from() -> None:
    issue = "CDN usage of 12 Oct is delayed."
    table = cost_table(
        [usd("ecs", "3.00", "2.00"), usd("obs", "1.00", "1.00")],
        [{"currency": "USD", "list_cost": "4.00", "billed_cost": "3.00"}],
        known_issues=(issue,),
        warnings=("2026-10 is open.",),
    )
    first = " ".join(back(table).pages[0].split())
    for words in (table.report.title, table.report.question, provenance(table), issue, "2026-10 is open.", "66.7"):
        assert " ".join(words.split()) in first
    assert "Cost (excl. tax) by service, Oct 2026, USD" in first  # the chart's title


def test_the_last_page_says_how_to_read_and_to_check_it() -> None:
    table = staircase(130, "USD")
    found = back(table)
    last = " ".join(found.text.split())
    for column in table.columns:
        assert column.help in last
    for words in (table.report.how_to_read, table.id, table.digest, "Verify at https://portal.example/verify"):
        assert words in last
    assert "Rows: 130, all of them printed here" in last
    assert table.id in found.reader.metadata.keywords
    assert f"sha256:{table.digest}" in found.reader.metadata.keywords


def test_the_same_question_has_the_same_bytes() -> None:
    table = staircase(60, "EUR", "USD")
    assert made(table) == made(table)


def test_its_time_is_that_of_publication() -> None:
    assert back(staircase(2, "USD")).reader.metadata.creation_date == datetime(2026, 11, 5, 4, 4, tzinfo=UTC)


def test_it_is_accessible_and_made_to_last() -> None:
    found = back(staircase(3, "USD"))
    described = found.root["/Metadata"].get_object().get_data().decode()
    for words in ("<pdfuaid:part>1<", "<pdfaid:part>2<", "<pdfaid:conformance>A<"):
        assert words in described
    assert found.root["/Lang"] == "en"
    assert found.root["/MarkInfo"]["/Marked"]
    assert found.root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert found.reader.metadata.title == "Usage to cost, Oct 2026"
    (alt,) = [one["/Alt"] for one in found.elements("/Figure") if "/Alt" in one]
    assert alt == "Cost (excl. tax) by service, Oct 2026, USD. The table has the same figures."


def test_the_chart_is_drawn_in_lines_and_letters() -> None:
    first = back(staircase(3, "USD"))
    assert "/Image" not in {one.get("/Subtype") for one in first.objects()}
    assert re.search(
        r"(?s)step 3\s.*step 2\s.*step 1\s.*List cost", first.pages[0]
    )  # beside the bars, the longest first


def test_what_a_customer_writes_stays_text() -> None:
    rows = [usd(words, "2.00", "1.00") for words in HOSTILE]
    total = [{"currency": "USD", "list_cost": "14.00", "billed_cost": "7.00"}]
    table = cost_table(rows, total, known_issues=(HOSTILE[0],), warnings=(HOSTILE[1],))
    found = back(table, replace(PAPER, customer=HOSTILE[0]))
    assert [row[0] for row in found.rows()[:-1]] == list(HOSTILE)
    assert found.keys() & FORBIDDEN == set()
    assert not {"/Action", "/Annot", "/Filespec"} & {one.get("/Type") for one in found.objects()}


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        ("生产环境 弹性云服务器", "生产环境 弹性云服务器"),
        ("Müller Žižka Đặng İzmir", "Müller Žižka Đặng İzmir"),
        ("Ωμέγα Щука", "Ωμέγα Щука"),
        ("Zu\u0308rich", "Zürich"),
        ("q\u0308", "q[U+0308]"),
        ("ถนน", "[U+0E16][U+0E19][U+0E19]"),
        ("🧾", "[U+1F9FE]"),
        ("\u202egnp.exe", "[U+202E]gnp.exe"),
        ("two\nlines\tand\x07", "two lines and[U+0007]"),
        ("x" * 400, "x" * 400),
        ("  ", "  "),
        ("ffi fi --- '' \"\" ...", "ffi fi --- '' \"\" ..."),
    ],
)
def test_names_are_printed_letter_by_letter(words: str, printed: str) -> None:
    table = cost_table([usd(words, "2.00", "1.00")], [{"currency": "USD", "list_cost": "2.00", "billed_cost": "1.00"}])
    assert back(table).rows()[0] == [printed, "2.00", "1.00"]


def test_it_speaks_the_readers_language() -> None:
    words = {"Total": "合计", "Usage to cost": "用量与费用", "Page {page} of {pages}": "第 {page} 页，共 {pages} 页"}
    paper = replace(PAPER, language="zh-hans", say=lambda text: words.get(text, text))
    found = back(staircase(3, "USD"), paper)
    assert found.rows()[-1][0] == "合计"
    assert found.root["/Lang"].startswith("zh")
    assert "第 1 页，共" in found.pages[0]
    assert found.reader.metadata.title.startswith("用量与费用")


def test_a_wide_table_lies_and_names_what_it_does_not_print() -> None:
    columns = tuple(TableColumn(key=c.key, label=c.label, kind=c.kind, help=c.help) for c in CHARGES.lines)
    cells = {c.key: f"{c.key} words" for c in columns}
    money = {"list_cost": "2.00000000", "billed_cost": "123456789.12345678", "quantity": "123456.789"}
    row: Row = {**cells, **money, "bill_date": "2026-10-05", "resource_name": "r" * 80, "currency": "USD"}
    table = Table(
        report=CHARGES,
        question=ask(CHARGES, Role.CUSTOMER_FINANCE, period="2026-10"),
        columns=columns,
        batches=lambda: iter(batches([row], [c.key for c in columns], 10)),
        totals=({"currency": "USD", "list_cost": "2.00000000", "billed_cost": "123456789.12345678"},),
        meta=Meta(editions=(EDITION,), data_through=END_OF_OCTOBER, row_count=1),
    )
    found = back(table)
    width, height = (float(found.reader.pages[0].mediabox[i]) for i in (2, 3))
    assert width > height
    printed = [label.removesuffix(" USD") for label in found.head()]
    assert printed[:8] == [
        "Bill date",
        "Service",
        "Description",
        "Resource name",
        "Quantity",
        "Unit",
        "List cost",
        "Cost (excl. tax)",
    ]
    assert found.rows()[0][3:8] == ["r" * 80, "123,456.789", "unit words", "2.00000000", "123,456,789.12345678"]
    said = " ".join(found.text.split()).partition("Columns that are not printed")[2]
    assert {c.label for c in columns} - set(printed) == {
        c.label for c in columns if f" {c.label}," in said or f" {c.label}." in said
    } - set(printed)


@pytest.mark.parametrize(("size", "width"), [("a4", 595), ("us-letter", 612)])
def test_paper_is_a4_or_letter(size: str, width: int) -> None:
    found = back(staircase(2, "USD"), replace(PAPER, format=size))
    assert int(found.reader.pages[0].mediabox[2]) == width


def test_what_matches_nothing_says_so() -> None:
    assert "Nothing matches" in back(cost_table([], [])).pages[0]


def test_too_many_rows_are_refused_with_the_way_out() -> None:
    table = cost_table([], [])
    many = replace(table, meta=replace(table.meta, row_count=pdf.MOST_ROWS + 1))
    with pytest.raises(BadRequest, match=r"5,001 rows, and a PDF is made of at most 5,000: download it as CSV or XLSX"):
        made(many)


def test_the_press_takes_no_more_memory_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MEMORY", 160 << 20)
    with pytest.raises(Unavailable, match="more memory or time"):
        made(staircase(2000, "USD"))


def test_read_back_reads_what_pypdf_reads() -> None:
    """The two ways of reading agree on a plain page, so a fault of the test's own reader would show."""
    found = back(staircase(3, "USD"))
    assert all(cell in found.reader.pages[0].extract_text() for row in found.rows() for cell in row)
    assert io.BytesIO(made(staircase(3, "USD"))).read(5) == b"%PDF-"
