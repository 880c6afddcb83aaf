"""The furnished portal of the pages' tests."""

from tests.core.passwords import cheap_passwords
from tests.web.conftest import clients, house

__all__ = ["cheap_passwords", "clients", "house"]
