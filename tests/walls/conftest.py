"""The house with its canaries: built once a process, and again only after a test has emptied the portal."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crossfoot.runtime.home import open_home
from tests.core.passwords import cheap_passwords

if TYPE_CHECKING:
    from django.test import Client

    from tests.portal import Portal

__all__ = ["cheap_passwords"]


@pytest.fixture
def house(server: None) -> "Iterator[Portal]":
    """The canaries' portal, to be read only."""
    from tests.portal import Portal
    from tests.walls.house import build, is_built

    with tempfile.TemporaryDirectory() as inbox:
        found = Portal(open_home(), Path(inbox))
        if not is_built():
            found.empty()
            build(found)
        yield found


@pytest.fixture
def clients(house: "Portal") -> "dict[str, Client]":
    """Everybody of the house, signed in."""
    from tests.walls.browsers import browser
    from tests.walls.house import people

    return {name: browser(user) for name, user in people(house).items()}


@pytest.fixture
def log(server: None) -> None:
    """Ten acts of one person, in two sealings: entries 1 to 10."""
    from tests.walls.logbook import write_log

    write_log()
