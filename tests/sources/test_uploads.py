"""Files of any make through a saved column map: Partner Center's export in two languages, a small shop's CSV, and dirt."""

import json

import pytest

from crossfoot.access.rls import as_staff
from crossfoot.core.errors import BadRequest
from crossfoot.ingest.maps import get_map, save_map
from crossfoot.ingest.models import Batch
from crossfoot.ingest.receive import preview
from crossfoot.reconcile import reconcile
from crossfoot.sources.column_map import read_map
from crossfoot.sources.upload_files import find_upload
from tests.portal import ACTOR
from tests.sources.desk import Desk
from tests.sources.partner import (
    CHINESE,
    ENGLISH,
    NEXT,
    OCTOBER,
    block_of,
    csv_file,
    proposed,
    rows_in,
    take_in,
    xlsx_file,
)
from tests.time.facts import editions


@pytest.mark.parametrize("language", [0, 1], ids=["en", "zh"])
@pytest.mark.parametrize("kind", ["csv", "gb18030.csv", "xlsx"])
def test_partner_centers_export_is_read_by_the_proposed_map(desk: Desk, language: int, kind: str) -> None:
    rows = [[ENGLISH, CHINESE][language], *rows_in(language)]
    path = desk.portal.inbox / f"ConsumedProductDetails.{kind}"
    if kind == "xlsx":
        xlsx_file(path, rows)
    else:
        csv_file(path, rows, encoding="gb18030" if kind.startswith("gb") else "utf-8")
    utf8 = path if not kind.startswith("gb") else csv_file(desk.portal.inbox / "utf8.csv", rows)
    receipt = take_in(desk, path, proposed(desk, utf8))
    assert receipt.is_clean, receipt.findings
    assert receipt.totals["USD"] == {
        "rows": "4", "list_cost": "51.00500000", "amount": None, "settlement_amount": "38.25000000"
    }  # fmt: skip
    desk.portal.publish()
    assert editions("C0001", OCTOBER) == [(1, "final")]
    # 9.0045 + 54 - 18 = 45.0045, closed at 45.00
    assert desk.portal.total(desk.portal.alice, period=OCTOBER, digits="exact") == "45.00000000"
    assert desk.portal.total(desk.portal.charlie, period=OCTOBER) == "0.90"
    assert reconcile(desk.portal.home).is_clean


def test_the_map_lands_with_the_file_and_a_better_map_reads_it_anew(desk: Desk) -> None:
    """First the wrong column is taken for the list price; the same bytes under the right map replace what that gave."""
    path = csv_file(desk.portal.inbox / "export.csv", [ENGLISH, *rows_in(0)])
    right = proposed(desk, path)
    wrong = read_map(
        right.as_json()
        | {"columns": right.as_json()["columns"] | {"official_amount": ENGLISH[8], "settlement_amount": ENGLISH[7]}}
    )
    first, second, again = (take_in(desk, path, columns) for columns in (wrong, right, right))
    assert (first.is_new, second.is_new, again.is_new) == (True, True, False)
    assert first.sha256 != second.sha256
    desk.portal.publish()
    assert desk.portal.total(desk.portal.charlie, period=OCTOBER) == "0.90"
    assert reconcile(desk.portal.home).is_clean


def test_lines_that_a_better_map_moves_to_another_month_leave_the_one_they_were_in(desk: Desk) -> None:
    """04/10 is the 10th of April to one map and the 4th of October to the other; the line counts once."""
    path = csv_file(desk.portal.inbox / "x.csv", [["A", "D", "P"], ["acct-a1", "04/10/2026", "10"]])
    body = {
        "columns": {"customer_id": "A", "bill_date": "D", "official_amount": "P"},
        "constants": {"bill_type": "5", "currency": "USD"},
    }
    take_in(desk, path, read_map(body | {"dates": "mdy"}))
    desk.portal.publish()
    assert desk.portal.total(desk.portal.alice, period="2026-04") == "9.00"
    take_in(desk, path, read_map(body | {"dates": "dmy"}))
    desk.portal.publish()
    assert desk.portal.total(desk.portal.alice, period="2026-04..2026-10") == "9.00"
    assert desk.portal.sums(desk.portal.alice, "day", period="2026-04..2026-10") == {"2026-10-04": "9.00"}
    assert reconcile(desk.portal.home).is_clean


def test_a_preview_shows_ten_rows_and_the_totals_and_accepts_nothing(desk: Desk) -> None:
    path = csv_file(desk.portal.inbox / "export.csv", [ENGLISH, *rows_in(0) * 5])
    shown = preview(find_upload(path, proposed(desk, path), NEXT), desk.portal.home)
    assert [row["source_record"] for row in shown.rows] == [str(n) for n in range(1, 11)]
    assert (shown.rows[1]["bill_type"], shown.rows[1]["list_cost"]) == ("1", "60.00000000")
    assert shown.reading.totals["USD"]["list_cost"] == "255.02500000"
    with as_staff():
        assert Batch.objects.count() == 0
    assert list(desk.portal.home.accepted.iterdir()) == []


