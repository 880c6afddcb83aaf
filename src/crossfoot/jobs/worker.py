"""The worker: takes jobs, seals the log, and takes over the jobs of workers that died.

In: a home. Out: nothing; it ends when it is asked to, or a moment after the process that started it has ended. A job
belongs to a worker that is alive, which is one whose heart beats: every second it says so in the database. What a dead
one held is given back to the queue by the first that notices.
"""

import asyncio
import os
import threading
import time

from django.db import InterfaceError, OperationalError, close_old_connections, connection
from procrastinate import App
from procrastinate.contrib.django import app

from crossfoot.access.rls import as_staff
from crossfoot.access.sealing import seal_log
from crossfoot.core.errors import CrossfootError
from crossfoot.runtime.home import Home
from crossfoot.runtime.logs import get_log

LOG = get_log(__name__)
BEAT_SECONDS = 1.0
DEAD_SECONDS = 5.0  # without a beat; many times BEAT_SECONDS, because a busy machine is slow and not dead
STOP_SECONDS = 2.5  # for a running job; then it is left to the next worker, who finds old or new and never a mix

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
    async with own.open_async():
        await own.run_worker_async(
            concurrency=1,
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
    try:
        while True:
            _look_after(home)
            time.sleep(BEAT_SECONDS)
            if os.getppid() != parent:  # nobody would end us: we were asked to, and a job may take longer than it may
                time.sleep(STOP_SECONDS)
                break
    except BaseException:
        LOG.exception("ended")
    os._exit(1)


def _look_after(home: Home) -> None:
    try:
        seal_log(home)
        with as_staff():
            take_back_jobs()
    except (OperationalError, InterfaceError, CrossfootError):  # a restart, or a full disk: the next round tries again
        LOG.warning("not sealed", exc_info=True)
        close_old_connections()
