"""A program with a token: no session, no cookie, one header."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.test import Client

from crossfoot.access.models import User
from crossfoot.access.tokens import add_token
from crossfoot.core.clock import today


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str
    headers: dict[str, str]


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def ask(secret: str, address: str) -> Answer:
    """One request of a program."""
    response = Client(SERVER_NAME="127.0.0.1").get(address, headers=bearer(secret))
    body = b"".join(response.streaming_content) if response.streaming else response.content
    response.close()
    return Answer(response.status_code, body.decode(), dict(response.items()))


def token_for(user: User, *, last_day: date | None = None, **narrow: object) -> str:
    """A new token of theirs."""
    day = last_day or today() + timedelta(days=30)
    return add_token(user, name="a program", last_day=day, **narrow).secret  # type: ignore[arg-type]
