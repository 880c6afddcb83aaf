"""Files too large to be made while their reader waits: asked for by a request, made by the worker, fetched later.

The scope is asked again when a file is made and each time it is fetched. A file stands under its name only once it is
whole; a worker that is killed leaves nothing, and the next begins anew.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
from django.db import connection

from crossfoot.access.rls import as_scope, as_staff
from crossfoot.access.scope import Scope, find_user, scope_for, scope_of_token
from crossfoot.access.tokens import get_token
from crossfoot.audit.record import Action, record
from crossfoot.core.clock import now
from crossfoot.core.errors import CrossfootError, NotFound, TooMany
from crossfoot.core.ids import canonical_json, sha256_hex
from crossfoot.core.roles import Capability
from crossfoot.core.words import mark as _
from crossfoot.deliver.files import MadeFile, remember, write_file
from crossfoot.deliver.formats import get_format
from crossfoot.deliver.models import ExportJob
from crossfoot.query.run import run
from crossfoot.render.address import pinned, read_question, write_question
from crossfoot.reports.catalog import get_report
from crossfoot.reports.table import Table
from crossfoot.runtime.files import fsync_folder
from crossfoot.runtime.home import Home
from crossfoot.runtime.outage import find_outage
from crossfoot.runtime.scratch import scratch

Asks = Callable[[str], Scope]

AT_ONCE = 200_000  # rows that a request writes itself
EACH = 2  # unfinished files of one person
KEPT_FOR = timedelta(days=30)
LOST_AFTER = timedelta(days=1)  # without a sign of life
TOLD_SECONDS = 1.0
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
AT_WORK = frozenset({WAITING, RUNNING})
CHANGED = _("What you may see has changed since this file was asked for: open the report and ask for it again.")
OUR_FAULT = _(
    "It is our fault and not yours: ask for the file again; if it fails again, tell the people who run this portal."
)
LOST = _("Nothing came of it within a day: ask for the file again.")


def is_large(table: Table) -> bool:
    """True for what the worker has to write."""
    return table.meta.row_count > AT_ONCE


def start_export(table: Table, key: str, scope: Scope) -> tuple[ExportJob, bool]:
    """The file of this answer, and whether it is a new one that has to be made. Asking twice makes one.

    Raises:
        NotPermitted: the role may look but not take files.
        TooMany: two of this person's files are not finished.
    """
    scope.require(Capability.EXPORT_REPORTS)
    asked = {
        "customer_key": scope.customer,
        "report": table.report.key,
        "format": get_format(key).key,
        "question": [list(pair) for pair in write_question(pinned(table))],
        "asked_by": scope.email,
        "token": scope.token,
        "mark": _mark(scope),
    }
    with as_staff():
        with connection.cursor() as cursor:  # of two clicks at once the second sees what the first has made
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"export {scope.email}"])
        known = ExportJob.objects.filter(**asked, made_at__gt=now() - KEPT_FOR).exclude(state=FAILED).first()
        if known:
            return known, False
        if ExportJob.objects.filter(asked_by=scope.email, state__in=AT_WORK).count() >= EACH:
            raise TooMany(f"{EACH} of your files are still being made: wait until one is finished, then ask again.")
        number, at = secrets.token_hex(16), now()
        job = ExportJob(id=number, state=WAITING, rows=table.meta.row_count, made_at=at, touched_at=at, **asked)
        job.save(force_insert=True)
        record(
            Action.EXPORT_ASKED,
            scope.email,
            customer=scope.customer,
            report=job.report,
            format=key,
            question=table.question.as_json(),
            export=job.id,
        )
    return job, True


def list_jobs(scope: Scope) -> tuple[ExportJob, ...]:
    """One's own, the newest first; a token's own are those that were asked for through it."""
    scope.require(Capability.EXPORT_REPORTS)
    with as_scope(scope):
        mine = ExportJob.objects.filter(asked_by=scope.email, token=scope.token)
        return tuple(mine.order_by("-made_at", "id"))


def get_job(asks: Asks, number: str) -> tuple[ExportJob, Scope]:
    """One's own of that number, and the scope as it is now. `asks` gives one's scope over a customer.

    Raises:
        NotFound: it is somebody else's or not there, or the person may see something else by now.
        NotPermitted: the role includes no files any more.
    """
    own = asks("")
    with as_scope(own):
        job = ExportJob.objects.filter(id=number, asked_by=own.email, token=own.token).first()
    if job is None:
        raise NotFound(f"There is no file of that number here: files are kept for {KEPT_FOR.days} days.")
    scope = asks(job.customer_key)
    scope.require(Capability.EXPORT_REPORTS)
    if _mark(scope) != job.mark:
        raise NotFound(CHANGED)
    return job, scope


def fetch_export(asks: Asks, number: str, home: Home) -> MadeFile:
    """The finished file, which stays where it is. `get_job` says what it raises, and this where it is not finished."""
    job, scope = get_job(asks, number)
    path = _path(job, home)
    if job.state != DONE or not path.is_file():
        raise NotFound("This file is not there: see the list of your files.")
    with as_scope(scope):
        record(Action.EXPORT_FETCHED, scope.email, customer=job.customer_key, export=job.id, result=job.result)
    fmt = get_format(job.format)
    return MadeFile(path, f"{job.report}--{job.result}{fmt.suffix}", fmt.media_type, job.sha256)


def make_export(number: str, home: Home) -> None:
    """Make a file that was asked for; nothing where it is finished. A refusal becomes the sentence of its row."""
    with as_staff():
        job = ExportJob.objects.select_for_update().filter(id=number, state__in=AT_WORK).first()
        if job is None:
            return
        _move(job, RUNNING, rows_done=0)
    try:
        _make(job, home)
    except BaseException as problem:
        if find_outage(problem):
            _move(job, WAITING)  # and it will be tried again
            raise
        is_refused = isinstance(problem, CrossfootError)
        _move(job, FAILED, sentence=problem.sentence if isinstance(problem, CrossfootError) else OUR_FAULT)
        if not is_refused:
            raise


def _make(job: ExportJob, home: Home) -> None:
    scope = _scope_of(job)
    scope.require(Capability.EXPORT_REPORTS)
    if _mark(scope) != job.mark:
        raise NotFound(CHANGED)
    report = get_report(job.report, scope.role)
    question = read_question(report, scope.role, [(key, value) for key, value in job.question])
    table = _counted(run(report, question, scope), job)
    with scratch(home.tmp) as folder:
        made = write_file(table, job.format, folder)
        job.result, job.sha256, job.size = table.id, made.sha256, made.path.stat().st_size
        path = _path(job, home)
        with made.path.open("rb") as file:
            os.fsync(file.fileno())
        made.path.replace(path)  # whole, or not there
        fsync_folder(path.parent)
    with as_staff():
        remember(table, job.format, scope, made.sha256)
        done = {"result": job.result, "sha256": job.sha256, "size": job.size}
        _move(job, DONE, rows_done=table.meta.row_count, **done)


def _scope_of(job: ExportJob) -> Scope:
    """What whoever asked for it may read now: a token's file is never wider than the token."""
    if job.token:
        return scope_of_token(get_token(job.token), job.customer_key)
    return scope_for(find_user(job.asked_by), job.customer_key)


