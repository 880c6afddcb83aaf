from typing import TYPE_CHECKING

import pytest

from tests.core.passwords import cheap_passwords

if TYPE_CHECKING:
    from tests.cli.command import Run

__all__ = ["cheap_passwords"]


@pytest.fixture
def crossfoot(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> "Run":
    from tests.cli.command import runner  # needs Django's settings, which need the home

    return runner(monkeypatch, capfdbinary)
