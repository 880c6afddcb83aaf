"""A4: no answer of one person ever reaches another, whatever the address, its capitals, or the ETag that is held up.

Four people ask the same addresses in turn on the server's one cache: Alice (finance of Alpha), Bob (one account of it),
Charlie (finance of Beta), Dana (the reseller). Each is told what the others' answers were called.
"""

import random
from collections.abc import Mapping

import pytest
from django.http import HttpResponse
from django.test import Client

from crossfoot.api.limits import forget
from tests.web.house import CANARY_A, CANARY_B, TAG_A, text

# Addresses that mean something else for each of them, or nothing; the API's mean one's own customer.
ADDRESSES = (
    "/",
    "/c/C0001/usage-to-cost?period=2026-10",
    "/c/C0001/usage-to-cost?period=2026-10&by=account",
    "/c/C0001/usage-to-cost?period=2026-10&by=tag:env&choose=service",
    "/c/C0001/usage-to-cost?period=2026-10&sort=-billed_cost",
    "/c/C0001/usage-to-cost.json?period=2026-10&by=account",
    "/c/C0001/charges?period=2026-10&sort=billed_cost",
    "/c/C0001/charges.csv?period=2026-10",
    "/c/C0002/usage-to-cost?period=2026-10",
    "/c/C0002/charges.json?period=2026-10",
    "/api/v1/reports/usage-to-cost?period=2026-10&by=account",
    "/api/v1/reports/charges?period=2026-10",
)
OWN = {"alice": "C0001", "bob": "C0001", "charlie": "C0002", "dana": ""}
# What must never be in the answer to this person. Bob has acct-a2: 22.22, never 11.11 or 4.44, nor their sums.
NEVER = {
    "alice": (CANARY_B, "77.77", "acct-b1"),
    "bob": (CANARY_B, "77.77", "acct-b1", "11.11", "4.44", "33.33", "37.77", "acct-a1"),
    "charlie": (CANARY_A, TAG_A, "11.11", "22.22", "33.33", "37.77", "acct-a1", "acct-a2"),
    "dana": (),
}


def crossings(clients: Mapping[str, Client], requests: int, seed: int) -> list[str]:
    """Ask at random; say every answer that was somebody else's or that a cache might keep for somebody else."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    called: dict[str, set[str]] = {}  # address -> the ETags that were given for it, to whomever
    own: dict[tuple[str, str], set[str]] = {}
    found: list[str] = []
    for _ in range(requests):
        forget()  # how often one may ask is another test's
        name, plain = dice.choice(sorted(OWN)), dice.choice(ADDRESSES)
        address = in_other_capitals(plain, dice)
        tags = sorted(called.get(plain, ()))
        headers = {"If-None-Match": dice.choice(tags)} if tags and dice.random() < 0.5 else {}
        response = clients[name].get(address, headers=headers)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        response.close()
        etag = response.headers.get("ETag", "")
        if response.status_code == 304 and headers["If-None-Match"] not in own.get((name, plain), ()):
            found.append(f"{name} {address}: not modified, by the ETag of somebody else")
        if etag:
            called.setdefault(plain, set()).add(etag)
            own.setdefault((name, plain), set()).add(etag)
        found += [f"{name} {address}: {what}" for what in wrong(name, plain, response, body.decode())]
    return found


def wrong(name: str, plain: str, response: HttpResponse, body: str) -> list[str]:
    """What is wrong with one answer."""
    found = [f"shows {word!r}" for word in NEVER[name] if word in body]
    if OWN[name] and plain.startswith("/c/") and OWN[name] not in plain and response.status_code != 404:
        found.append(str(response.status_code))
    kept = response.headers["Cache-Control"]
    if "private" not in kept and "no-store" not in kept:
        found.append(f"Cache-Control {kept}")
    return found


def in_other_capitals(address: str, dice: random.Random) -> str:
    """The customer, a parameter or a value now and then in other letters, or a parameter twice or in another order."""
    path, _, query = address.partition("?")
    pairs = query.split("&") if query else []
    turn = dice.randrange(6)
    if turn == 1 and pairs:
        pairs[0] = pairs[0].upper()
    elif turn == 2:
        path = path.replace("C0001", "c0001").replace("C0002", "c0002")
    elif turn == 3:
        dice.shuffle(pairs)
    elif turn == 4 and pairs:
        pairs.append(pairs[-1])
    return path + ("?" + "&".join(pairs) if pairs else "")


def test_nobody_gets_what_was_made_for_another(clients: dict[str, Client]) -> None:
    assert crossings(clients, 240, seed=4) == []


@pytest.mark.deep
def test_ten_thousand_times(clients: dict[str, Client]) -> None:
    assert crossings(clients, 10_000, seed=44) == []


def test_the_one_who_owns_it_does_get_it(clients: dict[str, Client]) -> None:
    """Else the tests above would pass over a portal that answers nothing."""
    same = "/api/v1/reports/usage-to-cost?period=2026-10&by=account"
    assert "37.77" in text(clients["alice"], same)
    assert "77.77" in text(clients["charlie"], same)
    assert "22.22" in text(clients["bob"], "/c/C0001/usage-to-cost?period=2026-10&by=account")
