"""Puts work into the queue, in the caller's transaction. By name: who defers does not import what does the work."""

from procrastinate.contrib.django import app

from crossfoot.access.rls import as_staff

PUBLISH = "crossfoot.jobs.tasks.publish_cycle"


def defer_publish(cycle: str, actor: str) -> None:
    """Ask the worker to publish a cycle.

    Raises:
        AlreadyEnqueued: the cycle already waits; a double click changes nothing.
    """
    with as_staff():
        task = app.configure_task(
            PUBLISH, allow_unknown=True, queue="publish", lock="publish", queueing_lock=f"publish-{cycle}"
        )
        task.defer(cycle=cycle, actor=actor)
