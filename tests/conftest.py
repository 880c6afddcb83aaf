"""What holds for every test: a home and a PostgreSQL server of this run's own, never those of the person who runs it.

The test database is made by its owner; then tests sign in as the application does, so that a missing grant, policy or
role shows in the first test that needs it. The rules of a run (no silent skip and so on) are in tools/pytest_rules.py.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import pytest
from django.db import connection
from django.test import TransactionTestCase
from psycopg.conninfo import conninfo_to_dict
from pytest_django.plugin import DjangoDbBlocker

from crossfoot.access import rls
from crossfoot.core.errors import Busy
from crossfoot.runtime import postgres
from crossfoot.runtime.database import Database, connected
from crossfoot.runtime.home import open_home

pytest_plugins = ["tools.pytest_rules"]


def pytest_configure(config: pytest.Config) -> None:
    """Before Django reads its settings. The workers of xdist inherit the environment, and so the one home."""
    if not hasattr(config, "workerinput"):
        folder = Path(tempfile.mkdtemp(prefix="crossfoot-test-"))
        folder.chmod(0o755)  # PostgreSQL may run as another user, who passes through
        os.environ["CROSSFOOT_HOME"] = str(folder / "home")
        os.environ["DJANGO_SETTINGS_MODULE"] = "crossfoot.config.settings"
        config.add_cleanup(lambda: _remove(folder))
    django.setup()


def _remove(folder: Path) -> None:
    """The server ends a moment after its last user."""
    for _ in range(100):
        try:
            postgres.erase(open_home({"CROSSFOOT_HOME": str(folder / "home")}))
        except Busy:
            time.sleep(0.1)
        else:
            break
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database() -> Iterator[Database]:
    """A server that starts with the first test that asks for it and ends with the last worker that uses it."""
    with connected(open_home()) as found:
        yield found


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, database: Database) -> None:
    """The address, which the settings cannot know before the server runs."""
    _sign_in(database.owner_url)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker, database: Database) -> Iterator[None]:
    """The owner raises the walls; then the application's login is used, except to empty the tables."""
    empty_tables = TransactionTestCase._fixture_teardown

    def empty_tables_as_owner(case: TransactionTestCase) -> None:
        with _signed_in(database.owner_url, then=database.app_url):
            empty_tables(case)

    with django_db_blocker.unblock():
        rls.install()
        _sign_in(database.app_url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables_as_owner)
        yield
    with django_db_blocker.unblock():
        _sign_in(database.owner_url)


@contextmanager
def _signed_in(url: str, *, then: str) -> Iterator[None]:
    _sign_in(url)
    try:
        yield
    finally:
        _sign_in(then)


def _sign_in(url: str) -> None:
    """Another login for the same database; the test database's own name stays."""
    found = conninfo_to_dict(url)
    address = {
        "USER": found["user"],
        "PASSWORD": found["password"],
        "HOST": found["host"],
        "PORT": found.get("port", ""),
    }
    connection.close()
    connection.settings_dict.update(address)
    connection.settings_dict["NAME"] = connection.settings_dict.get("NAME") or found["dbname"]
