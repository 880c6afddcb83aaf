"""Keeps one PostgreSQL server running for as long as anybody uses it. Run as a script, by postgres.py.

In: one JSON argument: `argv` of the server, `data`, `pid_files`, `users` (a lock file), `lock` (an inherited descriptor
that holds the cluster's lock), `uid` and `gid` or null. Out: nothing but the server's log on stderr.
Every process that uses the server holds a shared lock on `users`, which the kernel drops however the process ends.
When the keeper gets that lock for itself, nobody is left: it stops the server and goes. Thus the process that
happened to start the server may end before the others, and a killed one leaves nothing behind. Standard library only.
"""

import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
GIVE_UP_SECONDS = 10.0  # a server that was killed leaves processes that need a moment to notice
PAUSE_SECONDS = 0.25
STOP_SECONDS = 30.0
GAVE_UP = "gave up"
LIBC = ctypes.CDLL(None)  # loaded here, because between fork and exec nothing may be loaded


def dies_with_parent(signal_number: int) -> Callable[[], None]:
    """What a child does before exec, so that it gets the signal when its parent's thread ends, however it ends."""
    parent = os.getpid()

    def ask() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)

    return ask


def die_with_parent(signal_number: int) -> None:
    """For this process itself: get the signal when the thread that started it ends."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal_number)


def forget_dead_server(spec: dict[str, Any]) -> None:
    """Remove the pid files of a server that was killed, when that number now means another process or a zombie.

    PostgreSQL would refuse to start beside any living process of that number; numbers repeat quickly in containers.
    """
    for name in spec["pid_files"]:
        try:
            pid = Path(name).read_text().split("\n", 1)[0].strip()
            command = Path("/proc", pid, "cmdline").read_bytes()
        except OSError:
            continue  # no file, or no such process, which PostgreSQL sees by itself
        if os.fsencode(spec["data"]) not in command.split(b"\0"):
            Path(name).unlink(missing_ok=True)


def start_server(spec: dict[str, Any]) -> subprocess.Popen[bytes]:
    """PostgreSQL in the foreground. It inherits the cluster's lock: no second server can meet its last processes."""
    forget_dead_server(spec)
    return subprocess.Popen(
        spec["argv"],
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C"},
        umask=0o077,
        stdin=subprocess.DEVNULL,
        pass_fds=[spec["lock"]],
        preexec_fn=dies_with_parent(signal.SIGINT),  # noqa: PLW1509 - one C call, loaded beforehand
        user=spec["uid"],
        group=spec["gid"],
        extra_groups=None if spec["uid"] is None else [],
    )


def stop_server(server: subprocess.Popen[bytes]) -> None:
    """Fast stop (SIGINT): open sessions end, everything is written. Immediate stop if that takes too long."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait()


def keep(spec: dict[str, Any], alone: threading.Event) -> int:
    """Run the server, again when it was killed, until nobody uses it or it was asked to stop."""
    failing_since = time.monotonic()
    while not alone.is_set():
        started = time.monotonic()
        server = start_server(spec)
        while server.poll() is None:
            if alone.wait(0.5):
                stop_server(server)
                return 0
        if server.returncode == 0:
            return 0
        if time.monotonic() - started > GIVE_UP_SECONDS:
            failing_since = time.monotonic()
        elif time.monotonic() - failing_since > GIVE_UP_SECONDS:
            return 1
        alone.wait(PAUSE_SECONDS)
    return 0


def note(lock: int, word: str) -> None:
    """Write into the lock file, for those who wait."""
    os.ftruncate(lock, 0)
    os.pwrite(lock, word.encode(), 0)


def main() -> int:
    """Leave the process that started us, note our pid in the lock file, and keep the server."""
    spec = json.loads(sys.argv[1])
    if os.fork():
        os._exit(0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)  # its users decide; a handler, not SIG_IGN, which exec would pass on
    note(spec["lock"], str(os.getpid()))
    alone = threading.Event()

    def wait_for_last() -> None:
        fcntl.flock(os.open(spec["users"], os.O_RDWR), fcntl.LOCK_EX)
        alone.set()

    threading.Thread(target=wait_for_last, daemon=True).start()
    code = keep(spec, alone)
    if code != 0:
        note(spec["lock"], GAVE_UP)
    return code


if __name__ == "__main__":
    sys.exit(main())
