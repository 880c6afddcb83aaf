"""Exports as files: parts of one export, several months in one, older after newer, and what is refused in a sentence."""

import gzip
from datetime import date

import pytest

from crossfoot.core.clock import instant, today
from crossfoot.render.screen import provenance
from crossfoot.sources.focus_files import find_exports
from tests.sources.desk import Desk
from tests.sources.focus import write_export
from tests.time.facts import editions

SEPTEMBER = "2026-09"
CLOSED = date(2026, 10, 6)


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["focus_1.csv", "focus_2.csv"], ["focus.tar"]),
        (["focus-part-00000.parquet", "focus-part-00001.parquet"], ["focus.tar"]),
        (["0.csv", "1.csv", "2.csv"], ["inbox.tar"]),
        (["focus_20260901.csv", "focus_20260902.csv"], ["focus_20260901.csv", "focus_20260902.csv"]),
        (["focus_2.csv", "focus_3.csv"], ["focus_2.csv", "focus_3.csv"]),
        (["focus_1.csv", "focus_2.parquet"], ["focus_1.csv", "focus_2.parquet"]),
        (["notes.txt", "focus.csv"], ["focus.csv"]),
    ],
)
def test_files_numbered_from_the_first_to_the_last_are_one_export(tmp_path, names, wanted) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"")
    assert [found.name for found in find_exports(folder, today())] == wanted


def test_parts_count_once_each_and_records_are_those_of_the_part(desk: Desk) -> None:
    folder = desk.portal.inbox / "export"
    folder.mkdir()
    for number, cost in ((1, "1"), (2, "2")):
        write_export(folder / f"focus_{number}.csv", [{"ListCost": cost}, {"ListCost": cost}])
    [receipt] = desk.ingest(folder, CLOSED)
    [again] = desk.ingest(folder, CLOSED)
    assert (receipt.name, receipt.rows, receipt.is_new, again.is_new) == ("focus.tar", 4, True, False)
    desk.portal.publish()
    lines = desk.portal.table("charges", desk.portal.alice, period=SEPTEMBER).rows()
    found = sorted((r["source_file"], r["source_record"], r["list_cost"]) for r in lines)
    assert found == [
        ("focus_1.csv", "1", "1.00000000"), ("focus_1.csv", "2", "1.00000000"),
        ("focus_2.csv", "1", "2.00000000"), ("focus_2.csv", "2", "2.00000000"),
    ]  # fmt: skip


def test_one_export_of_three_months_is_three_months(desk: Desk) -> None:
    months = ("2026-08", "2026-09", "2026-10")
    lines = [
        {
            "BillingPeriodStart": f"{m}-01",
            "ChargePeriodStart": f"{m}-02",
            "ChargePeriodEnd": f"{m}-03",
            "ListCost": str(n),
        }
        for n, m in enumerate(months, start=1)
    ]
    path = write_export(desk.portal.inbox / "export.csv", lines)
    desk.ingest(path, date(2026, 10, 20))
    desk.portal.publish()
    assert [editions("C0001", m) for m in months] == [[(1, "final")], [(1, "final")], [(1, "open")]]
    assert [desk.portal.total(desk.portal.alice, period=m) for m in months] == ["0.90", "1.80", "2.70"]


def test_an_export_that_knows_fewer_days_does_not_replace_one_that_knows_more(desk: Desk) -> None:
    def export(name: str, *days: int):
        return write_export(
            desk.portal.inbox / name, [{"ChargePeriodStart": f"2026-09-{d:02}T01:00:00Z"} for d in days]
        )

    newer, older = export("newer.csv", 3, 4), export("older.csv", 3)
    desk.ingest(newer, date(2026, 9, 20))
    [receipt] = desk.ingest(older, date(2026, 9, 21))
    [note] = receipt.findings
    assert (note.check, note.account) == ("older-file", "acct-a1")
    assert note.message == "It is older than newer.csv, whose 2 lines of this account's month stay in force."
    desk.portal.publish()
    assert desk.portal.total(desk.portal.alice, period=SEPTEMBER) == "18.00"


def test_overlapping_exports_count_once_and_fewer_lines_are_said(desk: Desk) -> None:
    [first] = desk.ingest(write_export(desk.portal.inbox / "a.csv", [{}, {}, {"SubAccountId": "acct-b1"}]), CLOSED)
    [second] = desk.ingest(write_export(desk.portal.inbox / "b.csv", [{"ListCost": "7"}]), CLOSED)
    assert first.findings == ()
    [note] = second.findings
    assert note.message == "It has 1 lines of this account's month, where a.csv had 2; it replaces them all."
    desk.portal.publish()
    assert desk.portal.total(desk.portal.alice, period=SEPTEMBER) == "6.30"
    assert desk.portal.total(desk.portal.charlie, period=SEPTEMBER) == "9.00"


