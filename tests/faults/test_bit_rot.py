"""A stored file that is not what was written: what needs it refuses with a sentence, and other customers go on (F4)."""

import os
from pathlib import Path

import pytest

from crossfoot.access.rls import as_staff
from crossfoot.core.errors import Altered
from crossfoot.ingest.accept import charges_path, landed_path
from crossfoot.ingest.models import Batch
from crossfoot.publish.models import BuyEdition, EditionFile
from crossfoot.reconcile import reconcile
from tests.portal import LIST_X_1, Portal, line
from tests.time.facts import FINAL, OCTOBER, blocks, close, editions, published_at, to_date

ALPHA, BETA = line("acct-a1", "2026-10-04", "10.00", settlement_amount="7"), line("acct-b1", "2026-10-04", "5.00")


@pytest.fixture
def shop(portal: Portal) -> Portal:
    """Two customers with a bill each, published: 10.00 and 5.00."""
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill(to_date("20261005"), [ALPHA]))
    portal.ingest(portal.bill(to_date("20261006"), [BETA]))
    portal.publish()
    assert _totals(portal) == ("10.00", "5.00")
    return portal


def _totals(shop: Portal) -> tuple[str | None, str | None]:
    return shop.total(shop.alice, period=OCTOBER), shop.total(shop.charlie, period=OCTOBER)


