"""A disk that is full, writes short or fails to sync (F2): a sentence, reading goes on, nothing half-made is published.

Short writes and failed syncs happen to a child process of the killer: a limit on the size of its files, and an fsync
that fails as a dying disk's does. A full disk is a real one: a tmpfs of a few megabytes, which only root may mount.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crossfoot.access.rls import as_staff
from crossfoot.ingest.models import Batch
from tests.cli.command import Ran, end, start
from tests.faults.conftest import forget
from tests.faults.killer import Killer, killer
from tests.faults.running import up
from tests.faults.stock import bill_in, stock
from tests.portal import LIST_X_1, PASSWORD, Portal, line
from tests.runtime.conftest import eventually
from tests.time.facts import FINAL, OCTOBER, disk, editions, proved_total, to_date


@pytest.fixture(scope="module")
def other(server: None) -> Iterator[Killer]:
    with killer() as found:
        yield found


@pytest.fixture
def shop(portal: Portal) -> Portal:
    """October is published: 1.00."""
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill(to_date("20261005"), [line("acct-a1", "2026-10-04", "1.00")]))
    portal.publish()
    return portal


def _final(shop: Portal, lines: int = 1) -> Path:
    """The final bill: two lines more in each thousandth, so that its files are as large as a test wants them."""
    rows = [line("acct-a1", "2026-10-04", "2.00", resource_id=os.urandom(20).hex()) for _ in range(lines)]
    return shop.bill(FINAL, rows)


def _stands(shop: Portal, amount: str, litter: dict[str, str]) -> None:
    """What is read is this, and of what failed nothing lies about."""
    assert f"{proved_total(shop, shop.alice, 'C0001'):.2f}" == amount
    assert disk(shop.home) == litter


def test_a_write_that_ends_short_is_told_and_nothing_of_it_stays(shop: Portal, other: Killer) -> None:
    """Limits that are met by the bill itself, by what is unpacked of it, by the charges, by the edition and by the export."""
    bill, before = _final(shop, 400), disk(shop.home)
    for limit in (1000, 30_000, 60_000):
        heard = other.run(bills=[str(bill)], limit=limit)
        assert "A file grew larger than this process may write" in heard["refused"], (limit, heard)
        assert "accepted" not in heard
        assert {k: v for k, v in disk(shop.home).items() if not k.startswith("landed/")} == before_of(before)
    with as_staff():
        assert Batch.objects.count() == 1
    assert "accepted" in other.run(bills=[str(bill)])
    accepted = disk(shop.home)
    for limit in (500, 15_000):
        heard = other.run(cycles=[OCTOBER], limit=limit)
        assert "A file grew larger than this process may write" in heard["refused"], (limit, heard)
        _stands(shop, "1.00", accepted)
    assert other.run(cycles=[OCTOBER])["editions"] == [["C0001", 2, "final"]]
    published = disk(shop.home)
    heard = other.run(exports=[(OCTOBER, "csv")], limit=10_000)
    assert "A file grew larger than this process may write" in heard["refused"], heard
    _stands(shop, "800.00", published)


def before_of(held: dict[str, str]) -> dict[str, str]:
    return {path: sha for path, sha in held.items() if not path.startswith("landed/")}


def test_whichever_sync_fails_nothing_is_published_and_the_next_try_succeeds(shop: Portal, other: Killer) -> None:
    steps = other.run(bills=[str(_final(shop))], cycles=[OCTOBER])["steps"]
    syncs = steps.count("fsync")
    assert syncs >= 8, "landed, accepted, charges, daily: each the file and its folder"
    total = 2
    for number in range(1, syncs + 1):
        total += 1
        bill = shop.bill(FINAL, [line("acct-a1", "2026-10-04", f"{total}.00")])
        heard = other.run(bills=[str(bill)], cycles=[OCTOBER], fail=("fsync", number))
        if "refused" not in heard:  # this bill needs fewer: folders are there by now
            assert heard["editions"] == [["C0001", number + 2, "final"]]
            continue
        assert "A disk does not take or give what it should" in heard["refused"], heard
        assert "published" not in heard
        assert f"{proved_total(shop, shop.alice, 'C0001'):.2f}" == f"{total - 1}.00"
        assert other.run(bills=[str(bill)], cycles=[OCTOBER])["editions"] == [["C0001", number + 2, "final"]]
        assert f"{proved_total(shop, shop.alice, 'C0001'):.2f}" == f"{total}.00"
    assert not [path for path in disk(shop.home) if path.startswith("tmp/") or ".part" in path]


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="crossfoot-test-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


@contextmanager
def full(folder: Path, spare: int = 0) -> Iterator[None]:
    """All of the disk taken but for so many bytes."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        file.write(b"\0" * max(0, shutil.disk_usage(folder).free - spare))
    try:
        yield
    finally:
        ballast.unlink()


