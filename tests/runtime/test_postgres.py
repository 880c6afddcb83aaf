"""The embedded server: one at a time, shared, gone with its last user, back after a crash."""

import os
import shutil
import signal
import time
from pathlib import Path

import psycopg
import pytest

from crossfoot.core.errors import Busy, CrossfootError
from crossfoot.runtime import postgres
from crossfoot.runtime.cluster import cluster_of
from crossfoot.runtime.database import connected
from crossfoot.runtime.home import Home, open_home
from tests.runtime.conftest import (
    ORDINARY_USER,
    eventually,
    finish,
    is_gone,
    keeper_pid,
    kill,
    python,
    said,
    server_pid,
)

USE = """
with connected(home) as database:
    say(ask(database.app_url, "SELECT current_user")[0])
    sys.stdin.readline()
    ask(database.app_url, "SELECT 1")
"""


def ask(home: Home, query: str) -> object:
    with psycopg.connect(postgres.superuser_url(home), autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    return row and row[0]


def test_it_starts_and_stops_and_keeps_its_data(kept_home: Home) -> None:
    with postgres.serving(kept_home):
        with psycopg.connect(postgres.superuser_url(kept_home)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        pid = server_pid(kept_home)
    assert is_gone(pid)
    assert not postgres.is_alive(kept_home)
    started = time.monotonic()
    with postgres.serving(kept_home):
        assert time.monotonic() - started < 5
        assert ask(kept_home, "SELECT n FROM kept") == 7


def test_it_listens_on_a_private_socket_only(kept_home: Home) -> None:
    with postgres.serving(kept_home) as cluster:
        assert ask(kept_home, "SHOW listen_addresses") == ""
        assert cluster.sock.stat().st_mode & 0o777 == 0o700
        assert (cluster.sock / ".s.PGSQL.5432").stat().st_mode & 0o777 == 0o700
        assert ask(kept_home, "SELECT datlocale FROM pg_database WHERE datname = 'postgres'") == "C.UTF-8"


@pytest.mark.parametrize("password", ["", "wrong"])
def test_nobody_is_trusted(kept_home: Home, password: str) -> None:
    with postgres.serving(kept_home) as cluster, pytest.raises(psycopg.OperationalError, match=r"password"):
        psycopg.connect(cluster.url("postgres", password, "postgres"))


def test_two_homes_stand_side_by_side(kept_home: Home, home: Home) -> None:
    with postgres.serving(kept_home), postgres.serving(home):
        assert ask(kept_home, "SHOW data_directory") != ask(home, "SHOW data_directory")


def test_the_one_who_started_it_may_leave_first(kept_home: Home) -> None:
    first = python(USE, kept_home.root)
    assert said(first) == "crossfoot_app"
    second = python(USE, kept_home.root)
    assert said(second) == "crossfoot_app"
    pid = server_pid(kept_home)
    finish(first)
    assert not is_gone(pid)
    finish(second)
    assert is_gone(pid)


def test_a_crowd_comes_and_goes(kept_home: Home) -> None:
    come_and_go = """
for _ in range(6):
    with connected(home) as database:
        ask(database.app_url, "SELECT 1")
"""
    crowd = [python(come_and_go, kept_home.root) for _ in range(5)]
    for each in crowd:
        finish(each)
    assert not postgres.is_alive(kept_home)


def test_a_killed_user_leaves_no_server(kept_home: Home) -> None:
    user = python(USE, kept_home.root)
    said(user)
    pid = server_pid(kept_home)
    kill(user)
    eventually(lambda: is_gone(pid) and not postgres.is_alive(kept_home), 5)


def test_a_killed_server_is_started_again(kept_home: Home) -> None:
    with postgres.serving(kept_home):
        with psycopg.connect(postgres.superuser_url(kept_home), autocommit=True) as connection:
            connection.execute("CREATE TABLE survivor AS SELECT 1 AS n")
            os.kill(server_pid(kept_home), signal.SIGKILL)
        postgres.ensure_running(kept_home)
        assert ask(kept_home, "SELECT n FROM survivor") == 1


def test_a_killed_keeper_takes_the_server_along_and_both_come_back(kept_home: Home) -> None:
    with postgres.serving(kept_home):
        pid = server_pid(kept_home)
        os.kill(keeper_pid(kept_home), signal.SIGKILL)
        eventually(lambda: is_gone(pid), 5)
        eventually(lambda: not postgres.is_alive(kept_home), 5)
        postgres.revive(kept_home)
        assert ask(kept_home, "SELECT 1") == 1


def test_after_everything_was_killed_the_next_one_starts(kept_home: Home) -> None:
    user = python(USE, kept_home.root)
    said(user)
    for pid in (keeper_pid(kept_home), server_pid(kept_home)):
        os.kill(pid, signal.SIGKILL)
    kill(user)
    with postgres.serving(kept_home):
        assert ask(kept_home, "SELECT 1") == 1


def test_pid_files_with_the_number_of_another_process_are_no_obstacle(kept_home: Home) -> None:
    cluster = cluster_of(kept_home)
    files = (cluster.data / "postmaster.pid", cluster.sock / ".s.PGSQL.5432.lock")
    with postgres.serving(kept_home):
        contents = [file.read_text().split("\n", 1)[1] for file in files]
    for file, content in zip(files, contents, strict=True):
        file.write_text(f"1\n{content}")
    with postgres.serving(kept_home):
        assert ask(kept_home, "SELECT 1") == 1


def test_the_data_of_another_major_version_is_refused_in_a_sentence(kept_home: Home) -> None:
    version = cluster_of(kept_home).data / "PG_VERSION"
    own = version.read_text()
    version.write_text("17\n")
    with pytest.raises(
        CrossfootError, match=r"was made by PostgreSQL 17 and this installation brings 18: make a backup"
    ):
        postgres.serving(kept_home).__enter__()
    version.write_text(own)


def test_a_lost_password_is_told_in_a_sentence(kept_home: Home) -> None:
    key = kept_home.keys / "postgres"
    own = key.read_text()
    key.write_text("lost")
    with pytest.raises(CrossfootError, match=r"does not accept the password in .*keys/postgres: restore that file"):
        postgres.serving(kept_home).__enter__()
    key.write_text(own)


def test_a_server_that_cannot_start_says_why(home: Home) -> None:
    with postgres.serving(home) as cluster:
        pass
    control = cluster.data / "global" / "pg_control"
    control.rename(control.with_name("hidden"))
    started = time.monotonic()
    with pytest.raises(CrossfootError, match=r"PostgreSQL does not start: .*pg_control"):
        postgres.serving(home).__enter__()
    assert time.monotonic() - started < 20


def test_a_copied_home_does_not_share_the_database(kept_home: Home, folder: Path) -> None:
    with connected(kept_home, {}):
        pass
    copy = folder / "copy"
    shutil.copytree(kept_home.root, copy, symlinks=True, ignore=shutil.ignore_patterns("postgres"))
    (copy / "keys" / "postgres").write_bytes((kept_home.keys / "postgres").read_bytes())
    if os.geteuid() != 0:
        return  # there the database lies inside the home and is copied with it
    with pytest.raises(CrossfootError, match=r"is a copy of .* and would share its database"):
        postgres.serving(open_home({"CROSSFOOT_HOME": str(copy)})).__enter__()


def test_a_server_in_use_is_not_erased(kept_home: Home) -> None:
    with postgres.serving(kept_home), pytest.raises(Busy, match=r"is in use: stop Crossfoot first"):
        postgres.erase(kept_home)


@pytest.mark.parametrize("name", ["home", "a-name-that-is-far-too-long-for-the-address-of-a-socket-" * 3])
def test_an_ordinary_user_has_it_all_below_the_home(folder: Path, name: str) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, ORDINARY_USER)
    user = python(USE, folder / name, user=ORDINARY_USER)
    assert said(user) == "crossfoot_app"
    data = folder / name / "postgres" / "data"
    assert data.stat().st_uid == folder.stat().st_uid
    pid = int((data / "postmaster.pid").read_text().split()[0])
    finish(user)
    assert is_gone(pid)
    shutil.rmtree(f"/tmp/crossfoot-{(folder / name / 'home.id').read_text()[:12]}", ignore_errors=True)  # noqa: S108