def _counted(table: Table, job: ExportJob) -> Table:
    """The Table, which tells how far its rows were read."""

    def batches() -> Iterator[pa.RecordBatch]:
        done, told = 0, time.monotonic()
        for batch in table.batches():
            yield batch
            done += batch.num_rows
            if time.monotonic() - told > TOLD_SECONDS:
                _move(job, RUNNING, rows_done=done)
                told = time.monotonic()

    return replace(table, batches=batches)


def sweep_exports(home: Home) -> int:
    """Remove what is too old, and give up what nobody works on any more; how many files went."""
    at = now()
    with as_staff():
        ExportJob.objects.filter(made_at__lt=at - KEPT_FOR).delete()
        for job in ExportJob.objects.filter(state__in=AT_WORK, touched_at__lt=at - LOST_AFTER):
            _move(job, FAILED, sentence=LOST)
    old = [path for path in home.exports.iterdir() if path.stat().st_mtime < (at - KEPT_FOR).timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _move(job: ExportJob, state: str, **found: object) -> None:
    with as_staff():
        ExportJob.objects.filter(id=job.id).update(state=state, touched_at=now(), **found)


def _path(job: ExportJob, home: Home) -> Path:
    """The result's id in the name says whose it is to whoever looks for files without an owner."""
    return home.exports / f"{job.id}--{job.result}{get_format(job.format).suffix}"


def _mark(scope: Scope) -> str:
    """Stands for what a person may see: another role, account or project is another mark."""
    return sha256_hex(canonical_json([scope.role, scope.customer, scope.accounts, scope.projects]))
