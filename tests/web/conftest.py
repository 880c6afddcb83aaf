"""The furnished portal, and a browser without a screen for everybody. Imports wait until Django has its settings.

One house stands for all tests of a module: they only look. What changes something furnishes a portal of its own.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from tests.portal import Portal


@pytest.fixture(scope="module")
def house(server: None, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Portal]":
    from django.db import connections

    from crossfoot.runtime.home import open_home
    from tests.portal import Portal
    from tests.web.house import furnish

    found = Portal(open_home(), tmp_path_factory.mktemp("inbox"))
    found.empty()
    furnish(found)
    yield found
    connections.close_all()


@pytest.fixture(scope="module")
def clients(house: "Portal") -> "dict[str, Client]":
    """Everybody, signed in, and nobody."""
    from tests.web.house import browser
    from tests.web.routes import NOBODY, PEOPLE

    return {name: browser(house, name) for name in (NOBODY, *PEOPLE)}
