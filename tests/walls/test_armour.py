"""A6: what every answer wears. Cookies out of reach, a strict content policy, no framing, no cache, no other host."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client

from tests.portal import PASSWORD, Portal
from tests.walls.browsers import assert_armoured, body, browser, nobody
from tests.walls.house import ALPHA, BOTH
from tests.web.routes import ROUTES

REPORT = f"/c/{ALPHA}/usage-to-cost?period={BOTH}"


def test_the_cookies_are_out_of_reach(house: Portal) -> None:
    client = nobody()
    client.get("/login")
    client.post("/login", {"login": house.alice.email, "password": PASSWORD})
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    assert client.cookies["sessionid"]["max-age"] == ""  # gone with the browser
    assert settings.SESSION_COOKIE_AGE <= 12 * 3600
    assert settings.SESSION_SERIALIZER.endswith("JSONSerializer")
    assert settings.SESSION_ENGINE.endswith(".db")


PRINT_COOKIES = """
from crossfoot.config import settings as s
print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.CSRF_TRUSTED_ORIGINS, s.DEBUG)
"""


def test_behind_https_the_cookies_travel_by_https_alone() -> None:
    told = subprocess.run(
        [sys.executable, "-c", PRINT_COOKIES],
        env={**os.environ, "CROSSFOOT_URL": "https://bills.example"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.split(maxsplit=2) == ["True", "True", "['https://bills.example'] False\n"]


@pytest.mark.parametrize("name", ["nobody", "alice", "bob", "dana"])
def test_every_answer_is_armoured(house: Portal, name: str) -> None:
    client = nobody() if name == "nobody" else browser(getattr(house, name))
    for route in ROUTES:
        if route.pattern != "logout":
            assert_armoured(client.get(route.example))
    for strange in (
        "/no-such-page",
        "/c/C0002/",
        "/c/C0001/no-such-report",
        "/c/C0001/usage-to-cost?period=x",
        "/logout",
    ):
        assert_armoured(client.get(strange))
    assert_armoured(client.post("/c/C0001/"))


def test_no_page_needs_what_the_policy_forbids(house: Portal) -> None:
    """Else somebody will loosen it: no script or style within a page, no handler in an attribute."""
    client = browser(house.alice)
    for where in ("/", REPORT, f"/c/{ALPHA}/charges", "/c/C0002/", "/no-such-page", "/login"):
        told = client.get(where, follow=True).content.decode()
        assert not re.search(r"<script(?![^>]*(?:\bsrc=|type=\"application/json\"))", told), where
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", told), where
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", told), where


def test_a_name_that_is_not_ours_is_not_answered(house: Portal) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", ""):
        response = Client(SERVER_NAME="evil.example").get("/login", headers={"host": host} if host else {})
        assert response.status_code == 400, host
        assert "evil" not in body(response)
