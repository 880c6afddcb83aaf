"""Runs the processes of one installation: starts them again when they end, and ends them all together.

In: command lines. Out: nothing but their lines on stderr. Every child leads a process group of its own, so that a
Ctrl-C of the terminal reaches the supervisor alone and what a child has started ends with it; and a child is told by
the kernel when the supervisor was killed. Use it from the main thread: signals and that notice are bound to it.
"""

import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from crossfoot.core.errors import CrossfootError
from crossfoot.runtime.keeper import dies_with_parent

PAUSE_SECONDS = 0.1
TERM_SECONDS = 3.5  # with the server's own stop, all is over within five
FIRST_BACKOFF = 0.5
LONGEST_BACKOFF = 30.0
LAST_PORT = 65535
STEADY_SECONDS = 60.0  # after this long, an end is not counted with the earlier ones
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, kw_only=True)
class Child:
    """A process to keep running; its lines go to `log`, else to our stderr behind its name."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] | None = None
    log: Path | None = None


class Supervisor:
    """`with Supervisor(children) as supervisor: supervisor.run()`; SIGINT and SIGTERM end the block quietly."""

    def __init__(self, children: Iterable[Child]) -> None:
        """Take the children; nothing is started before the block is entered."""
        self._posts = [_Post(child) for child in children]
        self._asked = False
        self._former: dict[int, Any] = {}

    def __enter__(self) -> Self:
        """Start every child."""
        self._former = {number: signal.signal(number, self._ask) for number in SIGNALS}
        try:
            for post in self._posts:
                post.start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> bool:
        """Stop every child, whatever ended the block."""
        self._stop()
        return self._asked and kind is KeyboardInterrupt

    def run(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Look after the children until a signal comes."""
        while True:
            self.look_after()
            meanwhile()
            time.sleep(PAUSE_SECONDS)

    def look_after(self) -> None:
        """Start again what has ended; raises KeyboardInterrupt, at this safe point only, once a signal has come."""
        if self._asked:
            raise KeyboardInterrupt
        for post in self._posts:
            post.look_after()

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True

    def _stop(self) -> None:
        for post in self._posts:
            post.terminate()
        deadline = time.monotonic() + TERM_SECONDS
        while time.monotonic() < deadline and not all(post.has_ended() for post in self._posts):
            time.sleep(PAUSE_SECONDS / 5)
        for post in self._posts:
            post.clear()
        for number, handler in self._former.items():
            signal.signal(number, handler)


class _Post:
    """The place of one child: its present process, if any, and when the next may start."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.backoff = FIRST_BACKOFF
        self.due = 0.0

    def start(self) -> None:
        output = subprocess.PIPE if self.child.log is None else os.open(self.child.log, _APPEND, 0o600)
        try:
            self.process = subprocess.Popen(
                self.child.argv,
                env=self.child.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one C call, loaded beforehand
            )
        except OSError as problem:
            msg = f"{self.child.name} cannot be started: {problem.strerror} ({self.child.argv[0]})."
            raise CrossfootError(msg) from problem
        finally:
            if output != subprocess.PIPE:
                os.close(output)
        self.started = time.monotonic()
        if self.process.stdout is not None:
            threading.Thread(target=_relay, args=(self.child.name, self.process), daemon=True).start()

    def look_after(self) -> None:
        now = time.monotonic()
        if self.process is None and now >= self.due:
            self.start()
        elif self.process is not None and self.has_ended():
            if now - self.started > STEADY_SECONDS:
                self.backoff = FIRST_BACKOFF
            code = self.clear()
            _say(f"{self.child.name} ended with code {code}; it starts again in {self.backoff:g} s")
            self.due = now + self.backoff
            self.backoff = min(2 * self.backoff, LONGEST_BACKOFF)

    def has_ended(self) -> bool:
        """Whether it has ended; it is not reaped yet, so that its group's number still means its group."""
        if self.process is None:
            return True
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def terminate(self) -> None:
        """Ask the child alone: it ends its own children better than we could."""
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGTERM)

    def clear(self) -> int:
        """End what is left of the group, and reap."""
        if self.process is None:
            return 0
        os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        self.process = None
        return code


_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND


def _relay(name: str, process: subprocess.Popen[bytes]) -> None:
    """Pass a child's lines on, each behind its name."""
    if process.stdout is not None:
        with process.stdout as lines:
            for line in lines:
                _say(f"{name} | {line.decode(errors='replace').rstrip()}")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def check_port_free(port: int, host: str = "127.0.0.1") -> None:
    """Refuse a port that another program listens on, before anything is started."""
    if not 1 <= port <= LAST_PORT:
        raise CrossfootError(f"There is no port {port}: choose one from 1 to {LAST_PORT} with --port.")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as problem:
            msg = f"Port {port} is for root only: choose another with --port."
            raise CrossfootError(msg) from problem
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE:
                raise
            msg = f"Port {port} is in use: choose another with --port."
            raise CrossfootError(msg) from problem


def wait_until_served(url: str, timeout: float, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Wait until the page is served; `meanwhile` (a supervisor's `look_after`) is called between the attempts."""
    deadline = time.monotonic() + timeout
    while not _is_served(url):
        meanwhile()
        if time.monotonic() > deadline:
            msg = f"{url} was not served within {timeout:g} seconds: see the lines of the web process."
            raise CrossfootError(msg)
        time.sleep(PAUSE_SECONDS / 2)


def _is_served(url: str) -> bool:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