def test_a_small_shops_file_with_decimal_commas_and_days_first(desk: Desk) -> None:
    """1.234,56 + 0,44 = 1235.00 of list, at 90 % 1111.50; the month and the currency are constants."""
    rows = [["Kunde", "Tag", "Betrag"], ["acct-a1", "3.10.2026", "1.234,56"], ["acct-a1", "31.10.2026", "0,44"]]
    path = csv_file(desk.portal.inbox / "shop.csv", rows, delimiter=";")
    columns = read_map(
        {
            "columns": {"customer_id": "Kunde", "bill_date": "Tag", "official_amount": "Betrag"},
            "constants": {"bill_type": "5", "currency": "USD", "cycle": OCTOBER},
            "decimal": ",", "thousands": ".", "dates": "dmy", "delimiter": ";",
        }
    )  # fmt: skip
    assert take_in(desk, path, columns).is_clean
    desk.portal.publish()
    assert desk.portal.sums(desk.portal.alice, "day", period=OCTOBER) == {"2026-10-03": "1111.10", "2026-10-31": "0.40"}
    assert reconcile(desk.portal.home).is_clean


def test_days_that_an_upload_already_brought_count_once(desk: Desk) -> None:
    path = csv_file(desk.portal.inbox / "export.csv", [ENGLISH, *rows_in(0)])
    longer = csv_file(
        desk.portal.inbox / "longer.csv", [ENGLISH, *rows_in(0), [*rows_in(0)[3][:1], "2026-10-06", *rows_in(0)[3][2:]]]
    )
    columns = proposed(desk, path)
    for file in (path, longer):
        assert take_in(desk, file, columns).is_clean
    desk.portal.publish()
    assert desk.portal.total(desk.portal.charlie, period=OCTOBER) == "1.80"


CELLS = {
    "a thousands sign that the map does not name": ("1,234.50", "an amount written as the map says, such as 1234.56"),
    "an amount in brackets": ("(12.00)", "an amount written as the map says, such as 1234.56"),
    "a percentage": ("12%", "an amount written as the map says, such as 1234.56"),
    "full-width digits": ("１２", "an amount written as the map says, such as 1234.56"),
    "a word": ("n/a", "an amount written as the map says, such as 1234.56"),
}


@pytest.mark.parametrize("kind", CELLS)
def test_an_amount_that_cannot_be_read_is_named_with_its_record(desk: Desk, kind: str) -> None:
    value, wanted = CELLS[kind]
    rows = rows_in(0)
    rows[1][7] = value
    receipt = take_in(
        desk,
        csv_file(desk.portal.inbox / "x.csv", [ENGLISH, *rows]),
        proposed(desk, csv_file(desk.portal.inbox / "ok.csv", [ENGLISH])),
    )
    block = block_of(receipt)
    assert (block.account, block.file, block.record, block.column, block.value) == (
        "acct-a1",
        "x.csv",
        2,
        ENGLISH[7],
        value,
    )
    assert wanted in block.message


def test_an_unknown_word_blocks_the_month_and_is_named(desk: Desk) -> None:
    rows = rows_in(0)
    rows[3][2] = "Gift"
    path = csv_file(desk.portal.inbox / "export.csv", [ENGLISH, *rows])
    assert take_in(desk, path, proposed(desk, path)).is_clean
    published = desk.portal.publish()
    assert published[0].blocked == ("C0002",)
    assert [f.value for f in published[0].findings if f.is_block] == ["Gift / Pay-per-use"]


MAPS = {
    "no object": ([], "A column map is a JSON object"),
    "a part that is none": ({"colums": {}}, "has no part 'colums'"),
    "a key that is none": ({"columns": {"price": "Price"}}, "fills no key 'price'"),
    "nothing": ({}, "says nothing of"),
    "a month that is none": (
        {
            "columns": {"bill_date": "D", "customer_id": "C", "bill_type": "B", "official_amount": "P"},
            "constants": {"currency": "USD", "cycle": "2026-13"},
        },
        "The month '2026-13' cannot be read",
    ),
    "a currency that is none": (
        {
            "columns": {"bill_date": "D", "customer_id": "C", "bill_type": "B", "official_amount": "P"},
            "constants": {"currency": "BTC"},
        },
        "The currency 'BTC' is not one of ISO 4217",
    ),
    "one sign for two things": (
        {
            "columns": {"bill_date": "D", "customer_id": "C", "bill_type": "B", "official_amount": "P"},
            "constants": {"currency": "USD"},
            "decimal": ",",
            "thousands": ",",
        },
        "cannot be the same",
    ),
}


@pytest.mark.parametrize("kind", MAPS)
def test_a_map_that_cannot_be_right_is_refused_in_a_sentence(kind: str) -> None:
    body, says = MAPS[kind]
    with pytest.raises(BadRequest, match=says):
        read_map(json.loads(json.dumps(body)))


def test_a_map_is_saved_in_versions_and_the_same_again_changes_nothing(desk: Desk) -> None:
    path = csv_file(desk.portal.inbox / "export.csv", [ENGLISH])
    first = proposed(desk, path)
    second = read_map(first.as_json() | {"is_final": True})
    assert [save_map("partner", columns, ACTOR).version for columns in (first, first, second)] == [1, 1, 2]
    assert get_map("partner").columns == second


def test_a_file_that_is_not_for_the_map_is_refused(desk: Desk) -> None:
    columns = proposed(desk, csv_file(desk.portal.inbox / "export.csv", [ENGLISH]))
    receipt = take_in(desk, csv_file(desk.portal.inbox / "other.csv", [["A", "B"], ["1", "2"]]), columns)
    assert block_of(receipt).message.startswith("The column map takes ")
    doubled = take_in(desk, csv_file(desk.portal.inbox / "doubled.csv", [[*ENGLISH, ENGLISH[0]]]), columns)
    assert block_of(doubled).message.endswith("'Customer ID', which the file has twice.")
