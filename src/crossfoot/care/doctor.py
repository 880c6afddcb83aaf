"""Looks a home over: each check is one line, `ok` or what is wrong and what to do. Only a sweep changes anything.

`list_checks` is what a running database can answer; the home itself and whether the database can be reached at all are
asked before (outside.py), because then there is nobody else to ask.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import connection, connections

from crossfoot.access.rls import as_staff, is_installed
from crossfoot.audit.chain import verify
from crossfoot.audit.witness import witness_of
from crossfoot.care.kept import KeptFile, list_kept, trees
from crossfoot.care.outside import Check
from crossfoot.care.ready import known_migrations, worker_is_alive
from crossfoot.care.sweep import list_orphans, sweep
from crossfoot.core.clock import instant, now
from crossfoot.lake.files import LakeFile
from crossfoot.lake.look import fault_of
from crossfoot.publish.kept import last_published
from crossfoot.runtime.files import sha256_file
from crossfoot.runtime.home import Home

AGAIN = "put it back from a backup"
SHOWN = 3


def list_checks(home: Home, *, is_deep: bool) -> Iterator[Check]:
    """Every check that needs the database; the schema first, because the others read it."""
    schema = check_schema()
    yield schema
    if schema.is_ok:
        checks: tuple[Callable[[], Check], ...] = (
            check_worker,
            lambda: check_lake(home),
            *([lambda: check_bytes(home)] if is_deep else []),
            lambda: check_orphans(home),
            check_clock,
            lambda: check_log(home),
        )
        yield from (check() for check in checks)


def check_schema() -> Check:
    """The tables of this version, and the rights on them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        if cursor.fetchone() != (True,):
            return Check("schema", wrong="The database has no tables yet: start the portal with `crossfoot up`.")
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = {(str(app), str(name)) for app, name in cursor.fetchall()}
    newer = sorted(name for app, name in applied - known_migrations() if app in {a for a, _ in known_migrations()})
    if newer:
        return Check("schema", wrong=f"The database was made by a newer version ({newer[0]}): run that version.")
    if missing := sorted(known_migrations() - applied):
        sentence = (
            f"{len(missing)} migrations are missing, the first is {'.'.join(missing[0])}: any command applies them."
        )
        return Check("schema", wrong=sentence)
    is_raised = is_installed(connections["owner"])
    connections["owner"].close()
    if not is_raised:
        return Check("schema", wrong="The rights of the roles are not those of this version: any command renews them.")
    return Check("schema", f"{len(applied)} migrations, rights as in this version")


def check_worker() -> Check:
    """A job that nobody takes is a promise that nobody keeps."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing') "
            "FROM procrastinate_jobs"
        )
        waiting, doing = cursor.fetchone() or (0, 0)
    if worker_is_alive():
        return Check("worker", f"alive; {waiting} jobs wait, {doing} are being done")
    if waiting or doing:
        sentence = f"No worker is alive, and {waiting} jobs wait and {doing} were begun: start one with `crossfoot up`."
        return Check("worker", wrong=sentence)
    return Check("worker", "none runs, and nothing waits for one")


def check_lake(home: Home) -> Check:
    """The files of the newest editions, each whole at its end and with as many rows as it should have."""
    lake, bad, count = trees(home)["lake"], [], 0
    for file in _kept(home):
        if file.rows is not None and file.is_current:
            count += 1
            if fault := fault_of(lake, LakeFile(file.name(home), file.rows, file.sha256)):
                bad.append(f"lake/{file.name(home)} {fault}")
    return _files("lake", bad, f"{count} files of current editions")


def check_bytes(home: Home) -> Check:
    """Every byte of every file that anything refers to."""
    bad, count = [], 0
    for file in _kept(home):
        count += 1
        if not file.path.is_file():
            bad.append(f"{file.tree}/{file.name(home)} is missing")
        elif sha256_file(file.path) != file.sha256:
            bad.append(f"{file.tree}/{file.name(home)} is not what was written")
    return _files("bytes", bad, f"{count} files hashed")


def check_orphans(home: Home) -> Check:
    """They cost room and nothing else."""
    found = list_orphans(home)
    old = [orphan for orphan in found if orphan.is_old]
    size, old_size = sum(o.bytes for o in found), sum(o.bytes for o in old)
    more = f"; `crossfoot doctor --sweep` removes {len(old)} older than a day ({old_size} bytes)" if old else ""
    return Check("orphans", f"{len(found)} files without an owner, {size} bytes{more}")


def check_sweep(home: Home) -> Check:
    """Remove old orphans; nothing while the log and the home do not fit: to another database every file is an orphan."""
    for check in (check_schema, lambda: check_log(home)):
        if not check().is_ok:
            sentence = "Nothing was removed, because this may not be the database of this home: mend what stands below."
            return Check("sweep", wrong=sentence)
    removed = sweep(home)
    return Check("sweep", f"{len(removed)} files removed, {sum(one.bytes for one in removed)} bytes")


def check_clock() -> Check:
    """Everything that is published carries the instant of its publication."""
    with as_staff():
        last = last_published()
    if isinstance(last, datetime) and last > now():
        sentence = f"This machine's clock says {instant(now())}, and something was published at {instant(last)}: set the clock."
        return Check("clock", wrong=sentence)
    return Check("clock", instant(now()))


def check_log(home: Home) -> Check:
    """The chain of the log, its signed head, and the copy of the head in the home."""
    with as_staff():
        verdict = verify(witness_of(home))
    return Check(
        "log", f"{verdict.sealed} entries sealed and unchanged, {verdict.unsealed} not sealed yet", verdict.fault
    )


def _kept(home: Home) -> list[KeptFile]:
    with as_staff():
        return list_kept(home)


def _files(name: str, bad: list[str], found: str) -> Check:
    if not bad:
        return Check(name, found)
    more = f" and {len(bad) - SHOWN} more" if len(bad) > SHOWN else ""
    return Check(
        name, wrong=f"{'; '.join(bad[:SHOWN])}{more}: {AGAIN}, or ingest the bill again if it is one of a bill."
    )
