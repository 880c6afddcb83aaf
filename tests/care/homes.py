"""Homes with processes of their own, and the commands that run on them."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import crossfoot
from crossfoot.runtime import postgres
from crossfoot.runtime.home import open_home
from tests.cli.command import Ran

SOURCE = Path(crossfoot.__file__).parent.parent
TOP = Path(__file__).parents[2]


@contextmanager
def folder() -> Iterator[Path]:
    """Where homes may lie: other users pass through. Removed with the servers of all homes in it."""
    made = Path(tempfile.mkdtemp(prefix="crossfoot-test-"))
    made.chmod(0o755)
    try:
        yield made
    finally:
        for home in made.iterdir():
            if (home / "home.id").exists():
                erase(home)
        shutil.rmtree(made)


def erase(root: Path) -> None:
    """Its server ends a moment after its last user."""
    home = open_home({"CROSSFOOT_HOME": str(root), "CROSSFOOT_LAKE": str(root)})  # its own may have lain elsewhere
    deadline = time.monotonic() + 20
    while postgres.is_alive(home) and time.monotonic() < deadline:
        time.sleep(0.05)
    postgres.erase(home)


def environ(home: Path, **more: str) -> dict[str, str]:
    """Nothing of the person who runs the tests."""
    path = f"{SOURCE}{os.pathsep}{TOP}"
    return {"PATH": os.defpath, "CROSSFOOT_HOME": str(home), "PYTHONPATH": path, **more}


def run(home: Path, *words: object, typed: str = "", **more: str) -> Ran:
    """A command, to its end."""
    argv = [sys.executable, "-m", "crossfoot.cli.main", *(str(word) for word in words)]
    done = subprocess.run(argv, env=environ(home, **more), input=typed.encode(), capture_output=True, check=False)
    return Ran(done.returncode, done.stdout, done.stderr.decode())


def furnish(home: Path, inbox: Path, **more: str) -> None:
    """One customer, one month: see furnish.py."""
    argv = [sys.executable, "-m", "tests.care.furnish", str(inbox)]
    subprocess.run(argv, env=environ(home, **more), check=True, cwd=TOP)


@contextmanager
def up(home: Path, **more: str) -> Iterator[str]:
    """The portal, running; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    argv = [sys.executable, "-m", "crossfoot.cli.main", "up", "--port", str(port)]
    process = subprocess.Popen(
        argv, env=environ(home, **more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert "is ready at" in said, process.communicate()
        yield said.split()[-1]
    finally:
        process.terminate()
        process.communicate(timeout=30)
