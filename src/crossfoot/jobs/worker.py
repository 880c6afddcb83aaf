"""The worker: takes jobs, seals the log, and takes over the jobs of workers that died.

In: a home. Out: nothing; it ends when it is asked to, or a moment after the process that started it has ended. A job
belongs to a worker that is alive, which is one whose heart beats: every second it says so in the database. What a dead
one held is given back to the queue by the first that notices.
"""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence

from django.db import InterfaceError, OperationalError, close_old_connections, connection
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

from crossfoot.access.rls import as_staff
from crossfoot.access.sealing import seal_log
from crossfoot.core.errors import CrossfootError
from crossfoot.deliver.large import sweep_exports
from crossfoot.jobs.defer import EXPORTS
from crossfoot.runtime.home import Home
from crossfoot.runtime.logs import get_log

LOG = get_log(__name__)
BEAT_SECONDS = 1.0
DEAD_SECONDS = 5.0  # without a beat; many times BEAT_SECONDS, because a busy machine is slow and not dead
STOP_SECONDS = 2.5  # for a running job; then it is left to the next worker, who finds old or new and never a mix

SWEEP_SECONDS = 3600.0
QUEUES = ((("publish", "uploads"), 1), ((EXPORTS,), 2))  # and how many jobs of them at once

# One statement, so that of two workers each takes other jobs.
TAKE_BACK = """
SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM (
    SELECT j.id FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
    WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - %s * interval '1 second')
    FOR UPDATE OF j SKIP LOCKED
) dead"""


def work(home: Home) -> None:
    """Work until a signal comes."""
    threading.Thread(target=_look_after_for_ever, args=(home, os.getppid()), daemon=True).start()
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # of Django's connector
    asyncio.run(_take_jobs(app.with_connector(connector)))


async def _take_jobs(own: App) -> None:
    """Two workers in one process, each with its queues; a signal ends both, and so does the end of one."""
    async with own.open_async():
        both = [asyncio.create_task(_take(own, queues, at_once)) for queues, at_once in QUEUES]
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, lambda: [one.cancel() for one in both])
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for one in both:
            one.cancel()
        ended = await asyncio.gather(*both, return_exceptions=True)
    for problem in ended:
        if isinstance(problem, Exception):
            raise problem


async def _take(own: App, queues: Sequence[str], at_once: int) -> None:
    """Take jobs until cancelled, also where the database went away in the middle of a question and came back."""
    while True:
        try:
            return await _take_while_connected(own, queues, at_once)
        except ConnectorException as problem:
            LOG.warning("lost the database", problem=str(problem.__cause__ or problem))
            await asyncio.sleep(BEAT_SECONDS)


async def _take_while_connected(own: App, queues: Sequence[str], at_once: int) -> None:
    await own.run_worker_async(
        queues=list(queues),  # PostgreSQL is given an array, and takes nothing else for one
        concurrency=at_once,
        install_signal_handlers=False,
        delete_jobs="always",
        fetch_job_polling_interval=BEAT_SECONDS,
        update_heartbeat_interval=BEAT_SECONDS,
        stalled_worker_timeout=DEAD_SECONDS,
        shutdown_graceful_timeout=STOP_SECONDS,
    )


def take_back_jobs() -> int:
    """Give the jobs of dead workers back to the queue; how many there were. Call it as staff."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_BACK, [DEAD_SECONDS])
        return len(cursor.fetchall())


def _look_after_for_ever(home: Home, parent: int) -> None:
    """Never return: a worker that runs without this would let the log stand unsealed and nobody would see it."""
    swept = -SWEEP_SECONDS
    try:
        while True:
            _look_after(home)
            if time.monotonic() - swept > SWEEP_SECONDS and _sweep(home):
                swept = time.monotonic()
            time.sleep(BEAT_SECONDS)
            if os.getppid() != parent:  # nobody would end us: we were asked to, and a job may take longer than it may
                time.sleep(STOP_SECONDS)
                break
    except BaseException:
        LOG.exception("ended")
    os._exit(1)


def _look_after(home: Home) -> None:
    def once() -> None:
        seal_log(home)
        with as_staff():
            take_back_jobs()

    _try(once, "not sealed")


def _sweep(home: Home) -> bool:
    return _try(lambda: sweep_exports(home), "not swept")


def _try(act: Callable[[], object], otherwise: str) -> bool:
    try:
        act()
    except (
        OperationalError,
        InterfaceError,
        OSError,
        CrossfootError,
    ):  # a restart, or a full disk: the next round tries
        LOG.warning(otherwise, exc_info=True)
        close_old_connections()
        return False
    return True
