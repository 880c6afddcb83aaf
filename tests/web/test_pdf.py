"""C1 on paper: for every report and everybody who may take files, the PDF holds what the JSON of the same question holds."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import connections
from django.test import Client

from crossfoot.core.roles import Role
from crossfoot.reports.catalog import REPORTS
from tests.paper import Back

if TYPE_CHECKING:
    from tests.portal import Portal

COMPENSATION = {"bill_type": "9"}
TAKERS = {
    "alice": Role.CUSTOMER_FINANCE,
    "dana": Role.RESELLER_FINANCE,
    "erin": Role.RESELLER_SUPPORT,
    "frank": Role.RESELLER_OPERATOR,
}
ALL = [(report, who) for report in REPORTS for who in TAKERS if TAKERS[who] in report.seen_by]
SETS = ("rows", "rounding", "totals")


@pytest.fixture(scope="module")
def house(server: None, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Portal]":
    """The furnished portal, with something given back."""
    from crossfoot.runtime.home import open_home
    from tests.portal import LIST_X_1, Portal, line
    from tests.web.house import keep_books, october

    portal = Portal(open_home(), tmp_path_factory.mktemp("inbox"))
    portal.empty()
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    portal.ingest(
        portal.bill("customerBill_202610.tar.gz", [*october(), line("acct-a1", "2026-10-06", "-3.33", **COMPENSATION)])
    )
    portal.publish()
    keep_books()
    yield portal
    connections.close_all()


def fetched(client: Client, address: str) -> bytes:
    response = client.get(address)
    assert response.status_code == 200, address
    data = b"".join(response.streaming_content)
    response.close()
    return data


def plain(cell: str) -> Decimal:
    return Decimal(cell.replace(",", "").replace("−", "-"))


@pytest.mark.parametrize(("report", "who"), ALL, ids=lambda one: getattr(one, "key", one))
def test_paper_and_json_agree_to_the_last_digit(clients: dict[str, Client], report, who: str) -> None:
    ways = (
        [""]
        if report.is_lines or report.source.is_ledger
        else ["", f"&by={report.by[-1].key}", f"&by={report.by[0].key},{report.by[3].key}"]
    )
    for way in ways:
        period = "2026-11" if report.source.is_ledger else "2026-10"
        place = "/reports" if report.is_of_house else "/c/C0001"
        address = f"{place}/{report.key}.{{}}?period={period}{way}"
        told = json.loads(fetched(clients[who], address.format("json")))
        found = Back(fetched(clients[who], address.format("pdf")))
        printed = {label.removesuffix(" USD"): place for place, label in enumerate(found.head())}
        lines = [line for line in found.rows() if not line[0].startswith("Subtotal")]
        wanted = [record for part in SETS for record in told[part]]
        if told.get("subtotals"):  # what a group's rows miss stands before its subtotal
            wanted = [*told["rows"], *told["totals"]]
            lines = [line for line in lines if line[0] != "Rounding"]
        assert len(lines) == len(wanted), address
        for line, record in zip(lines, wanted, strict=True):
            for column in told["columns"]:
                cell, value = printed.get(column["label"]), record.get(column["key"])
                if cell is not None and column["kind"] in {"money", "quantity"} and value is not None:
                    assert plain(line[cell]) == Decimal(value), (address, column["key"])
                elif cell and column["kind"] in {"label", "unit", "text"}:
                    assert line[cell] == (value or ""), (address, column["key"])
        assert told["meta"]["id"] in found.reader.metadata.keywords
        assert told["meta"]["hash"] in found.reader.metadata.keywords


def test_the_file_is_named_by_its_result_and_fetched_twice_the_same(clients: dict[str, Client]) -> None:
    address = "/c/C0001/usage-to-cost.pdf?period=2026-10"
    response = clients["alice"].get(address)
    told = json.loads(fetched(clients["alice"], address.replace(".pdf", ".json")))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="usage-to-cost--{told["meta"]["id"]}.pdf"'
    first = b"".join(response.streaming_content)
    response.close()
    assert first == fetched(clients["dana"], address)


def test_the_page_offers_it_with_what_is_shown(clients: dict[str, Client]) -> None:
    page = clients["alice"].get("/c/C0001/usage-to-cost?period=2026-10").content.decode()
    assert "/c/C0001/usage-to-cost.pdf?period=2026-10&amp;by=service&amp;as_of=" in page
    assert ".pdf" not in clients["bob"].get("/c/C0001/usage-to-cost?period=2026-10").content.decode()


def test_invoices_print_what_a_payer_needs(clients: dict[str, Client]) -> None:
    """Of all that an invoice has, before its net, tax and gross."""
    head = Back(fetched(clients["alice"], "/c/C0001/invoices-and-payments.pdf")).head()
    assert [label.removesuffix(" USD") for label in head][:9] == [
        "Number",
        "Kind of entry",
        "Date",
        "Due",
        "Status",
        "Days overdue",
        "Amount",
        "Settled",
        "Balance",
    ]


def test_it_names_the_customer(house: "Portal", clients: dict[str, Client]) -> None:
    assert "Alpha (C0001)" in Back(fetched(clients["alice"], "/c/C0001/charges.pdf?period=2026-10")).pages[0]


def test_it_speaks_chinese_with_the_same_digits(clients: dict[str, Client]) -> None:
    address = "/c/C0001/usage-to-cost.pdf?period=2026-10"
    english = Back(fetched(clients["alice"], address))
    response = clients["alice"].get(address, headers={"Accept-Language": "zh-hans"})
    chinese = Back(b"".join(response.streaming_content))
    response.close()
    assert chinese.root["/Lang"].startswith("zh")
    assert "第 1 页，共" in chinese.pages[0]
    assert [line[1:] for line in chinese.rows()] == [line[1:] for line in english.rows()]
    assert (chinese.rows()[-1][0], english.rows()[-1][0]) == ("合计", "Total")
    assert chinese.reader.metadata.keywords == english.reader.metadata.keywords


def test_a_month_without_charges_is_said_on_paper(clients: dict[str, Client]) -> None:
    found = Back(fetched(clients["alice"], "/c/C0001/usage-to-cost.pdf?period=2025-01"))
    assert "Nothing matches" in found.text
    assert "Nothing has been published for Jan 2025" in found.text
