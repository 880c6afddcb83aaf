"""A process that ingests, publishes, exports and seals, and dies, waits or fails at a chosen step.

`python -m tests.faults.killer` imports everything, opens nothing, and forks a child for every order on its standard
input: forking a process that already talks to PostgreSQL or has threads of DuckDB would not be sound. A step is a real
border: a file opened, synced, renamed or removed, a statement to PostgreSQL or DuckDB, a commit. Some come in halves:
a copy or a Parquet file of which only half was written. What the child is told to do, and what it has done, goes
through the two pipes as lines of JSON, so that a test knows what was acknowledged before the child died.
"""

import errno
import io
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

TOP = Path(__file__).parents[2]
KINDS = re.compile("landed|accepted|charges|daily|buy|audit")
NUMBERED = re.compile(r'"s[0-9]+_x[0-9]+"|\'.*')
WRITTEN = re.compile(r"\bTO '(?P<path>[^']+)' \(FORMAT parquet")


@dataclass
class Steps:
    """Counts the steps of this process by name: at the n-th of one it dies, of another the disk fails; at a third it waits."""

    kill: tuple[str, int]
    wait: str
    fail: tuple[str, int] = ("", 0)
    names: list[str] = field(default_factory=list)

    def reach(self, name: str, spoil: Callable[[], object] | None = None) -> None:
        """Come to a step. `spoil` leaves what would be there if the step had been interrupted half-way."""
        self.names.append(name)
        if name == self.wait:
            self.wait = ""
            say(waiting=name)
            os.read(0, 1)
        if (name, self.names.count(name)) == self.kill:
            if spoil:
                spoil()
            os.kill(os.getpid(), signal.SIGKILL)
        if (name, self.names.count(name)) == self.fail:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def watch(self) -> None:
        """Put a step before everything that changes a file or talks to a database."""
        import duckdb
        import psycopg
        from pyarrow import parquet

        for name in ("fsync", "link", "unlink", "rmdir", "mkdir", "chmod"):
            setattr(os, name, self._before(name, getattr(os, name)))
        os.replace = self._replaced(os.replace)
        io.open = self._opened(io.open)  # type: ignore[assignment]
        subprocess.run = self._around(subprocess.run)  # type: ignore[assignment]
        shutil.copyfile = self._copied(shutil.copyfile)  # type: ignore[assignment]
        psycopg.Cursor.execute = self._asked(psycopg.Cursor.execute)  # type: ignore[method-assign]
        psycopg.Connection.commit = self._before("commit", psycopg.Connection.commit)  # type: ignore[method-assign]
        parquet.ParquetWriter.close = self._before("half a parquet", parquet.ParquetWriter.close)  # no footer yet
        connect = duckdb.connect
        duckdb.connect = lambda *args, **more: Watched(connect(*args, **more), self)  # type: ignore[assignment]

    def _around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A bill is read by a child, which ends with us: a step before it and one when its answer is there."""

        def stepped(*args: Any, **more: Any) -> Any:
            self.reach("child begins")
            done = function(*args, **more)
            self.reach("child ended")
            return done

        return stepped

    def _before(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **more: Any) -> Any:
            self.reach(name)
            return function(*args, **more)

        return stepped

    def _replaced(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(source: Any, target: Any, **more: Any) -> Any:
            self.reach(f"replace {KINDS.search(str(target))[0]}")  # type: ignore[index]
            return function(source, target, **more)

        return stepped

    def _asked(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(cursor: Any, statement: Any, *args: Any, **more: Any) -> Any:
            self.reach(_name("postgres", str(statement)))
            return function(cursor, statement, *args, **more)

        return stepped

    def _opened(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(file: Any, mode: str = "r", *args: Any, **more: Any) -> Any:
            if set(mode) & set("wax+"):
                self.reach("open")
            return function(file, mode, *args, **more)

        return stepped

    def _copied(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(source: Path, target: Path, **more: Any) -> Any:
            data = Path(source).read_bytes()
            self.reach("half a copy", lambda: Path(target).write_bytes(data[: len(data) // 2]))
            return function(source, target, **more)

        return stepped


class Watched:
    """A DuckDB connection whose statements are steps."""

    def __init__(self, inner: Any, steps: Steps) -> None:
        self._inner, self._steps = inner, steps

    def execute(self, statement: str, *args: Any) -> Any:
        """A step, the statement, and for a file that it wrote the step at which half of it is there."""
        self._steps.reach(_name("duckdb", statement))
        done = self._inner.execute(statement, *args)
        if found := WRITTEN.search(statement):
            path = found["path"]
            self._steps.reach("half a parquet", lambda: os.truncate(path, os.path.getsize(path) // 2))  # noqa: PTH202
        return done

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._inner.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def _name(of: str, statement: str) -> str:
    """The first words of a statement, without what differs from run to run."""
    return " ".join([of, *NUMBERED.sub("", statement).split()[:3]])


def say(**word: object) -> None:
    """One line to the test; whole, for it is short and written at once."""
    os.write(1, json.dumps(word).encode() + b"\n")


def work(order: dict[str, Any]) -> None:
    """Ingest the bills, publish the cycles, make the exports of an order, seal, and acknowledge each."""
    from crossfoot.access.sealing import seal_log
    from crossfoot.core.errors import Busy
    from crossfoot.ingest.accept import accept
    from crossfoot.publish.publish import publish
    from crossfoot.runtime.home import open_home
    from crossfoot.sources.huawei_files import find_bills

    home = open_home()
    steps = Steps(tuple(order.get("kill", ("", 0))), order.get("wait", ""), tuple(order.get("fail", ("", 0))))
    steps.watch()
    if "limit" in order:  # no file may grow beyond so many bytes: a write ends short, the next is refused
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["limit"], resource.RLIM_INFINITY))
    for path in order.get("bills", ()):
        receipt = accept(find_bills(Path(path))[0][0], home, "killer@reseller.example")
        say(accepted=receipt.sha256, is_new=receipt.is_new)
    for cycle in order.get("cycles", ()):
        try:
            published = publish(cycle, home, "killer@reseller.example")
        except Busy as busy:
            say(busy=busy.sentence)
        else:
            say(published=cycle, editions=published.editions)
    for cycle, fmt in order.get("exports", ()):
        say(exported=export(cycle, fmt))
    if order.get("seal"):
        say(sealed=seal_log(home))
    say(steps=steps.names)


def export(cycle: str, fmt: Any) -> str:
    """Alice takes the lines of a cycle as a file; its sha256."""
    from crossfoot.access.scope import find_user, scope_for
    from crossfoot.deliver.files import make_file
    from crossfoot.query.run import run
    from crossfoot.reports.catalog import get_report
    from crossfoot.reports.question import ask
    from crossfoot.runtime.home import open_home

    scope = scope_for(find_user("alice@example.com"))
    question = ask(get_report("charges", scope.role), scope.role, period=cycle)
    made = make_file(run(question.report, question, scope), fmt, scope, open_home())
    made.path.unlink()
    return made.sha256


def serve() -> None:
    """Fork a child for every order, and say how it ended."""
    import django

    django.setup()
    import crossfoot.cli.demo
    import crossfoot.deliver.files
    import crossfoot.query.run  # noqa: F401 - imports all that the work needs
    from crossfoot.runtime.outage import find_outage

    say(ready=True)
    while order := _read_line():
        child = os.fork()
        if child == 0:
            try:
                work(json.loads(order))
            except BaseException as error:  # noqa: BLE001 - whatever it was, the test wants to know
                outage = find_outage(error)
                say(**{"refused": outage.sentence} if outage else {"error": repr(error)})
            os._exit(0)
        say(ended=-os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _read_line() -> bytes:
    """A line of the standard input and not a byte more: the child may wait for the next."""
    line = b""
    while (byte := os.read(0, 1)) not in {b"", b"\n"}:
        line += byte
    return line


class Killer:
    """The test's end of the pipes."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.killer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=TOP,
            env={**os.environ, "PYTHONPATH": f"{TOP / 'src'}:{TOP}", "PGOPTIONS": ""},  # commits as a portal commits
        )
        assert self.hear() == {"ready": True}

    def order(self, **order: object) -> None:
        """Start a child."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()

    def resume(self) -> None:
        """Let a child that waits go on."""
        assert self._process.stdin
        self._process.stdin.write(b".")
        self._process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """The next word."""
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())

    def outcome(self) -> dict[str, Any]:
        """All that the child acknowledged until it ended, as one."""
        heard: dict[str, Any] = {}
        while "ended" not in heard:
            heard |= self.hear()
        assert "error" not in heard, heard
        return heard

    def run(self, **order: object) -> dict[str, Any]:
        """Start a child and wait for its end."""
        self.order(**order)
        return self.outcome()

    def stop(self) -> None:
        """No more orders."""
        self._process.communicate(b"\n", timeout=30)


@contextmanager
def killer() -> Iterator[Killer]:
    """A killer, ready."""
    found = Killer()
    try:
        yield found
    finally:
        found.stop()


if __name__ == "__main__":
    serve()
