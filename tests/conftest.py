"""What holds for every test: a home and a PostgreSQL server of this process's own, never those of the person who runs it.

The owner makes the tables and raises the walls; tests then sign in as the application does, so that a missing grant,
policy or role shows in the first test that needs it. The rules of a run are in tools/pytest_rules.py.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django
import pytest
from django.db import connections
from hypothesis import settings

from crossfoot.cli.session import prepare_schema
from crossfoot.core.errors import Busy
from crossfoot.runtime import postgres
from crossfoot.runtime.database import connected
from crossfoot.runtime.home import open_home

if TYPE_CHECKING:
    from tests.portal import Portal

pytest_plugins = ["tools.pytest_rules"]


def pytest_configure(config: pytest.Config) -> None:
    """Before Django reads its settings. Each worker of xdist has a home, and so a server, of its own."""
    folder = Path(tempfile.mkdtemp(prefix="crossfoot-test-"))
    folder.chmod(0o755)  # PostgreSQL may run as another user, who passes through
    os.environ["CROSSFOOT_HOME"] = str(folder / "home")
    os.environ["DJANGO_SETTINGS_MODULE"] = "crossfoot.config.settings"
    os.environ["PGOPTIONS"] = "-c synchronous_commit=off"  # a test that kills processes asks for it back
    config.add_cleanup(lambda: _remove(folder))
    settings.register_profile("untimed", deadline=None)  # a busy machine is slow, and no test says how fast it is
    settings.load_profile("untimed")
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
def server() -> Iterator[None]:
    """A server with the newest schema: starts with the first test that asks for it."""
    with connected(open_home()):
        prepare_schema()
        yield
        connections.close_all()


@pytest.fixture(autouse=True)
def _a_new_minute() -> None:
    """What one test asked of the API does not count against the next, and neither does its language."""
    from django.utils import translation

    from crossfoot.api.limits import forget

    forget()
    translation.deactivate()


@pytest.fixture
def portal(server: None, tmp_path: Path) -> "Iterator[Portal]":
    """An empty portal: no customer, no bill, no person."""
    from tests.portal import Portal

    found = Portal(open_home(), tmp_path)
    found.empty()
    yield found
    connections.close_all()
