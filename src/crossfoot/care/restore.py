"""Puts a backup into an empty home whose database runs: schema as it was, rows, files; then the proof that it is whole.

The chain of the log is walked and its end compared with the one in the backup before a head is signed again: a restored
home has a key of its own unless the keys came along, and the act of restoring is the next entry of the log.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from crossfoot.access.rls import as_staff
from crossfoot.access.sealing import seal_log
from crossfoot.audit.chain import renew
from crossfoot.audit.models import Head
from crossfoot.audit.record import Action, record
from crossfoot.audit.witness import witness_of
from crossfoot.care.archive import members
from crossfoot.care.kept import list_kept, trees
from crossfoot.care.ready import known_migrations
from crossfoot.care.tables import load
from crossfoot.core.errors import Altered, BadRequest
from crossfoot.runtime.files import fsync_folder, sha256_file, write_whole
from crossfoot.runtime.home import PRIVATE, Home

TABLE = ("database/", ".copy.gz")


@dataclass(frozen=True)
class Restored:
    """What was put back."""

    made_at: str
    tables: int
    rows: int
    files: int
    has_keys: bool
    sealed: int
    audit_fault: str
    jobs_left_out: int


def restore_backup(  # noqa: PLR0913 - what a restore is made of
    home: Home, path: Path, manifest: dict[str, Any], actor: str, *, has_keys: bool, prepare: Callable[[], None]
) -> Restored:
    """Put everything in its place; `prepare` brings the schema up to this version and raises the walls."""
    _refuse_newer(manifest)
    _load_tables(path, manifest)
    prepare()
    files = _put_files(home, path, manifest)
    _check_files(home)
    sealed = _sign(home, manifest)
    with as_staff():
        record(
            Action.HOME_RESTORED,
            actor,
            file=path.name,
            sha256=sha256_file(path),
            made_at=manifest["made_at"],
            keys=has_keys,
            sealed=manifest["end"]["number"],
            audit_fault=manifest["audit_fault"],
        )
    seal_log(home)
    rows = sum(table["rows"] for table in manifest["tables"].values())
    return Restored(
        made_at=manifest["made_at"],
        tables=len(manifest["tables"]),
        rows=rows,
        files=files,
        has_keys=has_keys,
        sealed=sealed,
        audit_fault=manifest["audit_fault"],
        jobs_left_out=manifest["jobs_left_out"],
    )


def _refuse_newer(manifest: dict[str, Any]) -> None:
    newer = [f"{app} {name}" for app, name in manifest["migrations"] if (app, name) not in known_migrations()]
    if newer:
        raise BadRequest(
            f"This backup was made by a newer version of Crossfoot ({manifest['crossfoot']}), whose database has "
            f"{newer[0]}: nothing was restored. Restore it with that version."
        )


def _load_tables(path: Path, manifest: dict[str, Any]) -> None:
    """The schema that the rows came from; later migrations change them as they would have there."""
    owner = connections["owner"]
    MigrationExecutor(owner).migrate([(app, name) for app, name in manifest["migrations"]])
    load(owner, manifest["tables"], _tables(path))
    owner.close()


def _tables(path: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    begins, ends = TABLE
    for name, chunks in members(path):
        if name.startswith(begins):
            yield name.removeprefix(begins).removesuffix(ends), chunks


def _put_files(home: Home, path: Path, manifest: dict[str, Any]) -> int:
    folders, count = trees(home), 0
    for name, chunks in members(path):
        tree, _, below = name.partition("/")
        if tree not in folders:
            continue
        target = folders[tree] / below
        _make_folder(target.parent)
        if write_whole(target, chunks) != manifest["members"][name]["sha256"]:
            raise Altered(f"The member {name} of {path.name} changed while it was read: nothing was restored.")
        count += 1
    return count


def _make_folder(folder: Path) -> None:
    """Each new name as durable as the files below it will be."""
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(mode=PRIVATE)
        fsync_folder(folder.parent)


def _check_files(home: Home) -> None:
    """Nothing that the database refers to may be missing; what is there has been hashed while it was written."""
    with as_staff():
        missing = [file for file in list_kept(home) if not file.path.is_file()]
    if missing:
        name = f"{missing[0].tree}/{missing[0].name(home)}"
        raise Altered(f"The backup lacks {name}, which its database refers to: nothing was restored.")


def _sign(home: Home, manifest: dict[str, Any]) -> int:
    """Sign the end anew, unless the backup was made of a log that did not verify: then that stays to be seen."""
    witness = witness_of(home)
    if manifest["audit_fault"]:
        witness.path.unlink(missing_ok=True)
        return int(manifest["end"]["number"])
    with as_staff():
        number = renew(witness)
        head = Head.objects.first()
        end = {"number": number, "hash": head.hash} if head else manifest["end"]
        if end != manifest["end"] or number != manifest["end"]["number"]:
            raise Altered(f"The log ends at seal {number} and not where the backup says: nothing was restored.")
    return number
