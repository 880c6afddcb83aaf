"""Files on their way in, as rows: started by a page, moved on by the worker. Nothing is read here.

The bytes lie below the home's scratch folder under the upload's random number, for a day.
"""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from crossfoot.access.rls import as_scope, as_staff
from crossfoot.access.scope import Scope
from crossfoot.audit.record import Action, record
from crossfoot.core.clock import now
from crossfoot.core.errors import BadRequest, NotFound
from crossfoot.core.roles import Capability
from crossfoot.ingest.models import Upload
from crossfoot.runtime.home import Home
from crossfoot.sources.column_map import ColumnMap
from crossfoot.sources.upload_files import kind_of

FOLDER = "uploads"
LARGEST = 2**30
KEPT_FOR = timedelta(days=1)
LOOKING, LOOKED, READING, PREVIEWED, ACCEPTING, DONE = "looking", "looked", "reading", "previewed", "accepting", "done"
AT_WORK = frozenset({LOOKING, READING, ACCEPTING})


def start_upload(scope: Scope, name: str, size: int, chunks: Iterable[bytes], home: Home) -> Upload:
    """Keep the bytes, and have them looked at.

    Raises:
        NotPermitted: the role does not include it.
        BadRequest: it is no file that can be read, empty, or larger than 1 GiB.
    """
    scope.require(Capability.UPLOAD_FILES)
    name = Path(name).name[:200]
    if not kind_of(name):
        raise BadRequest(f"{name!r} is not a .csv, .csv.gz or .xlsx file: save it as one of these.")
    if not 0 < size <= LARGEST:
        raise BadRequest("The file is empty, or larger than 1 GiB: upload it in parts, or use `crossfoot ingest`.")
    _sweep(home)
    upload = Upload(
        id=secrets.token_urlsafe(16), name=name, size=size, state=LOOKING, made_at=now(), made_by=scope.email
    )
    path = path_of(upload, home)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with path.open("xb") as out:
        path.chmod(0o600)
        out.writelines(chunks)
    with as_scope(scope):
        upload.save(force_insert=True)
        record(Action.FILE_UPLOADED, scope.email, file=name, size=size)
    return upload


def path_of(upload: Upload, home: Home) -> Path:
    """Where the bytes lie."""
    return home.tmp / FOLDER / f"{upload.id}{kind_of(upload.name)}"


def get_upload(scope: Scope, number: str) -> Upload:
    """The upload of that number; NotFound for anybody's but one's own side."""
    scope.require(Capability.UPLOAD_FILES)
    with as_scope(scope):
        found = Upload.objects.filter(id=number).first()
    if found is None:
        raise NotFound("There is no upload of that number: it is kept for a day.")
    return found


def list_uploads(scope: Scope) -> tuple[Upload, ...]:
    """The uploads of the last day, the newest first."""
    scope.require(Capability.UPLOAD_FILES)
    with as_scope(scope):
        return tuple(Upload.objects.order_by("-made_at")[:50])


def move_on(number: str, before: Iterable[str], state: str, *, columns: ColumnMap | None = None, **body: Any) -> bool:  # noqa: ANN401 - JSON
    """Move an upload to its next state; False where it is not in one of the states before, as after a double click."""
    with as_staff():
        row = Upload.objects.select_for_update().filter(id=number, state__in=list(before)).first()
        if row is None:
            return False
        row.state = state
        row.columns = columns.as_json() if columns else row.columns
        row.body = {**row.body, **body}
        row.save()
    return True


def _sweep(home: Home) -> None:
    old = now() - KEPT_FOR
    with as_staff():
        for upload in Upload.objects.filter(made_at__lt=old):
            path_of(upload, home).unlink(missing_ok=True)
            upload.delete()
