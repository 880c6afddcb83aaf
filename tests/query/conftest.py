from typing import TYPE_CHECKING

import pytest

from crossfoot.runtime.home import open_home
from tests.core.passwords import cheap_passwords

if TYPE_CHECKING:
    from tests.query.house import House

__all__ = ["cheap_passwords"]


@pytest.fixture(scope="module")
def house(server: None, tmp_path_factory: pytest.TempPathFactory) -> "House":
    """A reseller with random bills, to be read only. A module that writes asks for `portal` instead."""
    from tests.portal import Portal  # noqa: PLC0415 - needs Django's settings, which need the home
    from tests.query.house import build  # noqa: PLC0415

    portal = Portal(open_home(), tmp_path_factory.mktemp("bills"))
    portal.empty()
    return build(portal)
