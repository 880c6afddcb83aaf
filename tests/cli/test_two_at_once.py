"""Two people at two terminals of one home: nothing is done twice, nothing is lost, nobody reads a traceback."""

import shutil
import tempfile
import time
from pathlib import Path

import pytest

from crossfoot.access.rls import as_staff
from crossfoot.ingest.models import Batch
from crossfoot.publish.models import Edition
from crossfoot.runtime import postgres
from crossfoot.runtime.home import open_home
from tests.cli.command import Ran, end, start
from tests.portal import LIST_X_1, Portal, line


def at_once(home: Path, *words: object, times: int = 2) -> list[Ran]:
    """The same command so many times, all begun before any has ended."""
    begun = [start(home, *words) for _ in range(times)]
    ran = [end(process) for process in begun]
    assert not any("Traceback" in r.err for r in ran), ran
    return ran


@pytest.fixture
def stocked(portal: Portal) -> Portal:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    return portal


def bill(portal: Portal, lines: int = 2000) -> Path:
    rows = [line("acct-a1", f"2026-10-{1 + n % 28:02d}", f"{n}.01", resource_id=f"i-{n}") for n in range(lines)]
    return portal.bill("customerBill_202610.tar.gz", rows)


def test_one_bill_ingested_twice_at_once_is_accepted_once(stocked: Portal):
    ran = at_once(stocked.home.root, "ingest", bill(stocked), times=3)
    assert [r.code for r in ran] == [0, 0, 0], ran
    with as_staff():
        assert Batch.objects.count() == 1


def test_two_publications_at_once_make_one_edition(stocked: Portal):
    stocked.ingest(bill(stocked))
    ran = at_once(stocked.home.root, "publish")
    assert sorted({r.code for r in ran}) in ([0], [0, 3])
    for r in ran:
        assert r.code == 0 or r.err == "Another publication is at work; try again when it has ended.\n"
    with as_staff():
        assert list(Edition.objects.values_list("customer_id", "number")) == [("C0001", 1)]


def test_the_first_two_commands_on_a_new_home_find_each_other(stocked: Portal):
    """Each would start the server, make the tables and import the same customers."""
    folder = Path(tempfile.mkdtemp(prefix="crossfoot-test-"))
    folder.chmod(0o755)  # PostgreSQL may run as another user, who passes through
    ran = at_once(folder / "home", "customers", "import", stocked.inbox / "customers.csv")
    assert [r.code for r in ran] == [0, 0], ran
    home = open_home({"CROSSFOOT_HOME": str(folder / "home")})
    deadline = time.monotonic() + 20
    while postgres.is_alive(home):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    postgres.erase(home)
    shutil.rmtree(folder)
