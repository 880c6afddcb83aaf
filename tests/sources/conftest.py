"""A desk for exports, and the samples beside the project."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.core.passwords import cheap_passwords

if TYPE_CHECKING:
    from tests.portal import Portal
    from tests.sources.desk import Desk

__all__ = ["cheap_passwords"]


@pytest.fixture
def desk(portal: "Portal") -> "Desk":
    from tests.sources.desk import Desk

    return Desk(portal)


@pytest.fixture(scope="session")
def samples() -> Path:
    """Published billing data, kept beside the project and never copied into it."""
    folder = Path(__file__).parents[3] / "shared" / "samples"
    assert folder.is_dir(), f"{folder} is not there: the samples lie beside the project"
    return folder
