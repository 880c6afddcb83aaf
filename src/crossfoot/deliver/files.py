"""Makes a file of a Table: whole before anything is sent, mode 0600, its sha256 remembered so that it can be verified."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from crossfoot.access.rls import as_staff
from crossfoot.access.scope import Scope
from crossfoot.audit.record import Action, record
from crossfoot.core.clock import now
from crossfoot.core.roles import Capability
from crossfoot.deliver.models import Export
from crossfoot.render.csv import render_csv
from crossfoot.render.json import render_json
from crossfoot.reports.table import Table
from crossfoot.runtime.home import Home

Format = Literal["csv", "json"]
MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@dataclass(frozen=True)
class MadeFile:
    """A file ready to be sent."""

    path: Path
    name: str
    media_type: str
    sha256: str


def make_file(table: Table, fmt: Format, scope: Scope, home: Home) -> MadeFile:
    """Write the Table as a file and remember it. The caller removes `path` when it has been sent.

    Raises:
        NotPermitted: the role may look but not take files.
    """
    scope.require(Capability.EXPORT_REPORTS)
    handle, name = tempfile.mkstemp(prefix="export-", suffix=f".{fmt}", dir=home.tmp)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            sha256 = _WRITERS[fmt](table, out)
        made = MadeFile(path, f"{table.report.key}--{table.id}.{fmt}", MEDIA[fmt], sha256)
        _remember(table, fmt, scope, made)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return made


def _write_json(table: Table, out: BinaryIO) -> str:
    digest = hashlib.sha256()
    for piece in render_json(table):
        digest.update(piece)
        out.write(piece)
    return digest.hexdigest()


_WRITERS: dict[Format, Callable[[Table, BinaryIO], str]] = {"csv": render_csv, "json": _write_json}


def _remember(table: Table, fmt: Format, scope: Scope, made: MadeFile) -> None:
    with as_staff():
        Export.objects.get_or_create(
            customer_key=scope.customer,
            sha256=made.sha256,
            defaults={
                "result": table.id,
                "report": table.report.key,
                "format": fmt,
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
            format=fmt,
            question=table.question.as_json(),
            result=table.id,
            **({"token": scope.token} if scope.token else {}),
        )
