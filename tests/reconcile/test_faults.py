"""What the second opinion says when a byte, a digit or an owner is not what it should be."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import F

from crossfoot.access.rls import as_staff
from crossfoot.core.ids import sha256_hex
from crossfoot.ingest.models import Batch
from crossfoot.publish.models import BuyEdition, Edition, EditionFile, EditionTotal
from crossfoot.reconcile import reconcile
from tests.portal import LIST_X_1, Portal, line

SEPTEMBER, OCTOBER = "customerBill_202609.tar.gz", "customerBill_202610.tar.gz"


@pytest.fixture
def house(portal: Portal) -> Portal:
    """Two customers, two closed months; in October C0001 gives back an order of September."""
    portal.prices(LIST_X_1)
    portal.customers("C0001,A,USD,acct-1,,", "C0002,B,USD,acct-2,,")
    order = line("acct-1", "2026-09-03", "30", bill_type="1", order_id="O1")
    refund = line("acct-1", "2026-10-04", "-10", bill_type="4", original_order_id="O1")
    other = {"settlement_amount": "1.5", "cloud_service_type_name": "Elastic IP"}
    portal.ingest(portal.bill(SEPTEMBER, [order, line("acct-2", "2026-09-03", "2", **other)]))
    portal.ingest(portal.bill(OCTOBER, [refund, line("acct-2", "2026-10-31", "2.005", **other)]))
    portal.publish()
    return portal


def flip(path: Path) -> None:
    """Turn one bit in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def landed(house: Portal, name: str) -> Path:
    [receipt] = house.ingest(house.inbox / name)
    return house.home.landed / f"{receipt.sha256}.tar.gz"


def pairs(outcome) -> dict[tuple[str, str, str], Decimal]:
    return {(one.customer, one.cycle, one.ledger): one.residual for one in outcome.residuals}


def test_an_untouched_house_is_clean_and_every_pair_is_listed(house):
    outcome = reconcile(house.home)
    assert outcome.is_clean, list(outcome.lines())
    months = [(customer, cycle) for cycle in ("2026-09", "2026-10") for customer in ("C0001", "C0002")]
    assert set(pairs(outcome)) == {(*month, ledger) for month in months for ledger in ("list", "sell", "buy")}
    assert {one.derived for one in outcome.residuals if one.customer == "C0002" and one.cycle == "2026-10"} == {
        Decimal("2.005"), Decimal("2.01"), Decimal("1.5"),
    }  # fmt: skip


def test_a_flipped_bit_in_a_landed_bill_names_it_and_whom_it_touches(house):
    path = landed(house, OCTOBER)
    flip(path)
    outcome = reconcile(house.home)
    assert list(outcome.faults) == [
        (
            f"The landed file {OCTOBER} ({path.name}) was altered: it touches C0001, C0002 of 2026-10. "
            "Restore it from the backup."
        )
    ]
    assert {cycle for _, cycle, _ in pairs(outcome)} == {"2026-09"}
    assert {(m.customer, m.cycle) for m in outcome.not_compared} == {("C0001", "2026-10"), ("C0002", "2026-10")}
    assert not any(pairs(outcome).values())


def test_without_the_bill_of_the_order_a_later_refund_is_not_compared(house):
    path = landed(house, SEPTEMBER)
    path.unlink()
    outcome = reconcile(house.home)
    assert list(outcome.faults) == [
        (
            f"The landed file {SEPTEMBER} ({path.name}) is missing: it touches C0001, C0002 of 2026-09. "
            "Restore it from the backup."
        )
    ]
    assert set(pairs(outcome)) == {("C0002", "2026-10", ledger) for ledger in ("list", "sell", "buy")}


@pytest.mark.parametrize("tree", ["charges", "daily", "buy"])
def test_a_flipped_bit_in_a_published_file_names_it_and_its_customer(house, tree):
    with as_staff():
        if tree == "buy":
            path = BuyEdition.objects.get(customer_key="C0002", cycle="2026-10").path
        else:
            path = EditionFile.objects.get(customer_id="C0002", edition__cycle="2026-10", tree=tree).path
    flip(Path(house.home.lake) / path)
    outcome = reconcile(house.home)
    assert outcome.faults == (f"The published file {path} of C0002 2026-10 was altered. Restore it from the backup.",)
    assert len(pairs(outcome)) == 12
    assert not any(pairs(outcome).values())


def test_one_unit_of_the_last_digit_is_a_residual(house):
    with as_staff():
        EditionTotal.objects.filter(edition__cycle="2026-10", customer_id="C0002", service="Elastic IP").update(
            billed_cost=F("billed_cost") + Decimal("0.00000001")
        )
    outcome = reconcile(house.home)
    assert {key: residual for key, residual in pairs(outcome).items() if residual} == {
        ("C0002", "2026-10", "sell"): Decimal("0.00000001")
    }
    [fault] = outcome.faults
    assert "Elastic IP (Usage, USD) has 1 lines, List 2.00500000, Sell 2.00500001 published" in fault
    assert "1 lines, List 2.00500000, Sell 2.00500000 by the landed bills" in fault


