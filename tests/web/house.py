"""A small reseller with two customers, every text and amount of which gives its owner away."""

from django.test import Client

from tests.portal import LIST_X_1, Portal, line
from tests.web.routes import NOBODY

CANARY_A, CANARY_B = "canary-of-alpha", "canary-of-beta"
TAG_A = "tag-of-alpha"


def furnish(portal: Portal) -> None:
    """October of both customers, final: Alpha 11.11 + 22.22 + 4.44, Beta 77.77."""
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill("customerBill_202610.tar.gz", october()))
    portal.publish()


def october() -> list[dict[str, str]]:
    """Alpha has two services and two accounts; a tag, a line without one, and a service that wants to be a formula."""
    ecs = {
        "cloud_service_type_name": f"ECS {CANARY_A}",
        "resource_id": f"vm-{CANARY_A}",
        "resource_tag": f"env:{TAG_A};",
    }
    obs = {"cloud_service_type_name": f"=OBS {CANARY_A}", "cloud_service_type": "code.obs"}
    beta = {"cloud_service_type_name": f"ECS {CANARY_B}", "resource_id": f"vm-{CANARY_B}", "resource_tag": "env:x;"}
    return [
        line("acct-a1", "2026-10-03", "11.11000000", **ecs),
        line("acct-a2", "2026-10-04", "22.22000000", **ecs),
        line("acct-a1", "2026-10-05", "4.44000000", **obs),
        line("acct-b1", "2026-10-03", "77.77000000", **beta),
    ]


def browser(portal: Portal, name: str) -> Client:
    """A browser without a screen, signed in as this person."""
    client = portal.client_for(None if name == NOBODY else getattr(portal, name))
    client.defaults["SERVER_NAME"] = "127.0.0.1"
    return client


def text(client: Client, address: str) -> str:
    """The whole answer."""
    response = client.get(address)
    assert response.status_code < 500, address
    body = b"".join(response.streaming_content) if response.streaming else response.content
    response.close()
    return body.decode()


def status(client: Client, address: str, method: str = "get") -> int:
    """The status alone."""
    response = getattr(client, method)(address)
    response.close()
    found: int = response.status_code
    return found
