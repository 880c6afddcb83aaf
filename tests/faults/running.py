"""`crossfoot up` in processes of its own, as a person starts it: its processes by name, its pages, and its end."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import crossfoot
from tests.runtime.conftest import eventually, is_gone

SOURCE = Path(crossfoot.__file__).parent.parent
TOP = SOURCE.parent
READY = "Crossfoot is ready at "


def environ(home: Path, **more: str) -> dict[str, str]:
    """What a shell would hand over: no test's settings, nothing of the person who runs the tests."""
    return {"PATH": os.defpath, "PYTHONPATH": f"{SOURCE}:{TOP}", "CROSSFOOT_HOME": str(home)} | more


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            found.append(int(stat.parent.name))
    return found


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    return [pid, *(below for child in children(pid) for below in tree(child))]


def words(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


@dataclass
class Answer:
    """A status, the body as far as it came, and how long it was said to be."""

    status: int
    body: bytes
    length: int | None

    @property
    def is_whole(self) -> bool:
        return self.length in {None, len(self.body)}


@dataclass
class Up:
    """A running portal."""

    home: Path
    port: int
    process: "subprocess.Popen[str]"
    env: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def pids(self) -> dict[str, int]:
        """Each process by its name, as far as it runs."""
        found = {"supervisor": self.process.pid}
        for pid in children(self.process.pid):
            name = "web" if "granian" in words(pid) else "worker"
            found[name] = pid
            if name == "web":
                found.update(("server", child) for child in children(pid) if "granian" in str(words(child)))
        for stat in Path("/proc").glob("[0-9]*"):
            said = words(int(stat.name))
            if any("keeper.py" in word for word in said) and any(name in str(said) for name in self.names):
                found["keeper"] = int(stat.name)
                found.update(("postgres", child) for child in children(int(stat.name)))
        return found

    @property
    def names(self) -> tuple[str, str]:
        """In the keeper's words stands where the database lies: below the home, or for root below a folder of its id."""
        return str(self.home), (self.home / "home.id").read_text()[:12]

    def everybody(self) -> list[int]:
        """The pid of every process that runs because of this portal."""
        named = self.pids()
        return [pid for name in ("supervisor", "keeper") if name in named for pid in tree(named[name])]

    def ask(self, path: str, who: str = "", form: Mapping[str, str] | None = None, timeout: float = 20) -> Answer:
        """A request with a form or without; raises OSError where there is no answer at all."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = {"Cookie": self.cookies.get(who, ""), "Referer": f"http://127.0.0.1:{self.port}/"}
        try:
            if form is None:
                connection.request("GET", path, headers=headers)
            else:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
                token = dict(part.split("=", 1) for part in headers["Cookie"].split("; ") if part).get("csrftoken", "")
                connection.request("POST", path, urlencode({**form, "csrfmiddlewaretoken": token}), headers)
            response = connection.getresponse()
            length = response.getheader("Content-Length")
            try:
                body = response.read()
            except http.client.IncompleteRead as cut:
                body = cut.partial
            self._keep(who, response)
            return Answer(response.status, body, int(length) if length else None)
        except http.client.HTTPException as problem:
            raise ConnectionError(str(problem)) from problem
        finally:
            connection.close()

    def _keep(self, who: str, response: http.client.HTTPResponse) -> None:
        kept = dict(part.split("=", 1) for part in self.cookies.get(who, "").split("; ") if part)
        for value in response.headers.get_all("Set-Cookie", []):
            name, _, text = value.split(";", 1)[0].partition("=")
            kept[name] = text
        self.cookies[who] = "; ".join(f"{name}={text}" for name, text in kept.items())

    def sign_in(self, name: str, password: str) -> None:
        page = self.ask("/login", name)
        assert re.search(rb"csrfmiddlewaretoken", page.body), page
        answer = self.ask("/login", name, {"login": f"{name}@example.com", "password": password})
        assert (answer.status, "sessionid" in self.cookies[name]) == (302, True), answer

    def total(self, who: str = "alice", customer: str = "C0001") -> str:
        """October's cost as the page's document says it."""
        answer = self.ask(f"/c/{customer}/usage-to-cost.json?period=2026-10", who)
        assert answer.status == 200, answer
        found = re.search(
            rb'"totals":\[\{[^]]*"billed_cost":"([^"]*)"', answer.body.replace(b" ", b"").replace(b"\n", b"")
        )
        assert found, answer.body
        return found[1].decode()

    def serves(self, who: str = "alice", seconds: float = 15) -> float:
        """Wait until its pages are whole again; how long it took."""
        began = time.monotonic()
        while True:
            try:
                if self.ask("/c/C0001/usage-to-cost?period=2026-10", who, timeout=seconds).status == 200:
                    return time.monotonic() - began
            except OSError:
                pass
            assert time.monotonic() - began < seconds, f"no page after {seconds} seconds"
            time.sleep(0.1)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """End it; how long that took. Nothing of it may be left."""
        everybody, began = self.everybody(), time.monotonic()
        self.process.send_signal(number)
        self.process.communicate(timeout=20)
        took = time.monotonic() - began
        eventually(lambda: all(is_gone(pid) for pid in everybody), 5)
        return took

    def kill(self) -> None:
        """For the end of a test, whatever came of it."""
        for pid in self.everybody() if self.process.poll() is None else []:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.kill()
        self.process.communicate()


def launch(home: Path, port: int, change: Sequence[str] = (), **env: str) -> "subprocess.Popen[str]":
    """`crossfoot up`, not waited for; `change` are words before it that make it another user's."""
    argv = [*change, sys.executable, "-m", "crossfoot.cli.main", "up", "--port", str(port)]
    return subprocess.Popen(
        argv,
        env=environ(home, **env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        umask=0o077,
        start_new_session=True,
    )


@contextmanager
def up(home: Path, change: Sequence[str] = (), **env: str) -> Iterator[Up]:
    """A portal that serves; gone afterwards."""
    port = free_port()
    process = launch(home, port, change, **env)
    found = Up(home, port, process, env)
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith(READY), (line, process.stderr and process.stderr.read() if not line else "")
        yield found
    finally:
        found.kill()
