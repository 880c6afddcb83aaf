"""Makes a backup: one instant of the database, and every file that it refers to. Works while the portal runs.

In: a home. Out: one file (archive.py). The files are copied after the snapshot was taken: they never change and are
never removed while anything refers to them, so they fit it.
"""

import importlib.metadata
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from crossfoot.access.rls import as_of_now, as_staff
from crossfoot.audit.chain import verify
from crossfoot.audit.models import Seal
from crossfoot.audit.record import Action, record
from crossfoot.audit.witness import End, witness_of
from crossfoot.care.archive import Archive, written
from crossfoot.care.kept import list_kept
from crossfoot.care.secrets import MEMBER, seal_keys
from crossfoot.care.tables import copy_out, count_jobs, list_tables
from crossfoot.core.clock import instant, now
from crossfoot.core.errors import Altered
from crossfoot.runtime.files import sha256_file
from crossfoot.runtime.home import Home


@dataclass(frozen=True)
class Backup:
    """What was made."""

    file: str
    sha256: str
    bytes: int
    tables: int
    rows: int
    files: int
    has_keys: bool
    audit_fault: str


def make_backup(home: Home, path: Path, actor: str, passphrase: str | None) -> Backup:
    """Write a backup; with a passphrase the keys too, sealed under it.

    Raises:
        Altered: a file is missing or is not what the database says; nothing is written.
    """
    keys = None if passphrase is None else seal_keys(home, passphrase)
    with as_staff():
        fault = verify(witness_of(home)).fault
    with written(path) as archive, as_of_now():
        manifest = _manifest(fault)
        manifest["tables"] = _add_tables(archive, home)
        files = _add_files(archive, home)
        if keys is not None:
            archive.add(MEMBER, io.BytesIO(keys))
        archive.close(manifest)
    rows = sum(table["rows"] for table in manifest["tables"].values())
    made = Backup(
        path.name, sha256_file(path), path.stat().st_size, len(manifest["tables"]), rows, files, keys is not None, fault
    )
    with as_staff():
        record(Action.HOME_BACKED_UP, actor, file=made.file, sha256=made.sha256, keys=made.has_keys)
    return made


def _manifest(fault: str) -> dict[str, Any]:
    """What the copy is of; the chain's end is checked again when it is put back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        migrations = [list(row) for row in cursor.fetchall()]
        cursor.execute("SHOW server_version")
        row = cursor.fetchone()
    with as_staff():
        last = Seal.objects.order_by("-number").first()
        end = End(last.number, last.hash) if last else End()
    return {
        "crossfoot": importlib.metadata.version("crossfoot"),
        "postgresql": row[0] if row else "",
        "made_at": instant(now()),
        "migrations": migrations,
        "end": vars(end),
        "audit_fault": fault,
        "jobs_left_out": count_jobs(),
    }


def _add_tables(archive: Archive, home: Home) -> dict[str, dict[str, Any]]:
    found = {}
    for table in list_tables():
        with tempfile.TemporaryFile(dir=home.tmp) as packed:
            rows = copy_out(table, packed)
            packed.seek(0)
            archive.add(f"database/{table.name}.copy.gz", packed)
        found[table.name] = {"columns": list(table.columns), "rows": rows}
    return found


def _add_files(archive: Archive, home: Home) -> int:
    with as_staff():
        kept = list_kept(home)
    for file in kept:
        name = f"{file.tree}/{file.name(home)}"
        try:
            opened = file.path.open("rb")
        except FileNotFoundError:
            raise Altered(
                f"{name} is missing: nothing was backed up. Put it back from an earlier backup, or, if it is one of a "
                "bill, ingest the bill again; `crossfoot doctor` lists all such files."
            ) from None
        with opened:
            archive.add(name, opened, file.sha256)
    return len(kept)
