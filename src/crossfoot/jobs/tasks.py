"""Tasks, each a few lines: arguments are ids only, and everything is looked up again when it runs."""

from django.conf import settings
from django.db import close_old_connections
from procrastinate.contrib.django import app

from crossfoot.publish.publish import publish


@app.task(queue="publish", lock="publish")
def publish_cycle(cycle: str, actor: str) -> None:
    """Publish what changed in a cycle."""
    close_old_connections()
    publish(cycle, settings.HOME, actor)
