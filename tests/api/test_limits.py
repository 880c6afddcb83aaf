"""How often one may ask: by hand-turned clock, and through the door."""

from datetime import timedelta

import pytest

from crossfoot.access.tokens import add_token
from crossfoot.api.limits import REPORTS, REQUESTS, Limit
from crossfoot.core.clock import today
from crossfoot.core.errors import TooMany
from crossfoot.core.roles import Role
from tests.api.asking import ask
from tests.portal import Portal


class Hand:
    """A clock that somebody turns."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def spent(limit: Limit, *keys: str) -> int:
    """How many acts go through before one is refused."""
    for count in range(10_000):
        try:
            limit.spend(keys, "acts")
        except TooMany:
            return count
    return -1


def test_a_minute_has_so_many_and_they_come_back_evenly() -> None:
    hand = Hand()
    limit = Limit(6, hand)
    assert spent(limit, "a") == 6
    hand.at += 9.9
    assert spent(limit, "a") == 0
    hand.at += 0.2  # ten seconds since: a sixth of a minute
    assert spent(limit, "a") == 1
    hand.at += 3600
    assert spent(limit, "a") == 6


def test_it_says_when_to_ask_again() -> None:
    hand = Hand()
    limit = Limit(6, hand)
    spent(limit, "a")
    with pytest.raises(TooMany, match=r"more than 6 acts in a minute: ask again in 1[01] s") as refused:
        limit.spend(["a"], "acts")
    hand.at += refused.value.seconds
    limit.spend(["a"], "acts")


def test_keys_do_not_share_and_a_refused_act_costs_nothing() -> None:
    limit = Limit(3, Hand())
    assert spent(limit, "a", "both") == 3
    assert spent(limit, "b", "both") == 0
    assert spent(limit, "b") == 3


def test_a_token_that_asks_too_often_is_told_when_to_come_back(house: Portal) -> None:
    ada = house.person("ada", Role.CUSTOMER_ADMIN, "C0001")
    first, other = (add_token(ada, name="x", last_day=today() + timedelta(days=1)).secret for _ in range(2))
    answers = [ask(first, "/api/v1/reports/usage-to-cost?period=2026-10") for _ in range(REPORTS.most + 2)]
    refused = [answer for answer in answers if answer.status == 429]
    assert {answer.status for answer in answers} == {200, 429}
    assert refused
    assert 1 <= int(refused[-1].headers["Retry-After"]) <= 60
    assert "in a minute: ask again in" in refused[-1].text
    assert ask(other, "/api/v1/reports/usage-to-cost?period=2026-10").status == 200
    assert ask(first, "/api/v1/reports").status == 200
    assert REQUESTS.most > REPORTS.most