def test_right_totals_under_a_wrong_service_are_a_fault(house):
    with as_staff():
        EditionTotal.objects.filter(edition__cycle="2026-09", customer_id="C0002").update(
            service="Elastic Cloud Server"
        )
    outcome = reconcile(house.home)
    assert not any(pairs(outcome).values())
    [fault] = outcome.faults
    assert fault.startswith("C0002 2026-09: Elastic Cloud Server (Usage, USD) has 1 lines, List 2.00000000")
    assert "nothing by the landed bills (2 differences in all)." in fault


def test_a_wrong_buy_is_a_residual_and_a_wrong_count_of_unknown_lines_a_fault(house):
    with as_staff():
        for buy in BuyEdition.objects.filter(cycle="2026-09"):
            buy.totals = {"USD": {"settlement_amount": "1.4", "unknown": 0}}
            buy.save()
    outcome = reconcile(house.home)
    assert pairs(outcome)["C0002", "2026-09", "buy"] == Decimal("-0.1")
    said = "0 lines in USD are said to have no settlement amount, and 1 have none in the landed bills."
    assert any(f"C0001 2026-09: {said}" in fault for fault in outcome.faults)


def test_files_that_hold_another_months_lines_are_a_fault(house):
    """As if a publisher had mixed up two customers and hashed what it wrote."""
    with as_staff():
        mine = EditionFile.objects.get(customer_id="C0001", edition__cycle="2026-09", tree="charges")
        others = EditionFile.objects.get(customer_id="C0002", edition__cycle="2026-09", tree="charges")
        shutil.copy(Path(house.home.lake) / others.path, Path(house.home.lake) / mine.path)
        EditionFile.objects.filter(pk=mine.pk).update(sha256=others.sha256)
    outcome = reconcile(house.home)
    assert outcome.faults == (
        "C0001 2026-09, files of charges: they hold lines of C0002. Hold the month back and tell Crossfoot.",
    )


def test_what_changed_since_is_not_compared_and_no_error(house):
    house.prices("R1,2020-01-01,,C0001,,list_pct,90", "R2,2020-01-01,,C0002,,list_pct,80")
    house.publish("2026-09")
    outcome = reconcile(house.home)
    assert outcome.is_clean
    assert {(m.customer, m.cycle) for m in outcome.not_compared} == {("C0001", "2026-10"), ("C0002", "2026-10")}
    assert all("changed since it was published" in month.reason for month in outcome.not_compared)
    house.publish()
    assert not reconcile(house.home).not_compared


def test_what_is_blocked_or_was_never_published_is_not_compared(house):
    strange = line("acct-2", "2026-10-31", "2", bill_type="77")
    house.ingest(house.bill("customerBill_202610.tar.gz", [strange]))
    house.ingest(house.bill("customerBill_202611.tar.gz", [line("acct-1", "2026-11-03", "2")]))
    house.publish("2026-10")
    outcome = reconcile(house.home)
    assert outcome.is_clean, list(outcome.lines())
    reasons = {(m.customer, m.cycle): m.reason for m in outcome.not_compared}
    assert set(reasons) == {("C0002", "2026-10"), ("C0001", "2026-11")}
    assert "blocked by a finding" in reasons["C0002", "2026-10"]
    assert "not been published yet" in reasons["C0001", "2026-11"]


def test_an_account_that_stands_in_two_newest_editions_is_sold_twice(house):
    """Made by hand: C0001's edition is given the file of C0002."""
    with as_staff():
        for tree in ("charges", "daily"):
            others = EditionFile.objects.get(customer_id="C0002", edition__cycle="2026-09", tree=tree)
            EditionFile.objects.filter(customer_id="C0001", edition__cycle="2026-09", tree=tree).update(
                path=others.path, sha256=others.sha256
            )
    [*_, fault] = reconcile(house.home).faults
    assert fault.startswith(
        "The lines of account acct-2 of 2026-09-03 (1 days in all) stand in the newest editions of C0001 and C0002 of 2026-09"
    )


def test_only_the_newest_edition_counts(house):
    with as_staff():
        before = Edition.objects.count()
    house.ingest(house.bill("customerBill_202610.tar.gz", [line("acct-2", "2026-10-31", "7")]))
    house.publish()
    with as_staff():
        assert Edition.objects.count() == before + 1
    outcome = reconcile(house.home)
    assert outcome.is_clean, list(outcome.lines())
    assert {one.derived for one in outcome.residuals if one.customer == "C0002" and one.cycle == "2026-10"} == {0, 7}


def test_a_bill_that_only_ingest_could_read_is_named_and_the_rest_goes_on(house):
    """Made by hand: the archive is another one, and so is its name."""
    path = landed(house, OCTOBER)
    path.write_bytes(b"not an archive")
    sha256 = sha256_hex(path.read_bytes())
    path.rename(path.with_name(f"{sha256}.tar.gz"))
    with as_staff():
        Batch.objects.filter(name=OCTOBER).update(sha256=sha256)
    outcome = reconcile(house.home)
    [fault] = outcome.faults
    assert fault.startswith(f"The landed file {OCTOBER} ({sha256}.tar.gz) cannot be read (")
    assert fault.endswith("it touches C0001, C0002 of 2026-10. Ingest could read it: tell Crossfoot.")
    assert {cycle for _, cycle, _ in pairs(outcome)} == {"2026-09"}
