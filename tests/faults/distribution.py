"""A PostgreSQL server that is not ours: the distribution's, else the embedded one's programs; on TCP, with passwords."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from crossfoot.runtime.binaries import programs, server_user
from tests.faults.running import free_port

PASSWORD = "s3cret"
OURS = [*sorted(Path("/usr/lib/postgresql").glob("*/bin")), programs()]


@dataclass
class Server:
    """Its port, and where its programs are."""

    port: int
    programs: Path

    def url(self, user: str = "admin", database: str = "postgres") -> str:
        return f"postgresql://{user}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def run(self, *statements: str, database: str = "postgres") -> None:
        """As the administrator."""
        with psycopg.connect(self.url(database=database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def database(self, name: str, more: str = "") -> str:
        """A database of its own for a user of its own, as an administrator is asked to make them: its address."""
        self.run(
            f"CREATE ROLE {name} LOGIN CREATEROLE PASSWORD '{PASSWORD}'", f"CREATE DATABASE {name} OWNER {name} {more}"
        )
        return self.url(name, name)


@contextmanager
def server() -> Iterator[Server]:
    """A cluster in a folder of its own, run by a user who is not root."""
    folder = Path(tempfile.mkdtemp(prefix="crossfoot-test-"))
    who: dict[str, Any] = {"cwd": "/", "stdout": subprocess.DEVNULL}
    user = server_user()
    if user is not None:
        os.chown(folder, user.uid, user.gid)
        who |= {"user": user.uid, "group": user.gid, "extra_groups": []}
    password = folder / "password"
    password.write_text(PASSWORD)
    password.chmod(0o644)
    found = Server(free_port(), OURS[0])
    options = ["-U", "admin", "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "--no-sync"]
    subprocess.run([found.programs / "initdb", "-D", folder / "data", *options], check=True, **who)
    settings = ["listen_addresses=127.0.0.1", f"port={found.port}", "unix_socket_directories=", "fsync=off"]
    argv = [found.programs / "postgres", "-D", folder / "data", *(w for s in settings for w in ("-c", s))]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(argv, stderr=log, **who)
    try:
        _wait(found)
        yield found
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def _wait(found: Server) -> None:
    for _ in range(400):
        try:
            return psycopg.connect(found.url()).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise AssertionError("the server did not start")
