"""A start with the data of the first version: tables are migrated, old files are read, figures are what they were (F9)."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pyarrow import parquet

from crossfoot.runtime import postgres
from crossfoot.runtime.database import database_of
from crossfoot.runtime.home import open_home
from tests.faults.earlier import FIRST, at
from tests.faults.running import environ
from tests.faults.stock import bill_in, stock

NAME = "earlier"


@pytest.fixture
def old(server: None, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a home whose data are the first version's: a database of its own on the server of the tests."""
    own = open_home()
    owner = database_of(own).owner_url
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME}")
    home = tmp_path / "home"
    shutil.copytree(own.keys, home / "keys")  # the logins are the server's
    env = {"DATABASE_URL": at(owner, NAME)}
    stock(home, **env)
    before = crossfoot(home, env, *ASKED)
    admin = {"SUPERUSER_URL": at(postgres.superuser_url(own), NAME)}
    subprocess.run([sys.executable, "-m", "tests.faults.earlier"], env=environ(home, **env, **admin), check=True)
    yield {"HOME_UNDER_TEST": str(home), "BEFORE": before, **env}
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


ASKED = ("report", "usage-to-cost", "--as", "alice@example.com", "--period", "2026-10", "--by", "account,day")


def crossfoot(home: Path, env: dict[str, str], *words: object) -> str:
    argv = [sys.executable, "-m", "crossfoot.cli.main", *(str(word) for word in words)]
    done = subprocess.run(argv, env=environ(home, **env), capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, ""), (words, done)
    return done.stdout


def test_the_first_versions_data_are_read_published_and_reconciled(old: dict[str, str], tmp_path: Path) -> None:
    home, env = Path(old["HOME_UNDER_TEST"]), {"DATABASE_URL": old["DATABASE_URL"]}
    files = sorted((home / "lake").rglob("*.parquet"))
    assert files
    assert all(set(parquet.read_schema(file).names) <= {*FIRST.split()} for file in files)

    now, before = json.loads(crossfoot(home, env, *ASKED)), json.loads(old["BEFORE"])
    assert [now["rows"], now["totals"]] == [before["rows"], before["totals"]]
    assert now["totals"][0]["billed_cost"] == "12.34"
    lines = json.loads(crossfoot(home, env, "report", "charges", "--as", "alice@example.com", "--period", "2026-10"))
    assert [row["billed_cost"] for row in lines["rows"]] == ["12.34000000"]

    crossfoot(home, env, "ingest", bill_in(tmp_path, "20.00"))
    crossfoot(home, env, "publish")
    crossfoot(home, env, "reconcile")
    assert json.loads(crossfoot(home, env, *ASKED))["totals"][0]["billed_cost"] == "20.00"
