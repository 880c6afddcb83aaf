"""The tables of the portal, out of a database and into a new one, in PostgreSQL's own text form of COPY.

Out: as the application reads them, by whichever of its roles may, so that any server will do and no right is added; a
table that none of its roles can read stops the backup instead of being left out in silence. In: as the owner, before
the walls are raised.
"""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from crossfoot.access.rls import STAFF, as_staff
from crossfoot.care.vacant import MARK
from crossfoot.core.errors import Altered, CrossfootError

GZIP = 31  # the window of zlib, and a header of gzip
# Made by the migrations and the same everywhere, or worthless elsewhere: who is signed in, what waits in
# the queue, files on their way in, whose bytes lie in scratch space for a day, and files that can be asked for again.
LEFT_OUT = frozenset(
    (
        "django_migrations",
        "django_content_type",
        "django_session",
        "auth_permission",
        "auth_group",
        "auth_group_permissions",
        "ingest_upload",
        "deliver_exportjob",
    )
)
QUEUE = "procrastinate_"
TABLES = """
SELECT c.relname, has_table_privilege(%s, c.oid, 'SELECT'), has_table_privilege(c.oid, 'SELECT'),
  (SELECT array_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '')
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""
SEQUENCES = """
SELECT c.relname, a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relname = ANY(%s) AND c.relnamespace = 'public'::regnamespace
  AND pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL
"""


@dataclass(frozen=True)
class TableOut:
    """A table to be copied: its columns, and whether staff reads it (else the application's own login)."""

    name: str
    columns: tuple[str, ...]
    by_staff: bool


def list_tables() -> list[TableOut]:
    """Every table whose rows a backup has to hold."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES, [STAFF])
        rows = [row for row in cursor.fetchall() if not _is_left_out(row[0])]
    closed = [name for name, by_staff, by_app, _ in rows if not (by_staff or by_app)]
    if closed:
        raise CrossfootError(f"The table {closed[0]} can be read by none of the portal's roles: nothing was backed up.")
    return [TableOut(name, tuple(columns), by_staff) for name, by_staff, _, columns in rows]


def copy_out(table: TableOut, out: IO[bytes]) -> int:
    """Write the rows, packed; returns how many. Inside `as_of_now`."""
    command = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table.name), _names(table.columns))
    if table.by_staff:
        with as_staff():
            return _pack(command, out)
    return _pack(command, out)


def _pack(command: sql.Composed, out: IO[bytes]) -> int:
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6, mtime=0) as packed, connection.cursor() as cursor:
        rows = 0
        with cursor.copy(command) as copy:  # psycopg's own, behind Django's
            for chunk in copy:
                packed.write(chunk)
                rows += bytes(chunk).count(b"\n")  # a line end within a value is written as \n in two letters
    return rows


def load(
    owner: BaseDatabaseWrapper,
    tables: dict[str, dict[str, object]],
    streams: Iterable[tuple[str, Iterable[bytes]]],
) -> None:
    """Fill the tables, all in one transaction; what the migrations put into them is replaced.

    Raises:
        Altered: a table received another number of rows than was copied out.
    """
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        cursor.execute(sql.SQL("TRUNCATE {}").format(names))
        for name, chunks in streams:
            facts = tables[name]
            columns = facts["columns"]
            assert isinstance(columns, list)  # noqa: S101 - of a manifest that was checked
            command = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(name), _names(columns))
            with cursor.copy(command) as copy:
                for chunk in unpack(chunks):
                    copy.write(chunk)
            if cursor.rowcount != facts["rows"]:
                raise Altered(f"The table {name} received {cursor.rowcount} rows of {facts['rows']}: nothing stays.")
        cursor.execute(SEQUENCES, [list(tables)])
        for name, column, sequence in cursor.fetchall():
            query = "SELECT setval({}, coalesce(max({}), 1), max({}) IS NOT NULL) FROM {}"
            parts = (sql.Literal(sequence), sql.Identifier(column), sql.Identifier(column), sql.Identifier(name))
            cursor.execute(sql.SQL(query).format(*parts))


def unpack(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """What `copy_out` packed."""
    packed = zlib.decompressobj(wbits=GZIP)
    for chunk in chunks:
        yield packed.decompress(chunk)
    yield packed.flush()


def count_jobs() -> int:
    """How many jobs wait or run; a backup leaves them out, so that a drill does nobody's work a second time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _is_left_out(name: str) -> bool:
    return name in LEFT_OUT or name == MARK or name.startswith(QUEUE)


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
