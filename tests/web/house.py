"""A small reseller with two customers, every text and amount of which gives its owner away."""

from django.test import Client

from crossfoot.billing.imports import import_entities, import_invoices, import_payments
from crossfoot.billing.incoming import File
from tests.portal import ACTOR, LIST_X_1, Portal, line
from tests.web.routes import NOBODY

CANARY_A, CANARY_B = "canary-of-alpha", "canary-of-beta"
TAG_A = "tag-of-alpha"


def furnish(portal: Portal) -> None:
    """October of both customers, final: Alpha 11.11 + 22.22 + 4.44, Beta 77.77."""
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill("customerBill_202610.tar.gz", october()))
    portal.publish()
    keep_books()


def keep_books() -> None:
    """Alpha owes 40.08 for October of which 30.00 came; Beta owes 80.80."""
    desk_of = "entity,customer_id,kind,number,issued_on,due_on,currency,net,tax,amount,cycles"
    entities = File("entities.csv", b"entity,name,currency,zone\nSG01,The reseller,USD,Asia/Singapore\n")
    invoices = (
        f"{desk_of}\nSG01,C0001,invoice,A-{CANARY_A},2026-11-03,2026-11-13,USD,37.77,2.31,40.08,2026-10\n"
        f"SG01,C0002,invoice,B-{CANARY_B},2026-11-03,2026-11-13,USD,77.77,3.03,80.80,2026-10\n"
    )
    payments = (
        "payment_id,customer_id,bank_account,reference,value_on,currency,amount,kind\n"
        f"P1,C0001,SG-1,A-{CANARY_A},2026-11-05,USD,30.00,cash\n"
    )
    import_entities(entities, ACTOR)
    import_invoices(File("invoices.csv", invoices.encode()), ACTOR)
    import_payments(File("payments.csv", payments.encode()), ACTOR)


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
