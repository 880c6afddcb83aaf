"""A server of one's own by DATABASE_URL: the whole way through the commands, `up`, and a network that fails (F5)."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossfoot.runtime.cluster import cluster_of
from crossfoot.runtime.home import open_home
from tests.faults.distribution import Server, server
from tests.faults.proxy import Proxy, proxy
from tests.faults.running import Up, environ, up
from tests.faults.stock import bill_in, stock
from tests.portal import PASSWORD
from tests.runtime.conftest import eventually


@pytest.fixture(scope="module")
def other() -> Iterator[Server]:
    with server() as found:
        yield found


def crossfoot(home: Path, url: str, *words: object, typed: str = "") -> "subprocess.CompletedProcess[str]":
    argv = [sys.executable, "-m", "crossfoot.cli.main", *(str(word) for word in words)]
    env = environ(home, DATABASE_URL=url)
    return subprocess.run(argv, env=env, input=typed, capture_output=True, text=True, timeout=120, check=False)


def test_the_whole_way_from_an_empty_database(other: Server, tmp_path: Path) -> None:
    home, url, bills = tmp_path / "home", other.database("whole"), tmp_path / "bills"

    def done(*words: object, typed: str = "") -> str:
        ran = crossfoot(home, url, *words, typed=typed)
        assert (ran.returncode, ran.stderr) == (0, ""), (words, ran)
        return ran.stdout

    done("simulate", bills, "--customers", 2, "--months", "2026-10", "--rows", 60, "--seed", 3)
    for name in ("dana", "alice"):
        role = ("reseller-finance",) if name == "dana" else ("customer-finance", "--customer", "C0001")
        if name == "alice":
            done("customers", "import", bills / "customers.csv")
        done("users", "add", f"{name}@example.com", "--role", *role, "--password-stdin", typed=PASSWORD)
    done("prices", "import", bills / "prices.csv")
    done("prices", "approve", "all", "--as", "dana@example.com")
    done("ingest", bills)
    done("publish")
    done("reconcile")
    told = json.loads(done("report", "usage-to-cost", "--as", "alice@example.com", "--digits", "exact"))
    truth = json.loads((bills / "truth.json").read_text())
    wanted = sum(float(cell["sell"]) for cell in truth["cells"] if cell["customer"] == "C0001")
    assert abs(float(told["totals"][0]["billed_cost"]) - wanted) < 0.01  # the month's InvoiceRounding
    with up(home, DATABASE_URL=url) as portal:
        portal.sign_in("alice", PASSWORD)
        assert portal.ask("/c/C0001/usage-to-cost?period=2026-10", "alice").status == 200
        assert portal.stop() < 5
    assert not cluster_of(open_home({"CROSSFOOT_HOME": str(home)})).data.exists(), "the embedded server was not wanted"


@pytest.fixture(scope="module")
def line_and_portal(other: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Up]]:
    home, url = tmp_path_factory.mktemp("far") / "home", other.database("far")
    stock(home, DATABASE_URL=url)
    with proxy(other.port) as line, up(home, DATABASE_URL=url.replace(str(other.port), str(line.port))) as portal:
        for name in ("alice", "dana"):
            portal.sign_in(name, PASSWORD)
        yield line, portal


@pytest.fixture
def line(line_and_portal: tuple[Proxy, Up]) -> Iterator[Proxy]:
    yield line_and_portal[0]
    line_and_portal[0].set("fine")
    line_and_portal[1].serves(seconds=30)


@pytest.fixture
def portal(line_and_portal: tuple[Proxy, Up]) -> Up:
    return line_and_portal[1]


PAGE = "/c/C0001/usage-to-cost?period=2026-10"


def test_a_slow_line_makes_slow_pages_and_no_wrong_ones(line: Proxy, portal: Up) -> None:
    line.set("slow", 0.05)
    assert portal.ask(PAGE, "alice", timeout=30).status == 200
    assert portal.total() == "12.34"


@pytest.mark.parametrize(("how", "much"), [("reset", 0), ("cut", 300)])
def test_a_broken_line_is_not_now_and_then_all_is_well_again(
    line: Proxy, portal: Up, how: str, much: float, tmp_path: Path
) -> None:
    line.set("reset")
    line.set(how, much)
    statuses = []
    for _ in range(12):
        began = time.monotonic()
        statuses.append(portal.ask(PAGE, "alice", timeout=30).status)
        assert time.monotonic() - began < 5
    assert set(statuses) == {503}
    document = portal.ask("/c/C0001/usage-to-cost.json?period=2026-10", "alice")
    assert json.loads(document.body)["error"]["status"] == 503
    line.set("fine")
    assert portal.serves(seconds=10) < 5
    # The worker is back too: what is asked for now is done.
    bill = bill_in(tmp_path, "12.34" if how == "cut" else "21.12")
    assert crossfoot(portal.home, portal.env["DATABASE_URL"], "ingest", bill).returncode == 0
    assert portal.ask("/close/publish", "dana", {"cycle": "2026-10"}).status == 302
    eventually(lambda: portal.total() == ("12.34" if how == "cut" else "21.12"), 40)


def test_a_line_that_breaks_in_the_middle_of_a_command_is_told_in_a_sentence(line: Proxy, portal: Up) -> None:
    for much in (300, 2000, 6000):
        line.set("cut", much)
        said = sentence(portal.home, portal.env["DATABASE_URL"])
        refused = "The server in DATABASE_URL does not let us in", "The database cannot be reached just now"
        assert said.startswith(refused), (much, said)


@pytest.mark.deep
def test_a_server_that_takes_connections_and_says_nothing_holds_nobody_for_long(line: Proxy, portal: Up) -> None:
    line.set("reset")
    line.set("silent")
    began = time.monotonic()
    assert portal.ask(PAGE, "alice", timeout=40).status == 503
    assert time.monotonic() - began < 30


def sentence(home: Path, url: str, *words: str) -> str:
    ran = crossfoot(home, url, *(words or ("publish",)))
    assert (ran.returncode, ran.stdout) == (2, ""), ran
    [said] = ran.stderr.splitlines()
    assert "s3cret" not in said
    assert said.endswith(".")
    return said
