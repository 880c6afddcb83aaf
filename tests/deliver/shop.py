"""A customer's twelve lines, and what a browser asks and is given of large files."""

from django.test import Client

from crossfoot.access.rls import as_staff
from crossfoot.audit.models import Entry
from crossfoot.deliver import large
from crossfoot.deliver.models import ExportJob
from tests.portal import Portal

ASKED = "/c/C0001/charges.csv?period=2026-10"
ROWS = 12
MISSING, FORBIDDEN, TOO_MANY = 404, 403, 429


def work(portal: Portal) -> None:
    """What the worker would do, without its queue."""
    for job in jobs():
        large.make_export(job.id, portal.home)


def jobs() -> list[ExportJob]:
    with as_staff():
        return list(ExportJob.objects.order_by("made_at"))


def ask(client: Client, asked: str = ASKED) -> ExportJob:
    """Ask, and be led to the page that follows it."""
    answer = client.get(asked)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/exports")
    return jobs()[-1]


def fetch(client: Client, job: ExportJob) -> tuple[int, bytes]:
    answer = client.get(f"/exports/{job.id}")
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    answer.close()
    return answer.status_code, data


def acts(action: str) -> int:
    with as_staff():
        return Entry.objects.filter(action=action).count()


def page(client: Client) -> str:
    return client.get("/exports").content.decode()
