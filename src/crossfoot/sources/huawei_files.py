"""Huawei's partner files: which lie under a path, what their names say, and their members unpacked safely.

Names: `customerUsageV2_YYYYMM_YYYYMMDD.tar.gz` (month to date, newest wins) and `customerBill_YYYYMM.tar.gz` (final).
"""

import csv
import gzip
import re
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.sources.columns import Header, read_header

USAGE = re.compile(r"^customerUsageV2_(\d{4})(0[1-9]|1[0-2])_(\d{8})\.tar\.gz$")
FINAL = re.compile(r"^customerBill_(\d{4})(0[1-9]|1[0-2])\.tar\.gz$")
MAX_MEMBERS = 10_000
MAX_BYTES = 64 * 2**30
MAX_RATIO = 200
RATIO_GRACE = 64 * 2**20  # a small file of equal lines compresses better than any ratio allows
MAX_COLUMNS = 500
CHUNK = 2**20
FROM_HUAWEI = "Fetch the file from Huawei again and ingest it."


@dataclass(frozen=True)
class BillFile:
    """A bill as its name describes it. `as_of` orders month-to-date files; a final bill beats them all."""

    path: Path
    name: str
    cycle: str
    is_final: bool
    as_of: date | None


@dataclass(frozen=True)
class Member:
    """One CSV of a bill, unpacked."""

    name: str
    path: Path
    header: Header


class BadBill(Exception):
    """A bill that cannot be read as a whole; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        """Take the finding."""
        super().__init__(finding.sentence)
        self.finding = finding


def find_bills(path: Path) -> tuple[list[BillFile], list[Finding]]:
    """The bills at a path (a file or a folder and all below it), oldest first, and what looked like one but is not."""
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    bills, findings = [], []
    for file in files:
        bill = read_name(file)
        if bill:
            bills.append(bill)
        elif file.name.endswith((".tar.gz", ".tgz", ".zip", ".gz")) or file == path:
            findings.append(_not_a_bill(file))
    return sorted(bills, key=_age), findings


def read_name(path: Path) -> BillFile | None:
    """The bill that a file's name describes, if it is one of Huawei's two forms."""
    usage, final = USAGE.match(path.name), FINAL.match(path.name)
    if usage:
        try:
            as_of = datetime.strptime(usage[3], "%Y%m%d").date()  # noqa: DTZ007 - a date, not an instant
        except ValueError:
            return None
        return BillFile(path, path.name, f"{usage[1]}-{usage[2]}", is_final=False, as_of=as_of)
    if final:
        return BillFile(path, path.name, f"{final[1]}-{final[2]}", is_final=True, as_of=None)
    return None


def _age(bill: BillFile) -> tuple[str, bool, date]:
    return (bill.cycle, bill.is_final, bill.as_of or date.max)


def unpack(archive: Path, name: str, into: Path) -> list[Member]:
    """Unpack the CSV members, each read as a stream under caps.

    Raises:
        BadBill: the archive is cut or altered, holds what a bill does not hold, or a header cannot be understood.
    """
    try:
        with gzip.open(archive) as packed, tarfile.open(fileobj=packed, mode="r:") as tar:
            members = list(_members(tar, archive.stat().st_size, name, into))
            _read_to_the_end(packed, name)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise BadBill(_block(name, f"The archive is cut or altered ({error}).", FROM_HUAWEI)) from error
    if not members:
        raise BadBill(_block(name, "The archive holds no CSV file.", FROM_HUAWEI))
    return members


def _read_to_the_end(packed: gzip.GzipFile, name: str) -> None:
    """The checksum stands behind the last byte, which a tar never asks for: without this an altered file is believed."""
    rest = 0
    while chunk := packed.read(CHUNK):
        rest += len(chunk)
        if rest > RATIO_GRACE:
            raise BadBill(_block(name, "It unpacks to far more than a bill can hold.", FROM_HUAWEI))


def _members(tar: tarfile.TarFile, packed: int, name: str, into: Path) -> Iterator[Member]:
    total = 0
    for number, info in enumerate(tar):
        if number >= MAX_MEMBERS or not info.isfile() or "/" in info.name or not info.name.endswith(".csv"):
            raise BadBill(_block(name, f"It holds {info.name[:80]!r}, which a bill does not hold.", FROM_HUAWEI))
        total += info.size
        if total > MAX_BYTES or total > packed * MAX_RATIO + RATIO_GRACE:
            raise BadBill(_block(name, "It unpacks to far more than a bill can hold.", FROM_HUAWEI))
        target = into / f"{number:05}.csv"
        stream = tar.extractfile(info)
        if stream is None:
            raise BadBill(_block(name, f"Its part {info.name} cannot be read.", FROM_HUAWEI))
        with target.open("wb") as out:
            while chunk := stream.read(CHUNK):
                out.write(chunk)
        yield Member(info.name, target, _header(target, info.name))


def _header(path: Path, name: str) -> Header:
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            cells = next(csv.reader([text.readline(CHUNK)]), [])
    except (UnicodeDecodeError, csv.Error):
        raise BadBill(_block(name, "Its first line is not UTF-8 text.", FROM_HUAWEI)) from None
    header = read_header(cells)
    if len(cells) > MAX_COLUMNS:
        raise BadBill(_block(name, f"It has {len(cells)} columns.", "A bill has fewer than 500: fetch it again."))
    if header.missing:
        why = f"The header lacks {', '.join(header.missing)}."
        raise BadBill(
            _block(name, why, "Subscribe to the full file in Partner Center, or upload it with a column map.")
        )
    if header.doubled:
        raise BadBill(_block(name, f"The header names {', '.join(header.doubled)} twice.", FROM_HUAWEI))
    if len(header.currencies) > 1:
        raise BadBill(_block(name, f"The header names the currencies {', '.join(header.currencies)}.", FROM_HUAWEI))
    if not header.currency and "currency" not in header.keys:
        raise BadBill(_block(name, "Neither a column nor the header names a currency.", FROM_HUAWEI))
    return header


def _not_a_bill(path: Path) -> Finding:
    return Finding(
        check="file-name",
        severity=Severity.NOTE,
        reach=Reach.FILE,
        file=path.name,
        message="The name is not one of customerUsageV2_YYYYMM_YYYYMMDD.tar.gz or customerBill_YYYYMM.tar.gz.",
        next_step="It was left alone: give a bill file, or rename it as Huawei did.",
    )


def _block(file: str, message: str, next_step: str) -> Finding:
    return Finding(
        check="file", severity=Severity.BLOCK, reach=Reach.FILE, file=file, message=message, next_step=next_step
    )
