"""The table on the page: the Table's own digits, its order, and nothing that a text could start."""

import re
from html import unescape
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from crossfoot.render.cells import View
from crossfoot.render.html import render_html
from crossfoot.reports.table import Record
from tests.render.media import html_lines
from tests.render.tables import cost_table, usd

TOTAL = [{"currency": "USD", "list_cost": "1234567.80", "billed_cost": "-1000.01"}]


class Grid(HTMLParser):
    """Reads a table back: one list of cell texts for each line, and the tags seen."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lines: list[list[str]] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.lines.append([])
        elif tag in {"td", "th"}:
            self.lines[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.lines and self.lines[-1]:
            self.lines[-1][-1] += data.strip("\n")


def test_figures_are_grouped_and_the_currency_stands_in_the_head() -> None:
    table = cost_table(
        [usd("Elastic Cloud Server", "1234567.80", "-1000.00"), usd(None, "0.00", None)],
        TOTAL,
        rounding=[{"currency": "USD", "list_cost": "0.00", "billed_cost": "-0.01"}],
    )
    assert Grid(render_html(table)).lines == [
        ["Service", "List cost USD", "Cost (excl. tax) USD"],
        ["Elastic Cloud Server", "1,234,567.80", "−1,000.00"],
        ["Agreement and rounding", "0.00", "unknown"],
        ["Rounding", "0.00", "−0.01"],
        ["Total", "1,234,567.80", "−1,000.01"],
    ]


def test_two_currencies_lead_the_rows_and_each_has_its_total() -> None:
    table = cost_table(
        [usd("ecs", "1.00", "1.00"), {**usd("ecs", "2.00", "2.00"), "currency": "EUR"}],
        [
            {"currency": "USD", "list_cost": "1.00", "billed_cost": "1.00"},
            {"currency": "EUR", "list_cost": "2.00", "billed_cost": "2.00"},
        ],
    )
    assert Grid(render_html(table)).lines == [
        ["Currency", "Service", "List cost", "Cost (excl. tax)"],
        ["USD", "ecs", "1.00", "1.00"],
        ["EUR", "ecs", "2.00", "2.00"],
        ["Total USD", "", "1.00", "1.00"],
        ["Total EUR", "", "2.00", "2.00"],
    ]


def test_two_dimensions_have_a_subtotal_after_each_group() -> None:
    def row(region: str, service: str | None, cost: str) -> Record:
        return {"currency": "USD", "region": region, "service": service, "list_cost": cost, "billed_cost": cost}

    table = cost_table(
        [row("a", "ecs", "1.00"), row("a", "obs", "2.00"), row("b", "ecs", "4.00")],
        [{"currency": "USD", "list_cost": "7.00", "billed_cost": "7.00"}],
        by=["region", "service"],
        subtotals=[
            {"currency": "USD", "region": "a", "list_cost": "3.00", "billed_cost": "3.00"},
            {"currency": "USD", "region": "b", "list_cost": "4.00", "billed_cost": "4.00"},
        ],
    )
    assert [line[:3] for line in Grid(render_html(table)).lines[1:]] == [
        ["a", "ecs", "1.00"],
        ["a", "obs", "2.00"],
        ["Subtotal a", "", "3.00"],
        ["b", "ecs", "4.00"],
        ["Subtotal b", "", "4.00"],
        ["Total", "", "7.00"],
    ]


def test_months_and_days_are_written_out() -> None:
    row = {"currency": "USD", "month": "2026-10", "day": "2026-10-05", "list_cost": "1.00", "billed_cost": "1.00"}
    assert Grid(render_html(cost_table([row], TOTAL, by=["month", "day"]))).lines[1][:2] == ["Oct 2026", "5 Oct 2026"]


def test_a_row_leads_where_the_page_says() -> None:
    html = render_html(
        cost_table([usd("ecs", "1.00", "1.00")], TOTAL),
        View(link=lambda record: f"charges?service={record['service']}&period=2026-10"),
    )
    assert [unescape(found) for found in re.findall(r'href="([^"]*)"', html)] == ["charges?service=ecs&period=2026-10"]


@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_a_text_stays_text(text: str) -> None:
    plain = Grid(render_html(cost_table([usd("ecs", "1.00", "1.00")], TOTAL)))
    odd = Grid(render_html(cost_table([usd(f"<script>{text}", "1.00", "1.00")], TOTAL)))
    assert odd.tags == plain.tags
    assert odd.lines[1][0] == f"<script>{text}"


def test_the_subtotal_of_a_currency_is_that_of_the_currency() -> None:
    """Every subtotal has a currency; only the one by currency has no service."""
    rows = [usd("ECS", "1.00", "1.00"), usd("OBS", "2.00", "2.00")]
    subtotals = [{"currency": "USD", "list_cost": "3.00", "billed_cost": "3.00"}, *rows]
    table = cost_table(rows, subtotals[:1], by=["currency", "service"], subtotals=subtotals)
    assert [(role, cells[-1]) for role, cells in html_lines(table)][2:] == [("subtotal", "3.00"), ("total", "3.00")]
