"""Tasks, each a few lines: arguments are ids only, and everything is looked up again when it runs."""

from django.conf import settings
from django.db import connections
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from crossfoot.core.errors import Busy
from crossfoot.deliver import large
from crossfoot.ingest import receive
from crossfoot.publish.publish import publish
from crossfoot.runtime.outage import find_outage

ATTEMPTS = 100
LONGEST_PAUSE = 60


class OnceItCanBeDone(BaseRetryStrategy):
    """Try again, less and less often, while another publication is at work or the machine refuses; not after our bug."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again, if at all."""
        if job.attempts >= ATTEMPTS or not (isinstance(exception, Busy) or find_outage(exception)):
            return None
        return RetryDecision(retry_in={"seconds": min(2**job.attempts, LONGEST_PAUSE)})


@app.task(queue="publish", lock="publish", name="crossfoot.jobs.tasks.publish_cycle", retry=OnceItCanBeDone())
def publish_cycle(cycle: str, actor: str) -> None:
    """Publish what changed in a cycle."""
    try:
        publish(cycle, settings.HOME, actor)
    finally:
        connections.close_all()  # the thread of a job ends with it, and so must its connection


@app.task(queue="uploads", name="crossfoot.jobs.tasks.look_at_upload", retry=OnceItCanBeDone())
def look_at_upload(number: str, actor: str) -> None:
    """Name an upload's columns."""
    del actor
    try:
        receive.look_at_upload(number, settings.HOME)
    finally:
        connections.close_all()


@app.task(queue="uploads", name="crossfoot.jobs.tasks.preview_upload", retry=OnceItCanBeDone())
def preview_upload(number: str, actor: str) -> None:
    """Show what a map makes of an upload."""
    del actor
    try:
        receive.preview_upload(number, settings.HOME)
    finally:
        connections.close_all()


@app.task(queue="uploads", name="crossfoot.jobs.tasks.accept_upload", retry=OnceItCanBeDone())
def accept_upload(number: str, actor: str) -> None:
    """Accept an upload."""
    try:
        receive.accept_upload(number, settings.HOME, actor)
    finally:
        connections.close_all()


@app.task(queue="exports", name="crossfoot.jobs.tasks.make_export", retry=OnceItCanBeDone())
def make_export(number: str) -> None:
    """Make a large file."""
    try:
        large.make_export(number, settings.HOME)
    finally:
        connections.close_all()
