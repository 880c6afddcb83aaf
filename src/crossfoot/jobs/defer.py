"""Puts work into the queue, in the caller's transaction. By name: who defers does not import what does the work."""

from procrastinate.contrib.django import app

from crossfoot.access.rls import as_staff

PUBLISH = "crossfoot.jobs.tasks.publish_cycle"
LOOK_AT_UPLOAD = "crossfoot.jobs.tasks.look_at_upload"
PREVIEW_UPLOAD = "crossfoot.jobs.tasks.preview_upload"
ACCEPT_UPLOAD = "crossfoot.jobs.tasks.accept_upload"
MAKE_EXPORT = "crossfoot.jobs.tasks.make_export"
EXPORTS = "exports"  # a queue of its own: a long file holds up no publication, and no publication a file


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


def defer_upload(task_name: str, number: str, actor: str) -> None:
    """Ask the worker to look at, preview or accept an upload; the state of its row makes a second time do nothing."""
    with as_staff():
        app.configure_task(task_name, allow_unknown=True, queue="uploads").defer(number=number, actor=actor)


def defer_export(number: str) -> None:
    """Ask the worker to make a file; the state of its row makes a second time do nothing."""
    with as_staff():
        app.configure_task(MAKE_EXPORT, allow_unknown=True, queue=EXPORTS, lock=f"export-{number}").defer(number=number)
