"""Makes a file of a Table: whole before anything is sent, mode 0600, its sha256 remembered so that it can be verified."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from crossfoot.access.rls import as_staff
from crossfoot.access.scope import Scope
from crossfoot.audit.record import Action, record
from crossfoot.core.clock import now
from crossfoot.core.roles import Capability
from crossfoot.deliver.formats import get_format
from crossfoot.deliver.models import Export
from crossfoot.reports.table import Table
from crossfoot.runtime.home import Home


@dataclass(frozen=True)
class MadeFile:
    """A file ready to be sent."""

    path: Path
    name: str
    media_type: str
    sha256: str


def make_file(table: Table, key: str, scope: Scope, home: Home) -> MadeFile:
    """Write the Table in the format of that key and remember it. The caller removes `path` when it has been sent.

    Raises:
        NotPermitted: the role may look but not take files.
        BadRequest: there is no such format.
    """
    scope.require(Capability.EXPORT_REPORTS)
    made = write_file(table, key, home.tmp)
    try:
        with as_staff():
            remember(table, key, scope, made.sha256)
    except BaseException:
        made.path.unlink(missing_ok=True)
        raise
    return made


def write_file(table: Table, key: str, folder: Path) -> MadeFile:
    """Write the Table into a folder; nothing is left there if that fails, and nobody knows of it yet."""
    fmt = get_format(key)
    handle, name = tempfile.mkstemp(prefix="export-", suffix=fmt.suffix, dir=folder)
    path = Path(name)
    try:
        with os.fdopen(handle, "w+b") as out:
            sha256 = fmt.write(table, out)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return MadeFile(path, f"{table.report.key}--{table.id}{fmt.suffix}", fmt.media_type, sha256)


def remember(table: Table, key: str, scope: Scope, sha256: str) -> None:
    """Write down that a file was made, so that it can be verified, and for whom. Call it as staff."""
    Export.objects.get_or_create(
        customer_key=scope.customer,
        sha256=sha256,
        defaults={
            "result": table.id,
            "report": table.report.key,
            "format": key,
            "made_at": now(),
            "made_by": scope.email,
            "editions": [e.as_json() for e in table.meta.editions],
            "question": table.question.as_json(),
        },
    )
    record(
        Action.REPORT_EXPORTED,
        scope.email,
        customer=scope.customer,
        report=table.report.key,
        format=key,
        question=table.question.as_json(),
        result=table.id,
        **({"token": scope.token} if scope.token else {}),
    )
