from typing import TYPE_CHECKING

import pytest

from crossfoot.runtime.home import open_home
from tests.core.passwords import cheap_passwords

if TYPE_CHECKING:
    from tests.query.house import House

__all__ = ["cheap_passwords"]
_BUILT: list["House"] = []


@pytest.fixture
def house(server: None, tmp_path_factory: pytest.TempPathFactory) -> "House":
    """A reseller with random bills, to be read only: built once a process, and again after a test emptied the portal."""
    from tests.portal import Portal
    from tests.query.house import build, is_standing

    if not _BUILT or not is_standing(_BUILT[-1]):
        portal = Portal(open_home(), tmp_path_factory.mktemp("bills"))
        portal.empty()
        _BUILT.append(build(portal))
    return _BUILT[-1]