def command(home: Path, *words: object) -> Ran:
    return end(start(home, *words))


def refused(ran: Ran) -> None:
    assert (ran.code, ran.out) == (2, b""), ran
    [sentence] = ran.err.splitlines()
    assert sentence.removeprefix("customerBill_202610.tar.gz was not accepted. ").startswith("A disk is full"), ran
    assert "free some space and do the same again" in sentence


@pytest.mark.mounts
def test_a_full_disk_is_told_and_reading_goes_on_until_there_is_space_again(tmp_path: Path) -> None:
    with small_disk(16) as folder:
        home = folder / "home"
        stock(home)
        with up(home) as portal:
            for name in ("alice", "dana"):
                portal.sign_in(name, PASSWORD)
            bill = bill_in(tmp_path, "20.00")
            with full(folder):
                refused(command(home, "ingest", bill))
                # A page is read, a customer's first too; a file is refused for now; then the first again.
                assert portal.ask("/c/C0001/usage-to-cost?period=2026-10", "alice").status == 200
                assert portal.ask("/c/C0002/charges?period=2026-10", "dana").status == 200
                answer = portal.ask("/c/C0001/charges.csv?period=2026-10", "alice")
                assert answer.status == 503
                assert b"try again in a few minutes" in answer.body
                assert str(folder).encode() not in answer.body
                assert portal.ask("/c/C0001/usage-to-cost?period=2026-10", "alice").status == 200
            assert command(home, "ingest", bill).code == 0
            held = sorted(p for p in (home / "lake").rglob("*") if p.is_file())
            with full(folder):
                refused(command(home, "publish"))
                assert sorted(p for p in (home / "lake").rglob("*") if p.is_file()) == held
                assert portal.ask("/close/publish", "dana", {"cycle": "2026-10"}).status == 302
            eventually(lambda: portal.total() == "20.00", 30)  # asked for while the disk was full, done once it was not
            assert portal.ask("/c/C0001/charges.csv?period=2026-10", "alice").status == 200
            assert command(home, "reconcile").code == 0
        forget(home)


@pytest.mark.mounts
def test_a_report_that_does_not_fit_leaves_no_file_behind(shop: Portal) -> None:
    with small_disk(1) as folder:
        target = folder / "report.csv"
        shop.ingest(_final(shop, 3000))
        shop.publish()
        assert shop.alice
        asked = ("report", "charges", "--as", "alice@example.com", "--format", "csv", "-o", target)
        ran = command(shop.home.root, *asked)
        assert (ran.code, ran.err.splitlines()) == (
            2, [f"The report cannot be written to {target} (No space left on device): name another file."]
        )  # fmt: skip
        assert list(folder.iterdir()) == []


def test_an_answer_that_cannot_be_written_is_no_success(shop: Portal) -> None:
    assert shop.alice
    for words in (("report", "charges", "--as", "alice@example.com"), ("publish", "--json"), ("reports",)):
        with Path("/dev/full").open("wb") as nowhere:
            process = start(shop.home.root, *words, stdout=nowhere.fileno())
            _, err = process.communicate(timeout=60)
        [sentence] = err.splitlines()
        assert (process.returncode, sentence.split(":")[0]) == (2, "A disk is full"), (words, err)
    assert editions("C0001") == [(1, "open")]