def test_a_packed_export_is_read_and_a_cut_one_refused(desk: Desk) -> None:
    path = write_export(desk.portal.inbox / "export.csv", [{}])
    packed = desk.portal.inbox / "export.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes())[:-4])
    [cut] = desk.ingest(packed, CLOSED)
    assert not cut.is_accepted
    assert cut.findings[0].message.startswith("The file is cut or altered (")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    [whole] = desk.ingest(packed, CLOSED)
    assert (whole.is_accepted, whole.rows) == (True, 1)


CELLS = {
    "BillingPeriodStart": ("2026-09-15T00:00:00Z", "the start of a month, such as"),
    "ChargePeriodStart": ("2026-09-03T10:00:00+08:00", "a time in UTC such as"),
    "ChargePeriodEnd": ("tomorrow", "a time in UTC such as"),
    "ListCost": ("1,234.50", "an amount such as 12.34 or 1E-7"),
    "BilledCost": ("+3", "an amount such as 12.34 or 1E-7"),
    "EffectiveCost": ("35.2E+7", "an amount such as 12.34 or 1E-7"),
    "BillingCurrency": ("", "a currency such as USD"),
    "ConsumedQuantity": ("１２", "a quantity with at most 10 decimals"),
}


@pytest.mark.parametrize("column", CELLS)
def test_a_cell_that_cannot_be_read_refuses_its_account_and_no_other(desk: Desk, column: str) -> None:
    value, wanted = CELLS[column]
    lines = [{"SubAccountId": "acct-b1", column: "1" if column == "EffectiveCost" else ""} | {}, {}, {column: value}]
    if column != "EffectiveCost":
        lines[0].pop(column)
    [receipt] = desk.ingest(write_export(desk.portal.inbox / "export.csv", lines), CLOSED)
    [block] = [f for f in receipt.findings if f.is_block]
    assert (block.account, block.file, block.record, block.column, block.value) == (
        "acct-a1", "export.csv", 3, column, value
    )  # fmt: skip
    assert wanted in block.message
    assert block.next_step.startswith("Ask whoever made the export")
    desk.portal.publish()
    assert (editions("C0001", SEPTEMBER), editions("C0002", SEPTEMBER)) == ([], [(1, "final")])


def test_what_is_no_export_is_refused_by_what_it_lacks(desk: Desk) -> None:
    path = write_export(
        desk.portal.inbox / "export.csv", [{}], without=["ListCost", "SubAccountId", "BillingAccountId"]
    )
    [receipt] = desk.ingest(path, CLOSED)
    [block] = receipt.findings
    assert block.message == "As an export in FOCUS it lacks the columns ListCost, SubAccountId or BillingAccountId."
    broken = desk.portal.inbox / "broken.parquet"
    broken.write_bytes(b"PAR1 nothing of the kind PAR1")
    [receipt] = desk.ingest(broken, CLOSED)
    assert receipt.findings[0].message.startswith("It is not Parquet (")


def test_a_page_names_the_zone_in_which_the_export_cuts_its_days(desk: Desk) -> None:
    """The same instant, 16:30 UTC of the 30th, is of September where days are cut in UTC, of October in GMT+08:00."""
    at = {"ChargePeriodStart": "2026-09-30T16:30:00Z", "ChargePeriodEnd": "2026-09-30T17:30:00Z"}
    lines = [
        {"BillingPeriodStart": "2026-09-01T00:00:00Z", **at},
        {"BillingPeriodStart": "2026-09-30T16:00:00Z", "SubAccountId": "acct-b1", **at},
    ]
    desk.ingest(write_export(desk.portal.inbox / "export.csv", lines), date(2026, 11, 6))
    desk.portal.publish()
    in_utc = desk.portal.table("usage-to-cost", desk.portal.alice, period=SEPTEMBER, by=["day"])
    in_gmt8 = desk.portal.table("usage-to-cost", desk.portal.dana, "C0002", period="2026-10", by=["day"])
    assert [row["day"] for row in in_utc.rows()] == ["2026-09-30"]
    assert [row["day"] for row in in_gmt8.rows()] == ["2026-10-01"]
    assert (in_utc.meta.time_zone, instant(in_utc.meta.data_through)) == ("UTC", "2026-10-01T00:00:00Z")
    assert (in_gmt8.meta.time_zone, instant(in_gmt8.meta.data_through)) == ("GMT+08:00", "2026-10-31T16:00:00Z")
    assert "UTC · USD, before tax · data through 30 Sep 2026 24:00" in provenance(in_utc)
    assert "GMT+08:00 · USD, before tax · data through 31 Oct 2026 24:00" in provenance(in_gmt8)
