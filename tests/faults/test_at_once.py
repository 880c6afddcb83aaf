"""Two at once: of two publishers exactly one goes on (F7); a bill that two processes ingest is one batch."""

import time
from collections.abc import Iterator
from threading import Timer

import pytest

from crossfoot.access.rls import as_staff
from crossfoot.core.errors import Busy
from crossfoot.ingest.models import Batch, Slice
from crossfoot.publish.models import Edition, Publication
from tests.faults.killer import Killer, killer
from tests.portal import LIST_X_1, Portal, line
from tests.time.facts import FINAL, OCTOBER, disk, editions, proved_total, to_date


@pytest.fixture(scope="module")
def other(server: None) -> Iterator[Killer]:
    """Another process on the same portal, which waits where it is told."""
    with killer() as found:
        yield found


@pytest.fixture
def shop(portal: Portal) -> Portal:
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    return portal


def _start(other: Killer, wait: str, **order: object) -> None:
    """Start the other process and have it wait before the first step of that name."""
    other.order(wait=wait, **order)
    heard = other.hear()
    while "waiting" not in heard:
        assert "ended" not in heard, f"{wait}: there was no such step"
        heard = other.hear()


# Where the other process waits: before it reads, with half a file, with a whole one, and just before it commits.
PUBLISHING = (
    "duckdb CREATE VIEW priced",
    "half a parquet",
    "replace charges",
    'postgres INSERT INTO "publish_edition"',
    "postgres INSERT INTO audit_entry",
)


def test_of_two_publishers_one_goes_on_and_the_other_is_told_to_wait(shop: Portal, other: Killer) -> None:
    shop.ingest(
        shop.bill(to_date("20261005"), [line("acct-a1", "2026-10-04", "1.00"), line("acct-b1", "2026-10-04", "2.00")])
    )
    shop.publish(OCTOBER)
    for number, step in enumerate(PUBLISHING, start=6):
        shop.ingest(shop.bill(to_date(f"202610{number:02}"), [line("acct-a1", "2026-10-04", f"{number}.00")]))
        _start(other, step, cycles=[OCTOBER])
        with pytest.raises(Busy) as busy:
            shop.publish(OCTOBER)
        assert busy.value.sentence == "Another publication is at work; try again when it has ended."
        assert proved_total(shop, shop.alice, "C0001") == (number - 1 if number > 6 else 1)
        other.resume()
        heard = other.outcome()
        assert heard["editions"] == [["C0001", number - 4, "open"]]
        assert proved_total(shop, shop.alice, "C0001") == number
        [again] = shop.publish(OCTOBER)
        assert again.editions == ()
    assert editions("C0002") == [(1, "open")]
    with as_staff():
        assert Publication.objects.count() == Edition.objects.filter(customer_id="C0001").count() == 1 + len(PUBLISHING)


def test_the_lock_of_a_publisher_that_died_is_free_within_a_moment(shop: Portal, other: Killer) -> None:
    shop.ingest(shop.bill(to_date("20261005"), [line("acct-a1", "2026-10-04", "1.00")]))
    assert other.run(kill=("half a parquet", 1), cycles=[OCTOBER]) == {"ended": 9}
    deadline = time.monotonic() + 5
    while True:
        try:
            [published] = shop.publish(OCTOBER)
            break
        except Busy:  # the server has not yet seen that its client is gone
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert published.editions == (("C0001", 1, "open"),)


def test_publishers_that_race_make_one_edition(shop: Portal, other: Killer) -> None:
    with killer() as third:
        for number in range(1, 6):
            shop.ingest(shop.bill(to_date(f"202610{number:02}"), [line("acct-a1", "2026-10-01", f"{number}.00")]))
            for one in (other, third):
                one.order(cycles=[OCTOBER])
            heard = [one.outcome() for one in (other, third)]
            made = [h["editions"] for h in heard if h.get("editions")]
            assert made == [[["C0001", number, "open"]]], heard
            assert all("busy" in h or h["published"] == OCTOBER for h in heard)
    assert editions("C0001") == [(n, "open") for n in range(1, 6)]


INGESTING = (
    "half a copy",
    "replace landed",
    "child begins",
    "child ended",
    'postgres INSERT INTO "ingest_batch"',
    "postgres INSERT INTO audit_entry",
)


def test_a_bill_that_two_processes_ingest_at_once_is_one_batch(shop: Portal, other: Killer) -> None:
    for number, step in enumerate(INGESTING, start=1):
        bill = shop.bill(to_date(f"202610{number:02}"), [line("acct-a1", "2026-10-01", f"{number}.00")])
        _start(other, step, bills=[str(bill)])
        going_on = Timer(0.3, other.resume)  # this process may have to wait for that one
        going_on.start()
        [mine] = shop.ingest(bill)
        going_on.join()
        theirs = other.outcome()
        assert (theirs["accepted"], {theirs["is_new"], mine.is_new}) == (mine.sha256, {True, False}), step
        assert (mine.is_accepted, mine.rows, mine.findings) == (True, 1, ()), step
        [published] = shop.publish(OCTOBER)
        assert (published.blocked, shop.total(shop.alice, period=OCTOBER)) == ((), f"{number}.00"), step
    with as_staff():
        assert Batch.objects.count() == Slice.objects.count() == len(INGESTING)
    assert [path for path in disk(shop.home) if path.startswith("tmp")] == []


def test_two_bills_of_one_name_that_arrive_at_once_are_both_kept_as_they_are(shop: Portal, other: Killer) -> None:
    """One process is half-way through its copy when the other begins: neither may write into the other's file."""
    theirs = shop.bill(FINAL, [line("acct-a1", "2026-10-01", "1.00")]).rename(shop.inbox / "theirs")
    mine = shop.bill(FINAL, [line("acct-a1", "2026-10-01", "2.00")])
    folder = shop.inbox / "other"
    folder.mkdir()
    there = theirs.rename(folder / FINAL)
    for step in ("half a copy", "replace landed"):
        _start(other, step, bills=[str(there)])
        [receipt] = shop.ingest(mine)
        other.resume()
        heard = other.outcome()
        assert receipt.sha256 != heard["accepted"]
    held = disk(shop.home)
    assert all(
        path.split("/")[1].removesuffix(".tar.gz") == sha for path, sha in held.items() if path.startswith("landed")
    )
