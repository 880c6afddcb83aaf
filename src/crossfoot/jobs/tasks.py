"""Tasks, each a few lines: arguments are ids only, and everything is looked up again when it runs."""

from django.conf import settings
from django.db import connections
from procrastinate.contrib.django import app

from crossfoot.publish.publish import publish


@app.task(queue="publish", lock="publish", name="crossfoot.jobs.tasks.publish_cycle")
def publish_cycle(cycle: str, actor: str) -> None:
    """Publish what changed in a cycle."""
    try:
        publish(cycle, settings.HOME, actor)
    finally:
        connections.close_all()  # the thread of a job ends with it, and so must its connection
