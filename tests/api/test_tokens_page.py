"""Making, seeing once and ending a token, on the page and on the command line."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from crossfoot.core.clock import today
from crossfoot.core.roles import Role
from tests.api.asking import ask
from tests.cli.conftest import crossfoot
from tests.portal import LIST_X_1, Portal, line

__all__ = ["crossfoot"]
SECRET = re.compile(r"cft_[0-9A-Z]{10}_[\w-]{43}")
UNTIL = (today() + timedelta(days=7)).isoformat()
USAGE = "/api/v1/reports/usage-to-cost?period=2026-10&by=account"


@pytest.fixture
def alpha(portal: Portal) -> Portal:
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    lines = [line("acct-a1", "2026-10-03", "11.11"), line("acct-a2", "2026-10-04", "22.22")]
    portal.ingest(portal.bill("customerBill_202610.tar.gz", lines))
    portal.publish()
    return portal


def made(client: Client, **sent: str) -> str:
    response = client.post("/tokens", {"name": "warehouse", "last_day": UNTIL} | sent)
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    found = SECRET.search(response.content.decode())
    assert found
    return found[0]


def test_a_token_is_shown_once_works_and_is_ended_on_the_page(alpha: Portal) -> None:
    client = alpha.client_for(alpha.person("ada", Role.CUSTOMER_ADMIN, "C0001"))
    secret = made(client, accounts="acct-a2")
    assert "22.22" in ask(secret, USAGE).text
    assert "11.11" not in ask(secret, USAGE).text
    body = client.get("/tokens").content.decode()
    assert not SECRET.search(body)
    number = secret.split("_")[1]
    assert f"cft_{number}_…" in body
    assert "warehouse" in body
    assert client.post("/tokens", {"revoke": number}).status_code == 302
    assert "revoked" in client.get("/tokens").content.decode()
    assert ask(secret, USAGE).status == 401


def test_reseller_staff_choose_the_customer(alpha: Portal) -> None:
    client = alpha.client_for(alpha.erin)
    assert "Beta (C0002)" in client.get("/tokens").content.decode()
    secret = made(client, customer="C0002")
    assert ask(secret, f"{USAGE}&customer=C0001").status == 404


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"name": ""}, 422),
        ({"last_day": "soon"}, 422),
        ({"last_day": "2020-01-01"}, 422),
        ({"accounts": "acct-b1"}, 422),
        ({"customer": "C0002"}, 404),
        ({"revoke": "NOSUCH"}, 404),
    ],
)
def test_what_cannot_be_made_is_refused(alpha: Portal, sent: dict[str, str], status: int) -> None:
    client = alpha.client_for(alpha.person("ada", Role.CUSTOMER_ADMIN, "C0001"))
    assert client.post("/tokens", {"name": "x", "last_day": UNTIL} | sent).status_code == status


def test_those_without_tokens_do_not_make_one(alpha: Portal) -> None:
    for user in (alpha.alice, alpha.bob):
        assert alpha.client_for(user).post("/tokens", {"name": "x", "last_day": UNTIL}).status_code == 403
        assert "API tokens" not in alpha.client_for(user).get("/").content.decode()


def test_the_command_makes_lists_and_ends(alpha: Portal, crossfoot) -> None:
    ada = alpha.person("ada", Role.CUSTOMER_ADMIN, "C0001").email
    ran = crossfoot("tokens", "add", "--as", ada, "--name", "warehouse", "--until", UNTIL, "--account", "acct-a1")
    assert ran.code == 0, ran.err
    secret = ran.out.decode().strip()
    assert SECRET.fullmatch(secret)
    assert "11.11" in ask(secret, USAGE).text
    (listed,) = crossfoot("tokens", "list", "--as", ada, "--json").document
    assert (listed["accounts"], listed["is_valid"]) == (["acct-a1"], True)
    assert "secret" not in listed
    assert secret not in str(listed)
    assert crossfoot("tokens", "revoke", listed["id"], "--as", ada).code == 0
    assert ask(secret, USAGE).status == 401
    assert "not valid any more" in crossfoot("tokens", "list", "--as", ada).out.decode()
    assert crossfoot("tokens", "revoke", "NOSUCH", "--as", ada).code == 7
    assert crossfoot("tokens", "add", "--as", alpha.alice.email, "--name", "x", "--until", UNTIL).code == 7
    assert crossfoot("tokens", "add", "--as", ada, "--name", "x", "--until", "soon").code == 2
