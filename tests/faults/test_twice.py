"""Two workers, a double click, a worker that died with a job: one job, one edition, one seal each (F7)."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from procrastinate.contrib.django.models import ProcrastinateJob

from crossfoot.access.rls import as_staff
from crossfoot.audit.chain import verify
from crossfoot.audit.models import Entry, Seal
from crossfoot.audit.witness import witness_of
from crossfoot.jobs.worker import take_back_jobs
from crossfoot.publish.models import Publication
from crossfoot.publish.publish import LOCK
from crossfoot.runtime import postgres
from crossfoot.runtime.database import database_of
from tests.faults.running import environ
from tests.portal import LIST_X_1, Portal, line
from tests.runtime.conftest import eventually
from tests.time.facts import FINAL, editions, to_date


@pytest.fixture
def shop(portal: Portal) -> Portal:
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    with connections["owner"].cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
    connections["owner"].close()
    return portal


@contextmanager
def workers(shop: Portal, count: int) -> "Iterator[list[subprocess.Popen[bytes]]]":
    """Workers as `up` starts them."""
    argv = [sys.executable, "-m", "crossfoot.cli.main", "work"]
    started = [subprocess.Popen(argv, env=environ(shop.home.root)) for _ in range(count)]
    try:
        yield started
    finally:
        for worker in started:
            worker.terminate()
        for worker in started:
            worker.wait(20)


def jobs() -> list[str]:
    with as_staff():
        return list(ProcrastinateJob.objects.order_by("id").values_list("status", flat=True))


def click(shop: Portal, times: int) -> list[int]:
    """The same button by the same person so many times at once."""
    clients = [shop.client_for(shop.dana) for _ in range(times)]
    begin, answers = threading.Barrier(times), []

    def post(client) -> None:
        begin.wait()
        answers.append(client.post("/close/publish", {"cycle": "2026-10"}).status_code)
        connections.close_all()

    threads = [threading.Thread(target=post, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_double_click_is_one_job_and_two_workers_make_one_edition_of_it(shop: Portal) -> None:
    shop.ingest(shop.bill(FINAL, [line("acct-a1", "2026-10-04", "1.00"), line("acct-b1", "2026-10-04", "2.00")]))
    assert click(shop, 4) == [302] * 4
    assert jobs() == ["todo"]
    with workers(shop, 2):
        eventually(lambda: editions("C0001") == [(1, "final")], 30)
        assert click(shop, 2) == [302] * 2
        eventually(lambda: jobs() == [], 30)
        eventually(lambda: _unsealed() == 0, 10)
    assert (editions("C0001"), editions("C0002")) == ([(1, "final")], [(1, "final")])
    with as_staff():
        assert Publication.objects.count() == 1
        assert Seal.objects.count() == Seal.objects.values("entry_id").distinct().count() == Entry.objects.count()
        assert verify(witness_of(shop.home)).fault == ""


def _unsealed() -> int:
    with as_staff():
        return Entry.objects.count() - Seal.objects.count()


@contextmanager
def nobody_reads_editions() -> Iterator[None]:
    """A publication that begins now waits in its middle."""
    with psycopg.connect(_owner()) as lock:
        lock.execute("LOCK TABLE publish_edition IN ACCESS EXCLUSIVE MODE")
        yield


def _owner() -> str:
    return database_of(settings.HOME).owner_url


def test_a_job_whose_worker_was_killed_is_done_by_the_next_within_seconds(shop: Portal) -> None:
    shop.ingest(shop.bill(to_date("20261005"), [line("acct-a1", "2026-10-04", "1.00")]))
    with workers(shop, 1) as [first]:
        with nobody_reads_editions():
            click(shop, 1)
            eventually(lambda: jobs() == ["doing"], 30)
            with as_staff():
                assert take_back_jobs() == 0, "its worker is alive"
            first.send_signal(signal.SIGKILL)
            first.wait()
        assert jobs() == ["doing"]
        began = time.monotonic()
        with workers(shop, 1):
            eventually(lambda: editions("C0001") == [(1, "open")], 30)
            eventually(lambda: jobs() == [], 10)
        assert time.monotonic() - began < 25


def test_a_job_that_meets_another_publication_waits_for_it(shop: Portal) -> None:
    """Else the click of a person would be lost without a word."""
    shop.ingest(shop.bill(to_date("20261005"), [line("acct-a1", "2026-10-04", "1.00")]))
    with workers(shop, 1):
        with psycopg.connect(_owner()) as other:
            other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            click(shop, 1)
            eventually(lambda: _attempts() > 0, 30)
            assert editions("C0001") == []
        eventually(lambda: editions("C0001") == [(1, "open")], 30)


def _attempts() -> int:
    with as_staff():
        return sum(ProcrastinateJob.objects.values_list("attempts", flat=True))


def test_a_worker_whose_connections_were_cut_goes_on_sealing_and_taking_jobs(shop: Portal) -> None:
    shop.ingest(shop.bill(to_date("20261005"), [line("acct-a1", "2026-10-04", "1.00")]))
    with workers(shop, 1) as [worker]:
        eventually(lambda: _unsealed() == 0, 30)
        with psycopg.connect(postgres.superuser_url(settings.HOME), autocommit=True) as admin:
            cut = admin.execute(CUT, [_own_pid()]).fetchall()
            assert len(cut) >= 2, "one seals and one takes jobs"
            for _ in range(40):  # so that some are cut in the middle of a question
                time.sleep(0.05)
                admin.execute(CUT, [_own_pid()])
        click(shop, 1)
        eventually(lambda: editions("C0001") == [(1, "open")], 30)
        eventually(lambda: _unsealed() == 0, 30)
        assert worker.poll() is None


CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'crossfoot_app' AND pid <> %s"


def _own_pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        row = cursor.fetchone()
    assert row
    return int(row[0])
