from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.core.passwords import cheap_passwords

if TYPE_CHECKING:
    from tests.billing.desk import Desk
    from tests.portal import Portal

__all__ = ["cheap_passwords"]
Clock = Callable[[str], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the hour, as the bill's clock in GMT+08:00 shows it."""
    from crossfoot.billing import acts, books, facts, imports  # Django is not set up when this file is read
    from crossfoot.core import clock as core_clock

    def set_to(text: str) -> None:
        at = datetime.fromisoformat(text).replace(tzinfo=core_clock.GMT8)
        for module in (core_clock, acts, books, facts, imports):
            monkeypatch.setattr(module, "now", lambda: at)

    set_to("2026-10-15 12:00")
    return set_to


@pytest.fixture
def desk(portal: "Portal", clock: Clock) -> "Desk":
    """Two customers, one legal entity, nothing invoiced; it is noon of 15 Oct 2026."""
    from tests.billing.desk import Desk

    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,,")
    found = Desk(portal)
    found.entities("SG01,Crossfoot Pte Ltd,USD,Asia/Singapore,1 Raffles Place,T-1")
    return found
