"""Backup, restore and doctor on a PostgreSQL of one's own by DATABASE_URL, of our major version and of Debian's."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from crossfoot.runtime.binaries import programs, server_user
from tests.care import homes
from tests.care.canaries import ALICE

pytestmark = pytest.mark.deep
SERVERS = [programs(), *Path("/usr/lib/postgresql").glob("*/bin")]
REPORT = ("report", "usage-to-cost", "--as", ALICE, "--period", "2026-10", "--by", "service", "--format", "json")
TABLES = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S')"
LEFT = (
    f"SELECT ({TABLES}) + (SELECT count(*) FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e')"
)


@pytest.fixture(params=SERVERS, ids=lambda path: str(path.parent.name), scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that is not ours: its socket folder."""
    folder = Path(f"/tmp/crossfoot-care-{os.getpid()}")  # noqa: S108 - short, for the socket
    folder.mkdir(mode=0o700)
    user = server_user()
    quiet: dict[str, Any] = {"cwd": "/", "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if user is not None:
        os.chown(folder, user.uid, user.gid)
        quiet |= {"user": user.uid, "group": user.gid, "extra_groups": []}
    data = ["-D", str(folder / "data")]
    subprocess.run([request.param / "initdb", *data, "-U", "admin", "-A", "trust", "--no-sync"], check=True, **quiet)
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
    process = subprocess.Popen([request.param / "postgres", *data, *options], **quiet)
    deadline = time.monotonic() + 20
    while True:
        try:
            with psycopg.connect(f"postgresql:///postgres?host={folder}&user=admin", autocommit=True) as admin:
                admin.execute("CREATE ROLE finance LOGIN CREATEROLE PASSWORD 's3cret'")
                for name in ("one", "two", "three"):
                    admin.execute(f"CREATE DATABASE {name} OWNER finance")
            break
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    yield str(folder)
    process.terminate()
    process.wait()
    shutil.rmtree(folder)


def address(server: str, database: str) -> str:
    return f"postgresql://finance:s3cret@/{database}?host={server}"


def test_to_and_fro(server: str, tmp_path: Path) -> None:
    """A server of one's own, into the embedded one, and back into another database of that server."""
    one, two = address(server, "one"), address(server, "two")
    with homes.folder() as place:
        homes.furnish(place / "one", tmp_path, DATABASE_URL=one)
        before = homes.run(place / "one", *REPORT, DATABASE_URL=one)
        assert homes.run(place / "one", "backup", tmp_path / "first", DATABASE_URL=one).code == 0
        assert homes.run(place / "one", "doctor", "--deep", DATABASE_URL=one).code == 0
        steps = (("embedded", tmp_path / "first", {}), ("two", tmp_path / "second", {"DATABASE_URL": two}))
        for name, file, more in steps:
            ran = homes.run(place / name, "restore", file, **more)
            assert ran.code == 0, ran.err
            for words in (("reconcile",), ("audit", "verify"), ("doctor", "--deep")):
                ran = homes.run(place / name, *words, **more)
                assert ran.code == 0, (words, ran.out, ran.err)
            assert homes.run(place / name, *REPORT, **more).out == before.out
            if name == "embedded":
                assert homes.run(place / name, "backup", tmp_path / "second").code == 0
        again = homes.run(place / "again", "restore", tmp_path / "first", DATABASE_URL=two)
        assert (again.code, "holds tables already" in again.err) == (2, True)
        assert not (place / "again").exists()
        assert homes.run(place / "two", *REPORT, DATABASE_URL=two).out == before.out


def test_a_restore_that_fails_leaves_the_database_empty(server: str, tmp_path: Path) -> None:
    from tests.care.test_backup import rebuilt

    three = address(server, "three")
    with homes.folder() as place:
        homes.furnish(place / "one", tmp_path)
        assert homes.run(place / "one", "backup", tmp_path / "good").code == 0
        bad = rebuilt(tmp_path / "good", tmp_path / "bad", lambda m: m["end"].update(hash="0" * 64))
        lake = tmp_path / "lake"
        ran = homes.run(place / "three", "restore", bad, DATABASE_URL=three, CROSSFOOT_LAKE=str(lake))
        assert "not where the backup says" in ran.err
        assert not (place / "three").exists()
        assert list(lake.iterdir()) == []
        with psycopg.connect(three) as owner:
            assert owner.execute(LEFT).fetchone() == (0,)
        more = {"DATABASE_URL": three, "CROSSFOOT_LAKE": str(lake)}
        assert homes.run(place / "three", "restore", tmp_path / "good", **more).code == 0
        assert homes.run(place / "three", "reconcile", **more).code == 0
        assert sorted(path.name for path in lake.iterdir()) == ["buy", "charges", "daily"]
