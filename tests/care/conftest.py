from tests.core.passwords import cheap_passwords

__all__ = ["cheap_passwords"]
