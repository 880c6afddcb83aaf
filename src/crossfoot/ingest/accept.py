"""Accepts a bill: lands its bytes, reads every line, keeps the charges, and records what was found.

Nothing is half-accepted: a bill that cannot be read as a whole is refused whole; one account with unreadable cells
keeps its last good lines while the other accounts of the bill go on. The same bytes twice change nothing, whether one
process brings them or two at once; a bill that was refused, or whose charges were lost since, is read again.
"""

import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from django.db import connection

from crossfoot.access.rls import as_staff
from crossfoot.audit.record import Action, record
from crossfoot.core.clock import now, parse_instant
from crossfoot.core.finding import Finding
from crossfoot.ingest.child import read_in_child
from crossfoot.ingest.models import Batch, BatchFinding, Slice
from crossfoot.ingest.reading import CHARGES_NAME, Reading, SliceRead
from crossfoot.ingest.replaced import find_replaced
from crossfoot.runtime.files import fsync_folder, sha256_file
from crossfoot.runtime.home import Home
from crossfoot.runtime.scratch import scratch
from crossfoot.sources.bill import BillFile
from crossfoot.sources.focus_files import pack_parts
from crossfoot.sources.upload_files import pack_upload


@dataclass(frozen=True)
class Receipt:
    """What became of one bill."""

    name: str
    sha256: str
    rows: int
    totals: dict[str, dict[str, str | None]]
    findings: tuple[Finding, ...]
    is_accepted: bool
    is_new: bool

    @property
    def is_clean(self) -> bool:
        """True when nothing in it was refused."""
        return self.is_accepted and not any(f.is_block for f in self.findings)

    def as_json(self) -> dict[str, object]:
        """The receipt for `--json`."""
        return asdict(self) | {"findings": [f.as_json() for f in self.findings]}


def accept(bill: BillFile, home: Home, actor: str) -> Receipt:
    """Accept one bill, once. Never raises for what is in the file: the receipt says it."""
    sha256 = _land(bill, home)
    with as_staff():
        known = Batch.objects.filter(sha256=sha256).first()
        if known and _is_done(known, bill.name, home):
            return _receipt(known, is_new=False)
    with scratch(home.tmp) as folder:
        if known and known.rows:  # its charges were lost: they are read as on the day it came
            bill = replace(bill, as_of=known.as_of)
        reading = read_in_child(bill, landed_path(home, sha256, bill.suffix), folder)
        charges = folder / CHARGES_NAME
        batch = _batch(bill, sha256, reading, charges)
        with as_staff():
            return _keep(batch, reading, charges, home, actor)


def find_accepted(sha256: str, name: str, home: Home) -> Receipt | None:
    """The receipt of a bill that was accepted before and whose charges are what they were. Call it as staff."""
    known = Batch.objects.filter(sha256=sha256).first()
    return _receipt(known, is_new=False) if known and _is_done(known, name, home) else None


def landed_path(home: Home, sha256: str, suffix: str = ".tar.gz") -> Path:
    """Where the bytes of a bill lie as they arrived."""
    return home.landed / f"{sha256}{suffix}"


def charges_path(home: Home, sha256: str) -> Path:
    """Where the charges read from a bill lie, before pricing."""
    return home.accepted / f"{sha256}.parquet"


def _is_done(batch: Batch, name: str, home: Home) -> bool:
    """True when the bill was accepted and its charges are what they were; not where a wrong name let nothing in."""
    path = charges_path(home, batch.sha256)
    is_whole = batch.is_accepted and path.exists() and sha256_file(path) == batch.charges_sha256
    return is_whole and (batch.rows > 0 or batch.name == name)


def _land(bill: BillFile, home: Home) -> str:
    with scratch(home.tmp) as folder:
        part = folder / "landed"
        if bill.columns:
            pack_upload(bill, part)
        elif bill.parts:
            pack_parts(bill.parts, part)
        else:
            shutil.copyfile(bill.path, part)
        sha256 = sha256_file(part)
        _settle(part, landed_path(home, sha256, bill.suffix))
    return sha256


