"""Accepts a bill: lands its bytes, reads every line, keeps the charges, and records what was found.

Nothing is half-accepted: a bill that cannot be read as a whole is refused whole; one account with unreadable cells
keeps its last good lines while the other accounts of the bill go on. The same bytes twice change nothing, whether one
process brings them or two at once; a bill that was refused, or whose charges were lost since, is read again.
"""

import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from django.db import connection

from crossfoot.access.rls import as_staff
from crossfoot.audit.record import Action, record
from crossfoot.core.clock import now
from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.core.period import end_day, midnight_gmt8
from crossfoot.ingest.engine import parquet, quote, workbench
from crossfoot.ingest.load import load_members
from crossfoot.ingest.models import Batch, BatchFinding, Slice
from crossfoot.ingest.normalise import keyed_lines
from crossfoot.runtime.files import fsync_folder, sha256_file
from crossfoot.runtime.home import Home
from crossfoot.sources.huawei_files import BadBill, BillFile, unpack

REFUNDS = "('4', '20', '24')"
ROW_GROUP = 122_880
STORED = "SELECT currency, count(*), sum(list_cost), sum(amount), sum(settlement_amount) FROM {} GROUP BY 1 ORDER BY 1"
READ = "SELECT currency, CAST(rows AS BIGINT), list_cost, amount, settlement_amount FROM raw_totals ORDER BY 1"

SLICES = f"""SELECT account_id, sum(n), bool_or(refunds), list((currency, CAST(list_cost AS VARCHAR)) ORDER BY currency)
FROM (SELECT account_id, currency, count(*) AS n, sum(list_cost) AS list_cost, bool_or(bill_type IN {REFUNDS}) AS refunds
      FROM lines GROUP BY ALL) GROUP BY 1 ORDER BY 1"""


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
    with workbench(home.tmp) as (bench, folder):
        charges = folder / "charges.parquet"
        try:
            findings = load_members(bench, unpack(landed_path(home, sha256), bill.name, folder), bill)
            batch, slices = _read(bench, bill, sha256, charges)
        except BadBill as bad:
            batch, slices, findings = _batch(bill, sha256, is_accepted=False), [], [bad.finding]
        with as_staff():
            return _keep(batch, slices, findings, charges, home, actor)


def landed_path(home: Home, sha256: str) -> Path:
    """Where the bytes of a bill lie as they arrived."""
    return home.landed / f"{sha256}.tar.gz"


def charges_path(home: Home, sha256: str) -> Path:
    """Where the charges read from a bill lie, before pricing."""
    return home.accepted / f"{sha256}.parquet"


def _is_done(batch: Batch, name: str, home: Home) -> bool:
    """True when the bill was accepted and its charges are what they were; not where a wrong name let nothing in."""
    path = charges_path(home, batch.sha256)
    is_whole = batch.is_accepted and path.exists() and sha256_file(path) == batch.charges_sha256
    return is_whole and (batch.rows > 0 or batch.name == name)


def _land(bill: BillFile, home: Home) -> str:
    with TemporaryDirectory(dir=home.tmp) as folder:
        part = Path(folder) / bill.name
        shutil.copyfile(bill.path, part)
        sha256 = sha256_file(part)
        _settle(part, landed_path(home, sha256))
    return sha256


def _settle(part: Path, target: Path) -> None:
    """Move a finished file to its name, so that a crash leaves the whole file or none."""
    part.chmod(0o600)
    with part.open("rb+") as handle:
        handle.flush()
        os.fsync(handle.fileno())
    part.replace(target)
    fsync_folder(target.parent)


def _read(bench: duckdb.DuckDBPyConnection, bill: BillFile, sha256: str, charges: Path) -> tuple[Batch, list[Slice]]:
    bench.execute(
        f"COPY ({keyed_lines(bench)}) TO {quote(str(charges))} (FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE {ROW_GROUP})"
    )
    stored = bench.execute(STORED.format(parquet([charges]))).fetchall()
    read = bench.execute(READ).fetchall()
    if stored != read:
        raise BadBill(_differs(bill.name, stored, read))
    batch = _batch(bill, sha256, is_accepted=True)
    batch.charges_sha256 = sha256_file(charges)
    batch.rows = sum(row[1] for row in stored)
    batch.totals = {row[0]: _total(*row[1:]) for row in stored}
    batch.data_through = _data_through(bench, bill)
    slices = [
        Slice(account_id=a, cycle=bill.cycle, rows=n, has_refunds=refunds, list_cost=dict(sums))
        for a, n, refunds, sums in bench.execute(SLICES).fetchall()
    ]
    refused = bench.execute("SELECT account_id FROM refused ORDER BY 1").fetchall()
    slices += [Slice(account_id=a, cycle=bill.cycle, rows=0, has_refunds=False, is_refused=True) for (a,) in refused]
    return batch, slices


def _data_through(bench: duckdb.DuckDBPyConnection, bill: BillFile) -> datetime:
    """The end of the last day that is whole: a month-to-date file is written during the day that its name bears."""
    end = end_day(bill.cycle)
    last = bench.execute("SELECT max(bill_date) + 1 FROM lines").fetchone()
    if bill.is_final or not last or not last[0]:
        return midnight_gmt8(end)
    return midnight_gmt8(min(last[0], end, bill.as_of or end))


def _batch(bill: BillFile, sha256: str, *, is_accepted: bool) -> Batch:
    return Batch(
        sha256=sha256,
        name=bill.name,
        cycle=bill.cycle,
        is_final=bill.is_final,
        as_of=bill.as_of,
        received_at=now(),
        is_accepted=is_accepted,
    )


def _keep(  # noqa: PLR0913 - all that becomes true at once
    batch: Batch, slices: list[Slice], findings: Iterable[Finding], charges: Path, home: Home, actor: str
) -> Receipt:
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
    _record(batch, slices, findings, actor)
    return _receipt(batch, is_new=True)


def _wait_for_turn(sha256: str) -> None:
    """Until the transaction ends, no other process records a bill of these bytes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(sha256[:15], 16)])


def _record(batch: Batch, slices: list[Slice], findings: Iterable[Finding], actor: str) -> None:
    batch.save(force_insert=True)
    for part in slices:
        part.batch = batch
    Slice.objects.bulk_create(slices)
    BatchFinding.objects.bulk_create(
        BatchFinding(batch=batch, severity=f.severity, account_id=f.account, body=f.as_json()) for f in findings
    )
    action = Action.BATCH_ACCEPTED if batch.is_accepted else Action.BATCH_REFUSED
    record(action, actor, file=batch.name, sha256=batch.sha256, rows=batch.rows)


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


def _total(rows: int, list_cost: object, amount: object, settlement: object) -> dict[str, str | None]:
    def text(value: object) -> str | None:
        return None if value is None else f"{value:f}"

    return {
        "rows": str(rows),
        "list_cost": text(list_cost),
        "amount": text(amount),
        "settlement_amount": text(settlement),
    }


def _differs(name: str, stored: list[tuple[object, ...]], read: list[tuple[object, ...]]) -> Finding:
    return Finding(
        check="control-totals",
        severity=Severity.BLOCK,
        reach=Reach.FILE,
        file=name,
        message=f"The stored charges ({stored}) do not add up to the file ({read}).",
        next_step="Nothing was accepted. Free some disk space and ingest the file again; if it stays, tell Crossfoot.",
    )
