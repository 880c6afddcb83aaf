"""What people come for, from the home page in at most three clicks; the file of the answer says what the page says.

September cost 36.00: Elastic Cloud Server 30.00 in the project shop (25.00 on the 10th, 5.00 on the 11th, both of
i-1), Object Storage 6.00 in the project data. August cost 21.00, of which 2.00 of an order of 8.00 were given back.
INV-8 of August over 21.00 + 1.89 tax is paid but for 2.89, and late; INV-9 of September is due in 2099.
"""

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page

from crossfoot.runtime.home import open_home
from tests.billing.desk import Desk, invoice, payment
from tests.paper import Back
from tests.portal import LIST_X_1, Portal, line
from tests.web.looking import a_chromium, enter, serving

pytestmark = pytest.mark.browser
ECS = {"cloud_service_type_name": "Elastic Cloud Server", "cloud_service_type": "hws.service.type.ec2"}
OBS = {"cloud_service_type_name": "Object Storage Service", "cloud_service_type": "hws.service.type.obs"}
SHOP = {
    "enterprise_project_id": "p-1",
    "enterprise_project_name": "shop",
    "resource_id": "i-1",
    "resource_name": "web-1",
}
DATA = {
    "enterprise_project_id": "p-2",
    "enterprise_project_name": "data",
    "resource_id": "b-1",
    "resource_name": "logs",
}