def _flip(path: Path) -> bytes:
    """Change one bit in place and keep the file's times, as a failing disk does. The bytes as they were."""
    data, stat = path.read_bytes(), path.stat()
    with path.open("r+b") as file:
        file.seek(len(data) // 2)
        file.write(bytes([data[len(data) // 2] ^ 1]))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    return data


def _lake(shop: Portal, customer: str, tree: str) -> Path:
    with as_staff():
        if tree == "buy":
            return Path(shop.home.lake) / BuyEdition.objects.get(customer_key=customer).path
        return Path(shop.home.lake) / EditionFile.objects.get(customer_id=customer, tree=tree).path


def _bill_of(account: str) -> Batch:
    with as_staff():
        return Batch.objects.get(slices__account_id=account)


@pytest.mark.parametrize(("tree", "report"), [("daily", "usage-to-cost"), ("charges", "charges")])
def test_a_published_file_that_rotted_refuses_its_month_and_no_other(shop: Portal, tree: str, report: str) -> None:
    shop.table(report, shop.alice, period=OCTOBER)  # it was read and found sound before
    path = _lake(shop, "C0001", tree)
    was = _flip(path)
    name = path.relative_to(shop.home.lake)

    for reader, customer in ((shop.alice, ""), (shop.dana, "C0001")):
        with pytest.raises(Altered) as refused:
            shop.table(report, reader, customer, period=OCTOBER)
        assert refused.value.sentence == (
            f"The published file {name} was altered after it was written: restore it from the backup."
        )
        assert (refused.value.exit_code, refused.value.status) == (6, 503)
    assert shop.total(shop.charlie, period=OCTOBER) == "5.00"

    path.write_bytes(was)
    assert _totals(shop) == ("10.00", "5.00")


def test_a_published_file_that_is_gone_refuses_its_month_and_no_other(shop: Portal) -> None:
    path = _lake(shop, "C0001", "daily")
    path.unlink()
    with pytest.raises(Altered, match=r"is missing: restore it from the backup\.$"):
        shop.total(shop.alice, period=OCTOBER)
    assert shop.total(shop.charlie, period=OCTOBER) == "5.00"


@pytest.mark.parametrize("tree", ["daily", "charges"])
def test_another_customers_file_put_in_its_place_shows_nothing_of_the_other(shop: Portal, tree: str) -> None:
    report = {"daily": "usage-to-cost", "charges": "charges"}[tree]
    one, two = _lake(shop, "C0001", tree), _lake(shop, "C0002", tree)
    swap = one.with_name("swap")
    one.rename(swap)
    two.rename(one)
    swap.rename(two)
    for reader in (shop.alice, shop.charlie):
        with pytest.raises(Altered) as refused:
            shop.table(report, reader, period=OCTOBER)
        assert "was altered after it was written" in refused.value.sentence
    assert "C0002" not in _sentence(shop, shop.alice, report)
    assert "C0001" not in _sentence(shop, shop.charlie, report)


def _sentence(shop: Portal, reader: object, report: str) -> str:
    with pytest.raises(Altered) as refused:
        shop.table(report, reader, period=OCTOBER)  # type: ignore[arg-type]
    return refused.value.sentence


def test_a_correction_after_the_rot_is_published_and_read_while_the_old_edition_stays_refused(shop: Portal) -> None:
    first = published_at("C0001", 1)
    _flip(_lake(shop, "C0001", "daily"))
    _flip(_lake(shop, "C0001", "charges"))
    shop.ingest(shop.bill(to_date("20261007"), [ALPHA, line("acct-a1", "2026-10-06", "0.50")]))
    [published] = shop.publish()
    assert (published.editions, _totals(shop)) == ((("C0001", 2, "open"),), ("10.50", "5.00"))
    with pytest.raises(Altered):
        shop.total(shop.alice, period=OCTOBER, as_of=first)


@pytest.mark.parametrize("fault", ["altered", "missing"])
def test_accepted_charges_that_rotted_block_their_customer_until_the_bill_is_ingested_again(
    shop: Portal, fault: str
) -> None:
    bill = _bill_of("acct-a1")
    path = charges_path(shop.home, bill.sha256)
    _flip(path) if fault == "altered" else path.unlink()
    shop.prices(LIST_X_1, "R2,2020-01-01,,,,refund_pct,100")  # every month is to be priced anew

    [published] = shop.publish()
    assert (published.blocked, published.editions) == (("C0001",), ())
    [block] = blocks(shop, "C0001")
    assert (block.check, block.account, block.file) == ("refused-lines", "acct-a1", to_date("20261005"))
    assert block.message.startswith(
        f"The charges read from {to_date('20261005')} {'are missing' if fault == 'missing' else 'were altered'}"
    )
    assert (
        block.next_step
        == "Ingest the same bill again, so that it is read anew, and publish; the last edition stays in force."
    )
    assert _totals(shop) == ("10.00", "5.00")

    shop.ingest(shop.bill(to_date("20261007"), [line("acct-b1", "2026-10-04", "6.00")]))
    [published] = shop.publish()
    assert (published.blocked, published.editions) == (("C0001",), (("C0002", 2, "open"),))
    assert _totals(shop) == ("10.00", "6.00")

    [again] = shop.ingest(landed_path(shop.home, bill.sha256).rename(shop.inbox / bill.name))
    assert (again.is_new, again.is_accepted, again.sha256) == (False, True, bill.sha256)
    [published] = shop.publish()
    assert (published.blocked, published.editions, blocks(shop, "C0001")) == ((), (), [])
    assert editions("C0001") == [(1, "open")]
    month = close(shop, "C0001")
    assert month is not None
    assert month.status == "open"


def test_charges_that_were_restored_from_a_backup_are_looked_at_again(shop: Portal) -> None:
    path = charges_path(shop.home, _bill_of("acct-a1").sha256)
    was = _flip(path)
    shop.customers("C0001,Alpha,USD,acct-a1,2026-01-01,")
    [published] = shop.publish()
    assert published.blocked == ("C0001",)
    path.write_bytes(was)
    [published] = shop.publish()
    assert (published.blocked, blocks(shop, "C0001")) == ((), [])


def test_charges_of_an_earlier_cycle_that_rotted_block_the_refund_that_needs_them(portal: Portal) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    order = line("acct-a1", "2026-09-10", "31.00", bill_type="1", charge_mode="0", order_id="O9")
    portal.ingest(portal.bill("customerBill_202609.tar.gz", [order]))
    portal.publish()
    _flip(charges_path(portal.home, _bill_of("acct-a1").sha256))
    refund = line("acct-a1", "2026-10-20", "-13.00", bill_type="4", charge_mode="0", original_order_id="O9")
    portal.ingest(portal.bill(FINAL, [refund, BETA]))
    [published] = portal.publish(OCTOBER)
    assert (published.blocked, published.editions) == (("C0001",), (("C0002", 1, "final"),))
    assert "refused-lines" in [b.check for b in blocks(portal, "C0001")]


def test_a_landed_bill_that_rotted_is_named_by_the_second_opinion_and_healed_by_its_next_arrival(shop: Portal) -> None:
    bill = _bill_of("acct-a1")
    path = landed_path(shop.home, bill.sha256)
    assert reconcile(shop.home).is_clean
    was = _flip(path)

    outcome = reconcile(shop.home)
    assert not outcome.is_clean
    [fault] = outcome.faults
    assert fault == (
        f"The landed file {bill.name} ({bill.sha256}.tar.gz) was altered: it touches C0001 of 2026-10. "
        "Restore it from the backup."
    )
    assert [(n.customer, n.cycle) for n in outcome.not_compared] == [("C0001", OCTOBER)]
    assert _totals(shop) == ("10.00", "5.00")  # what was published does not depend on it

    (shop.inbox / bill.name).write_bytes(was)
    [again] = shop.ingest(shop.inbox / bill.name)
    assert not again.is_new
    assert reconcile(shop.home).is_clean


@pytest.mark.parametrize("tree", ["charges", "daily", "buy"])
def test_the_second_opinion_names_a_lake_file_that_rotted(shop: Portal, tree: str) -> None:
    path = _lake(shop, "C0001", tree)
    _flip(path)
    outcome = reconcile(shop.home)
    name = path.relative_to(shop.home.lake)
    assert [f for f in outcome.faults if str(name) in f and "C0001 2026-10 was altered" in f]
    assert not any("C0002" in f for f in outcome.faults)
