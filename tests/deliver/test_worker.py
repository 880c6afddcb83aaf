"""The worker as a process: it takes from both queues, ends when it is asked to, and what a killed one held is made by the next."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.deliver.shop import ROWS, ask, fetch, jobs
from tests.portal import Portal
from tests.runtime.conftest import eventually

WORK = """
import time, django
django.setup()
from crossfoot.deliver import large
from crossfoot.jobs.worker import work
from crossfoot.runtime.home import open_home
if {is_slow}:
    large.write_file = lambda *_: time.sleep(600)
work(open_home())
"""


@contextmanager
def a_worker(*, is_slow: bool = False) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen([sys.executable, "-c", WORK.format(is_slow=is_slow)], env=dict(os.environ)) as process:
        try:
            yield process
        finally:
            process.kill()


def state() -> str:
    return jobs()[0].state


def test_it_makes_a_file_and_ends_when_it_is_asked_to(shop: Portal) -> None:
    client = shop.client_for(shop.alice)
    job = ask(client)
    with a_worker() as worker:
        eventually(lambda: state() == "done", 30)
        began = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
        assert time.monotonic() - began < 5
    assert fetch(client, job)[1].count(b"\r\n") == 1 + ROWS


def test_what_a_killed_worker_held_is_made_by_the_next(shop: Portal) -> None:
    client = shop.client_for(shop.alice)
    job = ask(client)
    with a_worker(is_slow=True) as slow:
        eventually(lambda: state() == "running", 30)
        slow.kill()  # SIGKILL
        slow.wait(10)
    assert list(shop.home.exports.iterdir()) == []
    with a_worker():
        eventually(lambda: state() == "done", 60)
    assert fetch(client, job)[1].count(b"\r\n") == 1 + ROWS


def test_a_file_does_not_wait_for_a_publication(shop: Portal) -> None:
    """A file that is never finished leaves room for a second, and both for what is to be published."""
    from crossfoot.jobs.defer import defer_publish

    client = shop.client_for(shop.alice)
    ask(client)
    ask(client, "/c/C0001/charges.json?period=2026-10")
    defer_publish("2026-10", "test@reseller.example")
    with a_worker(is_slow=True):
        eventually(lambda: {job.state for job in jobs()} == {"running"}, 30)
        eventually(lambda: waiting("publish") == 0, 30)


def waiting(queue: str) -> int:
    from django.db import connection

    from crossfoot.access.rls import as_staff

    with as_staff(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE queue_name = %s", [queue])
        row = cursor.fetchone()
    return int(row[0]) if row else 0
