"""Month-to-date files replace one another per (account, cycle): the newest wins, a final bill beats them all."""

import shutil
from datetime import timedelta
from decimal import Decimal

import pytest

from crossfoot.access.rls import as_staff
from crossfoot.core.clock import now
from crossfoot.publish.models import EditionFile
from tests.portal import LIST_X_1, Portal, line
from tests.time.facts import (
    FINAL,
    blocks,
    buy_editions,
    editions,
    everything,
    lines,
    proved_total,
    publications,
    published_at,
    to_date,
)

ALPHA, BETA = "C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,,"


@pytest.fixture
def shop(portal: Portal) -> Portal:
    portal.customers(ALPHA, "C0001,Alpha,USD,acct-a2,,", BETA)
    portal.prices(LIST_X_1)
    return portal


def test_a_newer_file_replaces_the_accounts_that_it_carries(shop: Portal) -> None:
    first = [
        line("acct-a1", "2026-10-01", "10.00"),
        line("acct-a2", "2026-10-01", "0.25"),
        line("acct-b1", "2026-10-01", "5"),
    ]
    shop.ingest(shop.bill(to_date("20261002"), first))
    shop.publish()
    assert shop.total(shop.alice, period="2026-10") == "10.25"

    second = [line("acct-a1", "2026-10-01", "10.00"), line("acct-a1", "2026-10-02", "2.50")]
    shop.ingest(shop.bill(to_date("20261003"), second))
    [published] = shop.publish()

    assert shop.sums(shop.alice, "account", period="2026-10") == {"acct-a1": "12.50", "acct-a2": "0.25"}
    assert published.editions == (("C0001", 2, "open"),)
    assert (shop.total(shop.charlie, period="2026-10"), editions("C0002")) == ("5.00", [(1, "open")])


def test_an_older_file_that_arrives_after_a_newer_one_changes_nothing(shop: Portal) -> None:
    shop.ingest(shop.bill(to_date("20261005"), [line("acct-a1", "2026-10-04", "7.77")]))
    shop.publish()

    shop.ingest(shop.bill(to_date("20261004"), [line("acct-a1", "2026-10-03", "6.66")]))
    [published] = shop.publish()

    assert published.editions == ()
    assert shop.total(shop.alice, period="2026-10") == "7.77"
    assert editions("C0001") == [(1, "open")]


def test_a_file_pushed_twice_on_a_day_counts_by_receipt(shop: Portal) -> None:
    shop.ingest(shop.bill(to_date("20261005"), [line("acct-a1", "2026-10-04", "1.00")]))
    shop.ingest(shop.bill(to_date("20261005"), [line("acct-a1", "2026-10-04", "2.00")]))
    shop.publish()
    assert shop.total(shop.alice, period="2026-10") == "2.00"


def test_the_final_bill_beats_a_month_to_date_file_of_any_day(shop: Portal) -> None:
    shop.ingest(shop.bill(FINAL, [line("acct-a1", "2026-10-04", "8.00")]))
    shop.publish()

    shop.ingest(shop.bill(to_date("20261109"), [line("acct-a1", "2026-10-04", "9.00")]))
    [published] = shop.publish()

    assert (published.editions, shop.total(shop.alice, period="2026-10")) == ((), "8.00")
    assert editions("C0001") == [(1, "final")]


def test_a_final_bill_pushed_again_wins_by_receipt_and_its_older_form_does_not_come_back(shop: Portal) -> None:
    first = shop.bill(FINAL, [line("acct-a1", "2026-10-04", "8.00")])
    kept = shutil.copy(first, shop.inbox / "kept")
    shop.ingest(first)
    shop.publish()

    shop.ingest(shop.bill(FINAL, [line("acct-a1", "2026-10-04", "8.50")]))
    [published] = shop.publish()
    assert (published.editions, shop.total(shop.alice, period="2026-10")) == ((("C0001", 2, "final"),), "8.50")

    shutil.copy(kept, shop.inbox / FINAL)
    [receipt] = shop.ingest(shop.inbox / FINAL)
    assert not receipt.is_new
    shop.publish()
    assert (shop.total(shop.alice, period="2026-10"), editions("C0001")) == ("8.50", [(1, "final"), (2, "final")])