def _settle(part: Path, target: Path) -> None:
    """Move a finished file to its name, so that a crash leaves the whole file or none."""
    part.chmod(0o600)
    with part.open("rb+") as handle:
        handle.flush()
        os.fsync(handle.fileno())
    part.replace(target)
    fsync_folder(target.parent)


def _batch(bill: BillFile, sha256: str, reading: Reading, charges: Path) -> Batch:
    cycles = sorted({part.cycle for part in reading.slices})
    through = max((part.data_through for part in reading.slices), default="")
    return Batch(
        sha256=sha256,
        name=bill.name,
        source=bill.source.value,
        cycle=bill.cycle or "..".join(dict.fromkeys((*cycles[:1], *cycles[-1:]))),
        is_final=bill.is_final,
        as_of=bill.as_of,
        received_at=now(),
        is_accepted=reading.is_accepted,
        rows=reading.rows,
        totals=reading.totals,
        data_through=parse_instant(through) if through else None,
        charges_sha256=sha256_file(charges) if reading.is_accepted else "",
        file_sha256=sha256_file(bill.path) if bill.columns else "",
    )


def _keep(batch: Batch, reading: Reading, charges: Path, home: Home, actor: str) -> Receipt:
    """Put the charges in their place, then the rows: a commit never speaks of a file that is not there."""
    _wait_for_turn(batch.sha256)
    known = Batch.objects.filter(sha256=batch.sha256).first()
    if known and (_is_done(known, batch.name, home) or not batch.is_accepted):
        return _receipt(known, is_new=False)
    if batch.is_accepted:
        _settle(charges, charges_path(home, batch.sha256))
    if known and known.rows:  # its charges were lost or altered
        Batch.objects.filter(pk=known.pk).update(charges_sha256=batch.charges_sha256)
        record(Action.BATCH_ACCEPTED, actor, file=known.name, sha256=known.sha256, rows=known.rows, read_again=True)
        return _receipt(known, is_new=False)
    if known:
        known.delete()
    if (
        batch.file_sha256 and batch.is_accepted
    ):  # what another map made of this file may lie in other accounts or months
        Batch.objects.filter(file_sha256=batch.file_sha256).update(is_withdrawn=True)
    findings = [*reading.findings, *find_replaced(batch.name, reading.slices)]
    _record(batch, reading.slices, findings, actor)
    return _receipt(batch, is_new=True)


def _wait_for_turn(sha256: str) -> None:
    """Until the transaction ends, no other process records a bill of these bytes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(sha256[:15], 16)])


def _record(batch: Batch, slices: Iterable[SliceRead], findings: Iterable[Finding], actor: str) -> None:
    batch.save(force_insert=True)
    Slice.objects.bulk_create([_stored(batch, part) for part in slices])
    BatchFinding.objects.bulk_create(
        BatchFinding(batch=batch, severity=f.severity, account_id=f.account, body=f.as_json()) for f in findings
    )
    action = Action.BATCH_ACCEPTED if batch.is_accepted else Action.BATCH_REFUSED
    record(action, actor, file=batch.name, sha256=batch.sha256, rows=batch.rows)


def _stored(batch: Batch, part: SliceRead) -> Slice:
    return Slice(
        batch=batch,
        account_id=part.account,
        cycle=part.cycle,
        rows=part.rows,
        list_cost=part.list_cost,
        has_refunds=part.has_refunds,
        is_refused=part.is_refused,
        is_final=part.is_final,
        as_of=date.fromisoformat(part.as_of) if part.as_of else None,
        data_through=parse_instant(part.data_through),
    )


def _receipt(batch: Batch, *, is_new: bool) -> Receipt:
    return Receipt(
        name=batch.name,
        sha256=batch.sha256,
        rows=batch.rows,
        totals=batch.totals,
        findings=tuple(f.value for f in batch.findings.order_by("id")),
        is_accepted=batch.is_accepted,
        is_new=is_new,
    )
