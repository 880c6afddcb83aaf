"""Whether the portal can answer: the database, its schema, the worker. In: nothing. Out: words without data of anybody.

Asked every few seconds by whatever watches over the machine, so it costs three small queries and takes no role.
"""

from dataclasses import dataclass
from functools import cache

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader

from crossfoot.access.rls import is_installed

ALIVE_SECONDS = 60  # a worker writes its heartbeat every ten
OK, MISSING = "ok", "not there"


@dataclass(frozen=True)
class Ready:
    """One word for each part."""

    database: str = MISSING
    schema: str = MISSING
    worker: str = MISSING

    @property
    def is_ready(self) -> bool:
        """True when pages can be served; without a worker they can, and jobs wait."""
        return self.database == self.schema == OK


def ready() -> Ready:
    """Ask each part."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
            if not _first(cursor.fetchone()):
                return Ready(database=OK)
            cursor.execute("SELECT app, name FROM django_migrations")
            missing = known_migrations() - {(str(app), str(name)) for app, name in cursor.fetchall()}
        if missing or not is_installed(connection):
            return Ready(database=OK, schema="not the one of this version")
        return Ready(database=OK, schema=OK, worker=OK if worker_is_alive() else f"not seen for {ALIVE_SECONDS} s")
    except (DatabaseError, InterfaceError):
        connection.close()
        return Ready()


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """The migrations that this version brings."""
    return frozenset(MigrationLoader(None).disk_migrations)


def worker_is_alive() -> bool:
    """Whether a worker's heart beat within the last minute, by the clock of the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) > 0 FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [ALIVE_SECONDS],
        )
        return _first(cursor.fetchone())


def _first(row: tuple[object, ...] | None) -> bool:
    return bool(row and row[0])
