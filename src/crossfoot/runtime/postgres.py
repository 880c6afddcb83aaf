"""The embedded PostgreSQL server of a home: started by whoever needs it first, shared, stopped when nobody does.

In: a home. Out: `serving(home)`, a running server for as long as somebody is inside. Two lock files order everything:
`lock` is held by the server's keeper and by the server itself; `users` is shared by every process that uses it and
taken whole by the keeper when the last has left (see keeper.py). A lock ends with its process, so nothing goes stale.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from crossfoot.core.errors import Busy, CrossfootError
from crossfoot.runtime import keeper
from crossfoot.runtime.binaries import server_user
from crossfoot.runtime.cluster import SUPERUSER, Cluster, cluster_of, placed, prepare, server_command
from crossfoot.runtime.home import Home

START_SECONDS = 60.0
STOP_SECONDS = 10.0
PAUSE_SECONDS = 0.02


def superuser_url(home: Home) -> str:
    """The address of the superuser, for bootstrapping only."""
    return cluster_of(home).url(SUPERUSER, home.secret(SUPERUSER), "postgres")


@contextmanager
def serving(home: Home) -> Iterator[Cluster]:
    """Have the home's server run: the one that runs already, else a new one that stops when its last user leaves."""
    cluster = placed(home)
    users = _opened(cluster.users)
    try:
        _join(users, cluster)
        ensure_running(home)
        yield cluster
    finally:
        try:
            _leave(users, cluster)
        finally:
            os.close(users)


def ensure_running(home: Home) -> None:
    """Start the server if none runs, and wait until it answers. Only inside `serving`, or it stops at once."""
    cluster = cluster_of(home)
    deadline = time.monotonic() + START_SECONDS
    started = False
    while True:
        lock = _opened(cluster.lock)
        try:
            if _locked(lock, fcntl.LOCK_EX):
                if started and _note(cluster) == keeper.GAVE_UP:
                    raise CrossfootError(_why(cluster))
                prepare(home, cluster)
                _start_keeper(cluster, lock)
                started = True
        finally:
            os.close(lock)
        if _answers(home, cluster):
            return
        if time.monotonic() > deadline:
            raise CrossfootError(_why(cluster))
        time.sleep(PAUSE_SECONDS)


def revive(home: Home) -> None:
    """Start the server again if it was killed together with its keeper; costs next to nothing when it lives."""
    if not _alive(cluster_of(home)):
        ensure_running(home)


def is_alive(home: Home) -> bool:
    """Whether the home's server runs, starts or stops."""
    cluster = cluster_of(home)
    return cluster.lock.exists() and _alive(cluster)


def erase(home: Home) -> None:
    """Remove the home's server with all its data; refused while anybody uses it."""
    cluster = cluster_of(home)
    if not cluster.folder.exists():
        return
    lock = _opened(cluster.lock)
    try:
        if not _locked(lock, fcntl.LOCK_EX):
            msg = f"The database in {cluster.folder} is in use: stop Crossfoot first."
            raise Busy(msg)
        shutil.rmtree(cluster.sock, ignore_errors=True)
        shutil.rmtree(cluster.folder)
    finally:
        os.close(lock)


def _start_keeper(cluster: Cluster, lock: int) -> None:
    """Hand the lock to a keeper in a session of its own, which starts the server."""
    user = server_user()
    spec = {
        "argv": server_command(cluster),
        "data": str(cluster.data),
        "pid_files": [str(cluster.data / "postmaster.pid"), str(cluster.sock / ".s.PGSQL.5432.lock")],
        "users": str(cluster.users),
        "lock": lock,
        "uid": None if user is None else user.uid,
        "gid": None if user is None else user.gid,
    }
    log = os.open(cluster.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        subprocess.run(
            [sys.executable, "-I", "-S", keeper.__file__, json.dumps(spec)],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            pass_fds=[lock],
            start_new_session=True,
        )
    finally:
        os.close(log)


def _answers(home: Home, cluster: Cluster) -> bool:
    """Whether the server takes a real connection."""
    try:
        psycopg.connect(superuser_url(home), connect_timeout=5).close()
    except psycopg.OperationalError as problem:
        if "password authentication failed" in str(problem):
            key = home.keys / SUPERUSER
            msg = f"The database in {cluster.folder} does not accept the password in {key}: restore that file."
            raise CrossfootError(msg) from problem
        return False
    return True


def _join(users: int, cluster: Cluster) -> None:
    """Count ourselves among the users; a server that is stopping is let stop first."""
    deadline = time.monotonic() + START_SECONDS
    while not _locked(users, fcntl.LOCK_SH):
        if time.monotonic() > deadline:
            msg = f"PostgreSQL has been stopping for {START_SECONDS:.0f} seconds; see {cluster.log}."
            raise CrossfootError(msg)
        time.sleep(PAUSE_SECONDS)


def _leave(users: int, cluster: Cluster) -> None:
    """Leave the users; the last one waits until the server has stopped."""
    pid = _note(cluster)
    last = _locked(users, fcntl.LOCK_EX)
    fcntl.flock(users, fcntl.LOCK_UN)  # a failed attempt may have kept our share
    # The keeper may have come between: then nobody gets a share, and the server is stopping.
    if not last and _locked(users, fcntl.LOCK_SH):
        fcntl.flock(users, fcntl.LOCK_UN)
        return
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline and _alive(cluster) and _note(cluster) == pid:
        time.sleep(PAUSE_SECONDS)


def _alive(cluster: Cluster) -> bool:
    """Whether a keeper or a process of a server holds the lock."""
    lock = _opened(cluster.lock)
    try:
        return not _locked(lock, fcntl.LOCK_EX)
    finally:
        os.close(lock)


def _note(cluster: Cluster) -> str:
    """The pid of the latest keeper, or that it gave up."""
    return cluster.lock.read_text() if cluster.lock.exists() else ""


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _locked(handle: int, how: int) -> bool:
    """Whether we got the lock, without waiting."""
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _why(cluster: Cluster) -> str:
    """The sentence for a server that does not start, with the last complaint in its log."""
    lines = cluster.log.read_text(errors="replace").splitlines() if cluster.log.exists() else []
    complaints = [line for line in lines if "LOG:" not in line and "is starting up" not in line]
    return (
        f"PostgreSQL does not start: {complaints[-1] if complaints else 'it gave no reason'} (more in {cluster.log})."
    )
