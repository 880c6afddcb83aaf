"""The logins: what the application may not do, and a server of one's own by DATABASE_URL."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from crossfoot.core.errors import CrossfootError
from crossfoot.runtime import postgres
from crossfoot.runtime.binaries import programs, server_user
from crossfoot.runtime.database import Database, connected, database_of, revive
from crossfoot.runtime.home import Home, open_home
from crossfoot.runtime.roles import APP, GROUPS, OWNER

SERVERS = [programs(), *Path("/usr/lib/postgresql").glob("*/bin")]  # ours, and those of the distribution if any


@pytest.fixture(scope="module")
def embedded(kept_home: Home) -> Iterator[Database]:
    with connected(kept_home, {}) as database:
        yield database


@pytest.fixture(params=SERVERS, ids=lambda path: str(path.parent.name), scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that is not ours, with an administrator `admin`: its socket folder."""
    folder = Path(f"/tmp/crossfoot-server-{os.getpid()}")  # noqa: S108 - short, for the socket
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
    url = f"postgresql:///postgres?host={folder}&user=admin"
    wait_for(url)
    # Passwords count for everybody but the administrator.
    (folder / "data" / "pg_hba.conf").write_text("local all admin trust\nlocal all all scram-sha-256\n")
    run(url, "SELECT pg_reload_conf()")
    yield str(folder)
    process.terminate()
    process.wait()
    shutil.rmtree(folder)


def wait_for(url: str) -> None:
    for _ in range(200):
        try:
            return psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise AssertionError("the server did not start")


def run(url: str, *statements: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements[:-1]:
            connection.execute(statement)
        cursor = connection.execute(statements[-1])
        row = cursor.fetchone() if cursor.description else None
        return row and row[0]


def refused(url: str, *statements: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(url, *statements)


def test_the_owner_owns_the_database_and_is_no_superuser(embedded: Database) -> None:
    query = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert run(embedded.owner_url, query) == OWNER
    assert run(embedded.owner_url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert run(embedded.owner_url, "CREATE TABLE probe (n int)", "DROP TABLE probe") is None


def test_the_application_owns_nothing_and_makes_nothing(embedded: Database) -> None:
    assert run(embedded.app_url, "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole") == 0
    refused(embedded.app_url, "CREATE TABLE mine (n int)")
    refused(embedded.app_url, "CREATE TEMPORARY TABLE mine (n int)")
    refused(embedded.app_url, f"SET ROLE {OWNER}")
    refused(embedded.app_url, "SET ROLE postgres")


def check_that_rights_come_from_the_group_alone(database: Database) -> None:
    run(database.owner_url, "CREATE TABLE ledger (n int)", f"GRANT SELECT ON ledger TO {GROUPS[0]}")
    refused(database.app_url, "SELECT count(*) FROM ledger")
    refused(database.app_url, f"SET ROLE {GROUPS[1]}", "SELECT count(*) FROM ledger")
    assert run(database.app_url, f"SET ROLE {GROUPS[0]}", "SELECT count(*) FROM ledger") == 0
    run(database.owner_url, "DROP TABLE ledger")


def test_the_application_has_only_the_rights_of_the_group_it_takes(embedded: Database) -> None:
    check_that_rights_come_from_the_group_alone(embedded)


def test_the_addresses_are_known_before_anything_runs(kept_home: Home, embedded: Database) -> None:
    assert database_of(kept_home, {}) == embedded


@pytest.mark.usefixtures("embedded")
def test_bootstrapping_again_changes_nothing(kept_home: Home) -> None:
    query = "SELECT string_agg(xmin::text || rolname, ' ' ORDER BY rolname) FROM pg_authid"
    before = run(postgres.superuser_url(kept_home), query)
    with connected(kept_home, {}):
        revive(kept_home, {})
    assert run(postgres.superuser_url(kept_home), query) == before


def test_a_server_of_ones_own(server: str, folder: Path) -> None:
    admin = f"postgresql://admin@/postgres?host={server}"
    run(admin, "CREATE ROLE finance LOGIN CREATEROLE PASSWORD 's3cret'", "CREATE DATABASE portal OWNER finance")
    environ = {"DATABASE_URL": f"postgresql://finance:s3cret@/portal?host={server}"}
    home = open_home({"CROSSFOOT_HOME": str(folder / "one")})
    for _ in range(2):
        with connected(home, environ) as database:
            assert database.owner_url == environ["DATABASE_URL"]
            assert run(database.app_url, "SELECT current_user || ' ' || current_database()") == f"{APP} portal"
            check_that_rights_come_from_the_group_alone(database)
            refused(database.app_url, "CREATE TABLE mine (n int)")
            refused(database.app_url, "SET ROLE finance")
    with connected(open_home({"CROSSFOOT_HOME": str(folder / "two")}), environ) as database:
        assert run(database.app_url, "SELECT 1") == 1
    assert not postgres.is_alive(home)


def test_a_user_without_the_right_reads_which_statement_helps(server: str, folder: Path) -> None:
    admin = f"postgresql://admin@/postgres?host={server}"
    home = open_home({"CROSSFOOT_HOME": str(folder / "home")})
    run(admin, "DROP DATABASE IF EXISTS portal", f"DROP ROLE IF EXISTS {APP}, {', '.join(GROUPS)}")
    run(admin, "CREATE ROLE plain LOGIN PASSWORD 's3cret'", "CREATE DATABASE bare OWNER plain", "CREATE DATABASE other")
    with pytest.raises(CrossfootError, match='ALTER ROLE "plain" CREATEROLE;'):
        connected(home, {"DATABASE_URL": f"postgresql://plain:s3cret@/bare?host={server}"}).__enter__()
    with pytest.raises(CrossfootError, match='ALTER DATABASE "other" OWNER TO "plain";'):
        connected(home, {"DATABASE_URL": f"postgresql://plain:s3cret@/other?host={server}"}).__enter__()
    run(admin, "ALTER ROLE plain CREATEROLE")
    with connected(home, {"DATABASE_URL": f"postgresql://plain:s3cret@/bare?host={server}"}) as database:
        assert run(database.app_url, "SELECT 1") == 1


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://nobody:s3cret@/none?host=/nowhere", "The server in DATABASE_URL does not let us in"),
        ("sqlite:///file", "DATABASE_URL is not understood: write postgresql://"),
    ],
)
def test_a_useless_address_is_told_in_a_sentence(folder: Path, url: str, sentence: str) -> None:
    home = open_home({"CROSSFOOT_HOME": str(folder)})
    with pytest.raises(CrossfootError, match=sentence) as error:
        connected(home, {"DATABASE_URL": url}).__enter__()
    assert "s3cret" not in error.value.sentence
