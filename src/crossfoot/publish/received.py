"""What was received, for pages: which findings of files are in force, and the newest of everything of a cycle.

It reads rows and receives nothing (docs/adr/0013). Call it as staff.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F

from crossfoot.ingest.models import Batch, BatchFinding, Slice

# Of equals the later receipt wins; the number of the batch tells it, for a clock may have been set back.
NEWEST = ("cycle", "account_id", "-is_final", F("as_of").desc(nulls_last=True), "-batch_id")
IN_FORCE = """SELECT account_id, max(ARRAY[is_final::int, coalesce(as_of - DATE '0001-01-01', -1), batch_id])
FROM ingest_slice WHERE %s IN ('', cycle)
    AND batch_id NOT IN (SELECT id FROM ingest_batch WHERE is_withdrawn OR NOT is_accepted) GROUP BY cycle, account_id"""
# Two files of one role replace each other: Huawei's final bills of a month do, and so do its month-to-date files.
ROLE = ("source", "cycle", "is_final")


@dataclass(frozen=True, kw_only=True)
class ReceivedFile:
    """A file as it was received."""

    id: int
    source: str
    name: str
    sha256: str
    cycle: str  # of an export its first and last
    is_final: bool
    is_accepted: bool
    received_at: datetime
    data_through: datetime | None
    rows: int
    totals: tuple[tuple[str, str], ...]  # currency, List


@dataclass(frozen=True, kw_only=True)
class ReceivedAccount:
    """The newest lines of one account and cycle; those that were refused never came into force."""

    account: str
    cycle: str
    file: str
    is_final: bool
    is_refused: bool
    as_of: date | None
    data_through: datetime | None
    rows: int


class FileFinding(NamedTuple):
    """A finding of a file as it is stored, with its receipt."""

    file: int
    body: dict[str, Any]
    seen_at: datetime


def list_received_cycles() -> list[str]:
    """The cycles of which lines were received, newest first."""
    return sorted(Slice.objects.values_list("cycle", flat=True).distinct(), reverse=True)


def list_newest_files(cycle: str = "") -> list[ReceivedFile]:
    """The newest good file of each role, those with an account's newest lines, and refused ones that none replaced."""
    good = Batch.objects.filter(is_accepted=True, is_withdrawn=False)
    newest = list(good.order_by(*ROLE, "-pk").distinct(*ROLE))
    last = {_replaces(b): b.pk for b in newest}
    refused = [b for b in Batch.objects.filter(is_accepted=False) if b.pk > last.get(_replaces(b), 0)]
    others = {batch for batch, _ in _in_force(cycle)} - {b.pk for b in newest} if cycle else set()
    found = {
        b.pk: _file(b) for b in (*newest, *refused, *good.filter(pk__in=others)) if not cycle or holds(b.cycle, cycle)
    }
    return [found[key] for key in sorted(found, reverse=True)]


def _replaces(batch: Batch) -> tuple[str, ...]:
    """What a refused file and the good one that replaces it share: Huawei's files their role, all others their name."""
    is_huawei = batch.source == "huawei" and batch.cycle
    return (batch.source, batch.cycle, str(batch.is_final)) if is_huawei else (batch.source, batch.name)


def list_newest_accounts(cycle: str) -> list[ReceivedAccount]:
    """The newest lines of each account of a cycle."""
    slices = Slice.objects.filter(cycle=cycle, batch__is_accepted=True, batch__is_withdrawn=False)
    columns = ("account_id", "cycle", "batch__name", "is_final", "is_refused", "as_of", "data_through", "rows")
    names = ("account", "cycle", "file", "is_final", "is_refused", "as_of", "data_through", "rows")
    newest = slices.order_by(*NEWEST).distinct("cycle", "account_id").values_list(*columns)
    return [ReceivedAccount(**dict(zip(names, row, strict=True))) for row in newest]


def list_file_findings(files: Collection[ReceivedFile], cycle: str = "") -> list[FileFinding]:
    """The findings in force: of the newest files, and of files whose lines of an account are the newest."""
    newest, in_force = {f.id for f in files}, _in_force(cycle)
    found = BatchFinding.objects.filter(batch__in=newest | {batch for batch, _ in in_force}).order_by("batch_id", "pk")
    rows = found.values_list("batch_id", "account_id", "body", "batch__cycle", "batch__received_at")
    return [
        FileFinding(batch, body if body["cycle"] else {**body, "cycle": its_cycle}, at)
        for batch, account, body, its_cycle, at in rows
        if batch in newest or not account or (batch, account) in in_force
        if not cycle or holds(body["cycle"] or its_cycle, cycle)
    ]


def _in_force(cycle: str) -> set[tuple[int, str]]:
    """The batch of the newest lines of every account and cycle: one pass without sorting, where years are asked for."""
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE, [cycle])
        return {(rank[-1], account) for account, rank in cursor.fetchall()}


def holds(cycles: str, cycle: str) -> bool:
    """True where a file of these cycles can hold the cycle; a file that could not be read may hold any."""
    first, _, last = cycles.partition("..")
    return not cycles or first <= cycle <= (last or first)


def _file(batch: Batch) -> ReceivedFile:
    return ReceivedFile(
        id=batch.pk,
        source=batch.source,
        name=batch.name,
        sha256=batch.sha256,
        cycle=batch.cycle,
        is_final=batch.is_final,
        is_accepted=batch.is_accepted,
        received_at=batch.received_at,
        data_through=batch.data_through,
        rows=batch.rows,
        totals=tuple((currency, str(sums["list_cost"])) for currency, sums in sorted(batch.totals.items())),
    )
