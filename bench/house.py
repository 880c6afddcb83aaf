"""A reseller in a home of its own: commands as a person gives them, and the portal running."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.measure import below, postgres_of
from crossfoot.runtime import postgres
from crossfoot.runtime.cluster import cluster_of
from crossfoot.runtime.home import Home, open_home

PORT = 8917
PASSWORD = "a long enough passphrase"
FINANCE = "dana@reseller.example"


@dataclass
class Spent:
    """What a command cost, the processes that it started included."""

    wall: float
    cpu: float
    peak_mb: float


@dataclass(frozen=True)
class Running:
    """The portal while it runs."""

    pids: list[int]
    web: int
    start: float  # seconds until the first page was served


class House:
    """The home below a folder."""

    def __init__(self, folder: Path) -> None:
        """Nothing is started yet."""
        self.folder = folder
        self.environ = {**os.environ, "CROSSFOOT_HOME": str(folder / "home")}

    @property
    def home(self) -> Home:
        """Where it keeps its data."""
        return open_home(self.environ)

    def crossfoot(self, *words: str, stdin: str = "") -> Spent:
        """Run a command, to its end."""
        start = time.perf_counter()
        command = [sys.executable, "-m", "crossfoot.cli.main", *words]
        with (self.folder / "said.txt").open("w+") as said:
            run = subprocess.Popen(
                command, env=self.environ, stdin=subprocess.PIPE, stdout=said, stderr=said, text=True
            )
            assert run.stdin
            run.stdin.write(stdin)
            run.stdin.close()
            _, status, used = os.wait4(run.pid, 0)
            run.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            if run.returncode:
                sys.exit(f"crossfoot {' '.join(words)} ended with {run.returncode}: {said.read()[-2000:]}")
        return Spent(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)

    def prepare(self) -> None:
        """Customers, a price book and somebody who approves it."""
        self.crossfoot("customers", "import", str(self.folder / "customers.csv"))
        self.crossfoot("prices", "import", str(self.folder / "prices.csv"))
        self.crossfoot("users", "add", FINANCE, "--role", "reseller-finance", "--password-stdin", stdin=PASSWORD)
        self.crossfoot("prices", "approve", "all", "--as", FINANCE)

    @contextmanager
    def running(self) -> Iterator[Running]:
        """`crossfoot up`, ready."""
        start = time.perf_counter()
        command = [sys.executable, "-m", "crossfoot.cli.main", "up", "--port", str(PORT)]
        up = subprocess.Popen(command, env=self.environ, stdout=subprocess.PIPE, text=True)
        try:
            assert up.stdout
            while "is ready at" not in up.stdout.readline():
                assert up.poll() is None
            took = time.perf_counter() - start
            pids = [*below(up.pid), *postgres_of(str(cluster_of(self.home).data))]
            web = next(p for p in pids if b"granian" in Path(f"/proc/{p}/cmdline").read_bytes())
            yield Running(pids, web, took)
        finally:
            up.terminate()
            up.wait(20)

    def erase(self) -> None:
        """Leave nothing behind."""
        postgres.erase(self.home)
