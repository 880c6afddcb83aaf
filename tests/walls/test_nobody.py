"""A1 and A3: whoever has no session, or had one, is told nothing at any address."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from crossfoot.core.clock import now
from crossfoot.core.roles import Role
from tests.portal import Portal
from tests.walls.addresses import (
    DOOR,
    FILES_OF_A_PERSON,
    HEALTH,
    OF_A_CUSTOMER,
    OF_A_PERSON,
    OF_STAFF,
    address,
    keys_of,
)
from tests.walls.browsers import body, browser, looks, nobody, session_of
from tests.walls.house import ALPHA, BETA, BOTH, NAMES
from tests.walls.marks import BUY, EVERYTHING, finds


def expired(house: Portal) -> Client:
    """A session that has run out a second ago."""
    client = browser(house.alice)
    key = session_of(client)
    assert client.get("/").status_code == 200
    Session.objects.filter(pk=key).update(expire_date=now() - timedelta(seconds=1))
    return client


def forged(_: Portal) -> Client:
    return nobody(sessionid="a" * 32)


def gone(house: Portal) -> Client:
    """A session whose row was removed."""
    client = browser(house.dana)
    Session.objects.filter(pk=session_of(client)).delete()
    return client


def deleted(house: Portal) -> Client:
    """A session of somebody who is no longer there."""
    zoe = house.person("zoe", Role.CUSTOMER_ADMIN, ALPHA)
    client = browser(zoe)
    assert client.get("/").status_code == 200
    zoe.delete()
    return client


def off(house: Portal) -> Client:
    """A session of somebody who was switched off."""
    yan = house.person("yan", Role.RESELLER_FINANCE)
    client = browser(yan)
    assert client.get("/").status_code == 200
    yan.is_active = False
    yan.save()
    return client


@pytest.mark.parametrize("who", [lambda _: nobody(), expired, forged, gone, deleted, off])
def test_nobody_is_told_anything(house: Portal, who) -> None:
    client = who(house)
    nothing: dict[str, set[tuple[int, str]]] = {}
    for pattern in (*OF_A_CUSTOMER, *OF_A_PERSON):
        for key in keys_of(pattern):
            for customer in (ALPHA, BETA, "C9999"):
                asked = address(pattern, customer, key, f"period={BOTH}")
                response = client.get(asked)
                told = body(response)
                assert response.status_code == (401 if pattern.startswith("api/") else 302), asked
                assert finds(EVERYTHING, told) == finds(BUY, told) == [], asked
                assert NAMES[ALPHA] not in told
                nothing.setdefault(f"{pattern} {key}", set()).add((response.status_code, looks(told, customer)))
    assert {name: len(kinds) for name, kinds in nothing.items()} == dict.fromkeys(nothing, 1)
    for pattern in FILES_OF_A_PERSON:
        response = client.get(f"/{pattern.replace('<str:number>', 'x').replace('<number>', 'x')}")
        assert response.status_code == (401 if pattern.startswith("api/") else 302), pattern
        assert finds(EVERYTHING, body(response)) == [], pattern
    for pattern, (method, _) in OF_STAFF.items():
        response = getattr(client, method)(f"/{pattern}")
        assert response.status_code == 302, pattern
        assert finds(EVERYTHING, body(response)) == [], pattern


def test_the_door_tells_nothing(house: Portal) -> None:
    for pattern in (*DOOR, *HEALTH):
        told = body(nobody().get(f"/{pattern}"))
        assert finds(EVERYTHING, told) == finds(BUY, told) == [], pattern
