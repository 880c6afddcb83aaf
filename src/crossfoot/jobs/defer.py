"""Puts work into the queue, in the caller's transaction."""

from crossfoot.access.rls import as_staff
from crossfoot.jobs.tasks import publish_cycle


def defer_publish(cycle: str, actor: str) -> None:
    """Ask the worker to publish a cycle; asking twice while it waits changes nothing."""
    with as_staff():
        publish_cycle.configure(queueing_lock=f"publish-{cycle}").defer(cycle=cycle, actor=actor)
