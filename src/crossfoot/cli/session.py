"""What every command needs: the home, a running database, Django, and the newest schema."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from crossfoot.cli.say import warn
from crossfoot.core.errors import CrossfootError, NotFound, NotPermitted
from crossfoot.runtime.database import connected
from crossfoot.runtime.home import Home, open_home

SETTINGS = "crossfoot.config.settings"
OPERATOR = "operator@localhost"  # whoever may run commands on the machine that holds the keys


@contextmanager
def portal() -> Iterator[Home]:
    """The portal, ready: works whether or not `crossfoot up` is running on the same home."""
    home = open_home()
    with connected(home):
        start_django()
        prepare_schema()
        try:
            yield home
        except (NotFound, NotPermitted) as refusal:
            _record_refusal(refusal)
            raise
        finally:
            from django.db import connections  # noqa: PLC0415 - Django must be set up first

            _seal(home)
            connections.close_all()


def _seal(home: Home) -> None:
    """Seal what was written. What ended the command is said first: where the disk is full, the next one seals."""
    from crossfoot.access.sealing import seal_log  # noqa: PLC0415 - Django is set up by now

    is_ending_badly = sys.exc_info()[0] is not None
    try:
        seal_log(home)
    except CrossfootError as problem:
        if not is_ending_badly:
            warn(problem.sentence)


def _record_refusal(refusal: CrossfootError) -> None:
    """A refusal on the command line is an act like one on a page."""
    from crossfoot.access.rls import as_staff  # noqa: PLC0415 - Django is set up by now
    from crossfoot.audit.record import Action, record  # noqa: PLC0415

    with as_staff():
        record(Action.ACCESS_REFUSED, OPERATOR, command=sys.argv[1:3], status=refusal.status)


def start_django() -> None:
    """Set Django up; done once a process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    import django  # noqa: PLC0415 - importing it costs time that `--help` need not pay

    django.setup()


def prepare_schema() -> None:
    """Apply migrations and grants, as the owner, if any are missing."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    from crossfoot.access.rls import install, is_installed  # noqa: PLC0415

    owner = connections["owner"]
    executor = MigrationExecutor(owner)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()) or not is_installed(owner):
        with owner.cursor() as cursor:  # two commands on a new home: one migrates, the other waits
            cursor.execute("SELECT pg_advisory_lock(%s)", [0x5C4E])
        call_command("migrate", database="owner", interactive=False, verbosity=0)
        install(owner)
    owner.close()
