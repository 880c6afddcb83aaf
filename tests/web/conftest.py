"""The furnished portal, and a browser without a screen for everybody. Imports wait until Django has its settings."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from tests.portal import Portal


@pytest.fixture
def house(portal: "Portal") -> "Portal":
    from tests.web.house import furnish  # noqa: PLC0415

    furnish(portal)
    return portal


@pytest.fixture
def clients(house: "Portal") -> "dict[str, Client]":
    """Everybody, signed in, and nobody."""
    from tests.web.routes import NOBODY, PEOPLE  # noqa: PLC0415

    found = {NOBODY: house.client_for(None)} | {name: house.client_for(getattr(house, name)) for name in PEOPLE}
    for client in found.values():
        client.defaults["SERVER_NAME"] = "127.0.0.1"
    return found
