"""kill -9 of any process of a portal and of all of them, while it serves and while it publishes (F1, F9).

Whoever is killed comes back by itself; a reader meets the right figure, a page that says "not now" or no answer, and
never another figure. What was acknowledged is there afterwards, and no process is left behind.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cli.command import Ran, end, start
from tests.faults.running import Up
from tests.faults.stock import bill_in
from tests.portal import PASSWORD
from tests.runtime.conftest import eventually, is_gone

pytestmark = pytest.mark.xdist_group("portal")  # one stocked home for all
BACK = 15.0  # seconds within which all is well again, on a busy machine


@dataclass
class Reader:
    """Asks for October again and again."""

    portal: Up
    seen: set[str] = field(default_factory=set)
    count: int = 0

    def ask(self) -> None:
        try:
            answer = self.portal.ask("/c/C0001/usage-to-cost.json?period=2026-10", "alice")
        except OSError:
            return  # refused or cut: there is no portal at the moment
        self.count += 1
        if answer.status != 200:
            self.seen.add(str(answer.status))
        elif answer.is_whole:
            self.seen.add(answer.body.decode().rpartition('"billed_cost":')[2].split('"')[1])


@contextmanager
def reading(portal: Up) -> Iterator[Reader]:
    """All the while somebody reads."""
    reader, done = Reader(portal), threading.Event()

    def read() -> None:
        while not done.wait(0.02):
            reader.ask()

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield reader
    finally:
        done.set()
        thread.join()


def kill(*pids: int) -> None:
    """At once; who dies with another before its turn is dead too."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def command(portal: Up, *words: object) -> Ran:
    return end(start(portal.home, *words))


@pytest.mark.parametrize("victim", ["web", "server", "worker", "keeper", "postgres"])
def test_whoever_is_killed_comes_back_and_no_reader_meets_a_wrong_figure(running: Up, victim: str) -> None:
    shown = running.total()
    was = running.pids()
    with reading(running) as reader:
        os.kill(was[victim], signal.SIGKILL)
        eventually(lambda: is_gone(was[victim]), 5)
        eventually(lambda: running.pids().get(victim, was[victim]) != was[victim], BACK)
        running.serves(seconds=BACK)
    assert reader.seen <= {shown, "503"}
    assert shown in reader.seen
    eventually(lambda: len(running.pids()) == len(was), BACK)
    # Who died with it is not left behind: of each name there is one.
    gone = [pid for name, pid in was.items() if running.pids()[name] != pid]
    eventually(lambda: all(is_gone(pid) for pid in gone), 5)


def test_a_publication_that_was_asked_for_survives_its_worker(running: Up, tmp_path: Path) -> None:
    """The answer to the form is the acknowledgement."""
    assert command(running, "ingest", bill_in(tmp_path, "20.02")).code == 0
    assert running.ask("/close/publish", "dana", {"cycle": "2026-10"}).status == 302
    os.kill(running.pids()["worker"], signal.SIGKILL)
    eventually(lambda: running.total() == "20.02", 30)


def test_all_killed_at_once_the_next_start_has_all_that_was_acknowledged(running: Up, kept, tmp_path: Path) -> None:
    assert command(running, "ingest", bill_in(tmp_path, "30.03")).code == 0
    publishing = start(running.home, "publish", "--cycle", "2026-10")
    assert running.ask("/close/publish", "dana", {"cycle": "2026-10"}).status == 302
    everybody = running.everybody()
    kill(publishing.pid, *everybody)
    publishing.communicate()
    running.process.communicate()
    eventually(lambda: all(is_gone(pid) for pid in everybody), 5)

    began = time.monotonic()
    again = kept.running()
    assert time.monotonic() - began < BACK
    eventually(lambda: again.total() == "30.03", 30)
    assert command(again, "audit", "verify").code == 0
    assert command(again, "reconcile").code == 0


def test_a_killed_supervisor_takes_everybody_along(running: Up) -> None:
    others = running.everybody()
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.communicate()
    eventually(lambda: all(is_gone(pid) for pid in others), 8)


def test_a_killed_supervisor_and_web_master_leave_no_server_behind(running: Up) -> None:
    others = running.everybody()
    named = running.pids()
    kill(named["supervisor"], named["web"])
    running.process.communicate()
    eventually(lambda: all(is_gone(pid) for pid in others), 8)


def test_the_next_start_needs_no_tidying(running: Up) -> None:
    running.sign_in("charlie", PASSWORD)
    assert running.total("charlie", "C0002") == "5.00"