@pytest.fixture(scope="module")
def site(server: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    portal = Portal(open_home(), tmp_path_factory.mktemp("inbox"))
    portal.empty()
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    bought = line("acct-a1", "2026-08-02", "8", **OBS, **DATA, bill_type="1", order_id="O1", trade_id="O1")
    back = line("acct-a1", "2026-08-20", "-2", **OBS, **DATA, bill_type="4", original_order_id="O1", trade_id="R1")
    august = [line("acct-a1", "2026-08-10", "10", **ECS, **SHOP), line("acct-a1", "2026-08-11", "5", **OBS, **DATA)]
    portal.ingest(portal.bill("customerBill_202608.tar.gz", [bought, back, *august]))
    september = [
        line("acct-a1", "2026-09-10", "25", **ECS, **SHOP),
        line("acct-a1", "2026-09-11", "5", **ECS, **SHOP),
        line("acct-a1", "2026-09-12", "6", **OBS, **DATA),
    ]
    portal.ingest(portal.bill("customerBill_202609.tar.gz", september))
    portal.publish()
    assert portal.alice
    _books(Desk(portal))
    with serving() as address:
        yield address


def _books(desk: Desk) -> None:
    desk.entities("SG01,Crossfoot Pte Ltd,USD,Asia/Singapore,1 Raffles Place,T-1")
    desk.invoices(
        invoice("INV-8", "2026-09-05", "2026-10-05", "21.00+1.89", "2026-08"),
        invoice("INV-9", "2026-10-05", "2099-12-31", "36.00+3.24", "2026-09"),
        lines=(
            "SG01,INV-8,1,,Elastic Cloud Server,SR,10.00",
            "SG01,INV-8,2,,Object Storage Service,SR,11.00",
        ),
    )
    desk.payments(payment("P1", "2026-09-30", "20.00", "INV-8, the rest follows".replace(",", "")))


@pytest.fixture(scope="module")
def chromium(site: str) -> Iterator[Browser]:
    with a_chromium() as browser:
        yield browser


def read_amount(word: str) -> Decimal | None:
    """A figure as a person reads it; None for what is none."""
    plain = word.split(" ", maxsplit=1)[0].replace(",", "").replace("\N{MINUS SIGN}", "-")
    return Decimal(plain) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", plain) else None


class Reader:
    """Somebody at the home page who counts their clicks."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.clicks = page, 0
        page.goto(site)

    def click(self, selector: str) -> None:
        self.clicks += 1
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state()

    def choose(self, selector: str, value: str) -> None:
        """From a list that answers at once."""
        self.clicks += 1
        with self.page.expect_response(lambda response: response.request.method == "GET"):
            self.page.select_option(selector, value)
        self.page.wait_for_url(lambda url: value in url)
        self.page.wait_for_load_state("networkidle")

    def rows(self) -> list[list[str]]:
        """The lines of the table as they stand there: rows, rounding, total."""
        assert self.clicks <= 3
        return [
            [cell.strip() for cell in row.locator("th, td").all_inner_texts()]
            for row in self.page.locator("table.figures tbody tr, table.figures tfoot tr").all()
        ]

    def fetch(self, medium: str) -> bytes:
        """A file that the page offers."""
        address = self.page.locator(".actions a", has_text=medium).first.get_attribute("href")
        assert address
        return self.page.request.get(self.page.url.split("/c/")[0] + address).body()

    def file(self, measure: str = "billed_cost") -> list[dict[str, str]]:
        """The CSV that the page offers; its sum is the total of the page, of the XLSX and of the PDF, to the last digit."""
        rows = list(csv.DictReader(io.StringIO(self.fetch("CSV").decode("utf-8-sig"))))
        total = sum((Decimal(row[measure] or 0) for row in rows), Decimal(0))
        sheet = load_workbook(io.BytesIO(self.fetch("Excel"))).worksheets[0]
        *_, last = sheet.iter_rows(values_only=True)
        for words in (self.rows()[-1], [str(cell) for cell in last], Back(self.fetch("PDF")).rows()[-1]):
            assert total in {amount for word in words if (amount := read_amount(word)) is not None}, words
        return rows


@pytest.fixture
def alice(chromium: Browser, site: str) -> Iterator[Reader]:
    context = chromium.new_context()
    yield Reader(enter(context, site, "alice"), site)
    context.close()


def test_what_did_we_spend_last_month_by_project(alice: Reader) -> None:
    alice.click(".month-card .month a")
    alice.choose("#by", "project")
    shown = alice.rows()
    assert [(row[1], row[3]) for row in shown[:2]] == [("shop", "30.00"), ("data", "6.00")]
    assert shown[-1][0] == "Total"
    assert shown[-1][3] == "36.00"
    assert sum(Decimal(row["billed_cost"]) for row in alice.file()) == Decimal("36.00")


def test_which_service_grew_most(alice: Reader) -> None:
    movers = alice.rows()
    assert movers[0] == ["Elastic Cloud Server", "10.00", "30.00", "+20.00"]
    alice.click("#movers ~ .scroll a")
    assert sum(Decimal(row["billed_cost"]) for row in alice.file()) == Decimal("40.00")  # both months, day by day


def test_which_lines_make_up_a_days_cost_of_one_resource(alice: Reader) -> None:
    alice.page.fill("[role=search] input", "web-1")
    alice.clicks += 1
    alice.page.press("[role=search] input", "Enter")
    alice.page.wait_for_load_state()
    alice.click(".hits a")
    alice.click("tbody a:has-text('11 Sep 2026')")
    [one, total] = alice.rows()
    assert "5.00000000" in one
    assert total[0] == "Total"
    [line_] = alice.file()
    assert (line_["billed_cost"], line_["bill_date"], line_["resource"]) == ("5.00000000", "2026-09-11", "i-1")
    assert line_["source_record"] == "2"


def test_what_was_refunded_last_quarter(alice: Reader) -> None:
    alice.click(".report-list a:has-text('Refunds and adjustments')")
    alice.choose("#period", "2026-07..2026-09")
    shown = alice.rows()
    assert shown[0][1] == "Refund"
    assert "-2.00000000".replace("-", "\N{MINUS SIGN}") in shown[-1]
    [refund] = alice.file()
    assert (refund["kind"], refund["billed_cost"], refund["original_order_id"]) == ("Refund", "-2.00000000", "O1")
    alice.click("tbody a")
    [bought] = alice.file()
    assert (bought["order_id"], bought["billed_cost"]) == ("O1", "8.00000000")


def test_which_invoices_are_overdue_and_what_did_one_consist_of(alice: Reader) -> None:
    """22.89 less 20.00 leaves 2.89; 10.00 + 11.00 before tax is what August cost."""
    assert "42.13" in alice.page.inner_text(".month-card:has(h2:text('Open invoices')) .amount")
    alice.click("text=2.89 USD of it overdue")
    [late, total] = alice.rows()
    assert late[0] == "INV-8"
    assert late[8] == "2.89"
    assert "2.89" in total
    [row] = alice.file("balance")
    assert (row["document"], row["payment_status"], row["amount_due"], row["amount_paid"], row["balance"]) == (
        "INV-8",
        "Overdue",
        "22.89",
        "20.00",
        "2.89",
    )
    alice.click("tbody a:has-text('INV-8')")
    shown = [
        [cell.strip() for cell in row.locator("th, td").all_inner_texts()]
        for row in alice.page.locator("section:has(#lines) tr").all()
    ][1:]
    assert shown[:2] == [["1 Elastic Cloud Server", "SR", "10.00"], ["2 Object Storage Service", "SR", "11.00"]]
    assert shown[2][-1] == "21.00"
    assert alice.clicks == 2
    assert "Difference: none" in alice.page.inner_text("section:has(#match)")
