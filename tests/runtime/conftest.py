"""Homes of their own for the tests: on this machine's disk, with real servers, removed afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import crossfoot
from crossfoot.runtime import postgres
from crossfoot.runtime.cluster import cluster_of
from crossfoot.runtime.home import Home, open_home

SOURCE = Path(crossfoot.__file__).parent.parent
ORDINARY_USER = "daemon"  # is on every Debian-like machine; the tests may run as root, PostgreSQL may not


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users may pass through."""
    made = Path(tempfile.mkdtemp(prefix="crossfoot-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def home(folder: Path) -> Iterator[Home]:
    made = open_home({"CROSSFOOT_HOME": str(folder / "home")})
    yield made
    eventually(lambda: not postgres.is_alive(made))
    postgres.erase(made)


@pytest.fixture(scope="module")
def kept_home() -> Iterator[Home]:
    """One home for the tests of a module that leave nothing behind: making a cluster takes more than a second."""
    folder = Path(tempfile.mkdtemp(prefix="crossfoot-test-"))
    made = open_home({"CROSSFOOT_HOME": str(folder / "home")})
    yield made
    eventually(lambda: not postgres.is_alive(made))
    postgres.erase(made)
    shutil.rmtree(folder)


def python(code: str, home: Path, *more: str, user: str | None = None) -> subprocess.Popen[str]:
    """A process of its own that runs the code on that home."""
    env = {"PATH": os.defpath, "PYTHONPATH": str(SOURCE), "CROSSFOOT_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(
        [*_as_user(user, env), sys.executable, "-c", PRELUDE + code, *more],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


PRELUDE = """
import sys, time, psycopg
from crossfoot.runtime.home import open_home
from crossfoot.runtime.database import connected
home = open_home()
def ask(url, query):
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchone()
def say(word):
    print(word, flush=True)
"""


def _as_user(user: str | None, env: dict[str, str]) -> list[str]:
    if user is None or os.geteuid() != 0:
        return []
    entry = pwd.getpwnam(user)
    change = ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
    again = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import crossfoot'], check=True)"
    if (
        subprocess.run([*change, sys.executable, "-c", again], env=env, check=False, capture_output=True).returncode
        != 0
    ):
        change += [
            "--inh-caps=+dac_read_search",
            "--ambient-caps=+dac_read_search",
        ]  # all is installed below /root: let it read
    return change


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> None:
    """Let the process go on (it waits for a line) and end well."""
    process.communicate("\n", timeout=30)
    assert process.returncode == 0


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def is_gone(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def server_pid(home: Home) -> int:
    return int((cluster_of(home).data / "postmaster.pid").read_text().split()[0])


def keeper_pid(home: Home) -> int:
    return int(cluster_of(home).lock.read_text())


def eventually(holds: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def committed_means_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests kill servers: what was committed must be there afterwards."""
    monkeypatch.delenv("PGOPTIONS", raising=False)
