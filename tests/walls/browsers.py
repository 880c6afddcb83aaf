"""Browsers without a screen, at the address where the portal answers, and the whole of what they are told."""

import io
import re
from zipfile import ZipFile

from django.http import HttpResponse, HttpResponseBase
from django.test import Client
from pyarrow import parquet

from crossfoot.access.models import User
from tests.paper import Back

HERE = "127.0.0.1"
TOKEN = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")[A-Za-z0-9]+')
CHANCE = re.compile(rf"{TOKEN.pattern}|^(?:Content-Length|Expires|X-Request-Id): .*$", re.MULTILINE)


def nobody(*, is_strict: bool = False, **cookies: str) -> Client:
    """Somebody who has not signed in; `is_strict` as a real browser, whose forms need their token."""
    client = Client(SERVER_NAME=HERE, enforce_csrf_checks=is_strict)
    for name, value in cookies.items():
        client.cookies[name] = value
    return client


def browser(user: User, *, is_strict: bool = False) -> Client:
    """Somebody who is signed in."""
    client = nobody(is_strict=is_strict)
    client.force_login(user)
    return client


def session_of(client: Client) -> str:
    """The session's key, as the cookie carries it."""
    return client.cookies["sessionid"].value


def body(response: HttpResponseBase) -> str:
    """Everything that was sent: the content, to its end, and the headers."""
    data: bytes = b"".join(response.streaming_content) if response.streaming else response.content
    response.close()
    return text_of(data) + "".join(f"\n{name}: {value}" for name, value in response.items())


def text_of(data: bytes) -> str:
    """What stands in a file: of an XLSX everything that is packed into it, of a PDF all that is printed and said of it."""
    if data.startswith(b"%PDF"):
        return Back(data).everything()
    if data.startswith(b"PAR1"):
        return str(parquet.read_table(io.BytesIO(data)).to_pylist())
    if not data.startswith(b"PK"):
        return data.decode()
    with ZipFile(io.BytesIO(data)) as file:
        told = "\n".join(file.read(name).decode() for name in file.namelist())
    return told.replace("<pageMargins", "<")  # a word of XLSX's own that is one of Buy's


def looks(told: str, *echo: str) -> str:
    """An answer without the random part of its forms, its length and hour, and what it repeats, to be compared with another."""
    text = CHANCE.sub("", told)
    for said in echo:
        text = text.replace(said, "")
    return text


DIRECTIVES = {
    "default-src": {"'none'"},
    "script-src": {"'self'"},
    "style-src": {"'self'"},
    "img-src": {"'self'", "data:", "blob:"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "form-action": {"'self'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
}


def assert_armoured(response: HttpResponse) -> None:
    """The headers that every answer has, whatever it is."""
    parts = [part.split() for part in response["Content-Security-Policy"].split(";")]
    assert {name: set(values) for name, *values in parts} == DIRECTIVES
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] in {"no-referrer", "same-origin"}
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert {"private", "no-store"} <= {word.strip() for word in response["Cache-Control"].split(",")}
    response.close()
    assert "Server" not in response
    assert "X-Powered-By" not in response