def test_receipt_is_the_order_of_arrival_even_when_the_clock_was_set_back(
    shop: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.ingest(shop.bill(FINAL, [line("acct-a1", "2026-10-04", "8.00")]))
    monkeypatch.setattr("crossfoot.ingest.accept.now", lambda: now() - timedelta(hours=1))
    shop.ingest(shop.bill(FINAL, [line("acct-a1", "2026-10-04", "8.50")]))
    shop.publish()
    assert shop.total(shop.alice, period="2026-10") == "8.50"


def test_the_same_bytes_twice_change_nothing_anywhere(shop: Portal) -> None:
    bill = shop.bill(to_date("20261005"), [line("acct-a1", "2026-10-04", "1.10"), line("acct-b1", "2026-10-04", "2")])
    [first] = shop.ingest(bill)
    shop.publish()
    before = everything(shop.home)

    [again] = shop.ingest(bill)
    [elsewhere] = shop.ingest(shutil.copy(bill, shop.inbox / to_date("20261006")))
    results = [*shop.publish(), *shop.publish()]

    assert (first.is_new, again.is_new, elsewhere.is_new) == (True, False, False)
    assert (again.sha256, again.rows, again.totals) == (first.sha256, first.rows, first.totals)
    assert again.totals == {
        "USD": {"rows": "2", "list_cost": "3.10000000", "amount": "3.10000000", "settlement_amount": None}
    }
    assert [r.editions for r in results] == [(), ()]
    assert everything(shop.home) == before


def test_a_bill_that_bore_the_name_of_another_month_is_read_again_under_its_own(shop: Portal) -> None:
    wrong = shop.bill("customerBill_202611.tar.gz", [line("acct-a1", "2026-10-04", "1.10")])
    [receipt] = shop.ingest(wrong)
    [found] = receipt.findings
    assert (receipt.rows, found.column, found.value) == (0, "Billing Cycle", "2026-10")
    assert [p.blocked for p in shop.publish()] == [("C0001",)]

    [again] = shop.ingest(wrong.rename(shop.inbox / FINAL))
    assert (again.name, again.sha256, again.is_new, again.rows, again.findings) == (FINAL, receipt.sha256, True, 1, ())
    shop.publish()
    assert (shop.total(shop.alice, period="2026-10"), editions("C0001")) == ("1.10", [(1, "final")])
    assert (editions("C0001", "2026-11"), [b.check for b in blocks(shop, "C0001", "2026-11")]) == ([], [])


def test_the_same_lines_in_another_order_and_another_file_make_no_edition(shop: Portal) -> None:
    # Three lines alike in all that names a charge; they differ in what a charge says, in every way that may be told.
    lines = [
        line("acct-a1", "2026-10-04", "1.10", trade_time="2026-10-04 08:00:00 GMT+08:00"),
        line("acct-a1", "2026-10-04", "1.10", trade_time="2026-10-04 09:00:00 GMT+08:00", settlement_amount="1.01"),
        line("acct-a1", "2026-10-04", "1.10", product_spec_desc="8 vCPUs", region_name="Dublin", usage_unit="hour"),
        line("acct-a1", "2026-10-05", "0.30", resource_id="i-1"),
        line("acct-a2", "2026-10-05", "0.40", resource_id="i-2", resource_tag="team:blue;"),
    ]
    shop.ingest(shop.bill(to_date("20261006"), lines))
    shop.publish()
    written = set(everything(shop.home))

    for number, order in enumerate(([4, 3, 2, 1, 0], [1, 0, 2, 4, 3], [2, 0, 1, 3, 4]), start=7):
        bill = shop.bill(to_date(f"202610{number:02}"), [lines[i] for i in order], member=f"another_{number}.csv")
        [receipt] = shop.ingest(bill)
        assert receipt.is_new
        [published] = shop.publish()
        assert published.editions == (), order

    assert (editions("C0001"), buy_editions("C0001"), publications()) == ([(1, "open")], [(1, 5)], 1)
    fresh = set(everything(shop.home)) - written
    assert {path.split("/")[0] for path in fresh} == {"landed", "accepted"}, "the lake got a file that nobody needs"


def test_a_large_month_is_kept_by_day_and_reads_as_one(shop: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossfoot.publish.shelves.ROW_GROUP", 3)
    first = [line("acct-a1", f"2026-10-{day:02}", f"{day}.001") for day in (5, 3, 4, 1, 2)]
    shop.ingest(shop.bill(to_date("20261006"), first))
    shop.publish()
    late = line("acct-a1", "2026-10-03", "0.50", resource_id="late")
    shop.ingest(shop.bill(to_date("20261007"), [late, *first]))
    shop.publish()
    shop.ingest(shop.bill(FINAL, [*first, late]))
    shop.publish()

    with as_staff():
        parts = list(EditionFile.objects.filter(tree="charges").order_by("edition__number", "part").values_list("rows"))
    # Five days, then a line more on the third, then the rounding (15.505 -> 15.51) on the last day of the month.
    assert [rows for (rows,) in parts] == [1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 2, 1, 1, 1]
    assert proved_total(shop, shop.alice, "C0001") == Decimal("15.51")
    told = [(row["bill_date"], row["billed_cost"]) for row in lines(shop, shop.alice, period="2026-10")]
    assert [day for day, _ in told] == sorted(day for day, _ in told)
    assert ("2026-10-31", "0.00500000") in told
    at = published_at("C0001", 1)
    assert shop.total(shop.alice, period="2026-10", digits="exact", as_of=at) == "15.00500000"
