"""Huawei's partner files: which lie under a path, what their names say, and their members unpacked safely.

Names: `customerUsageV2_YYYYMM_YYYYMMDD.tar.gz` (month to date, newest wins) and `customerBill_YYYYMM.tar.gz` (final).
"""

import gzip
import re
import tarfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.core.legible import legible
from crossfoot.runtime.outage import find_outage
from crossfoot.sources.archive import BROKEN, BoundedInfo, is_plain, read_to_the_end, why
from crossfoot.sources.bill import CHUNK, BadBill, BillFile, Part, list_files, refusal
from crossfoot.sources.columns import BY_KEY, Header, read_header
from crossfoot.sources.encoding import read_first_line
from crossfoot.sources.layout import Layout, column

USAGE = re.compile(r"^customerUsageV2_(2[01]\d{2})(0[1-9]|1[0-2])_(\d{8})\.tar\.gz$")
FINAL = re.compile(r"^customerBill_(2[01]\d{2})(0[1-9]|1[0-2])\.tar\.gz$")
NUMBERED = re.compile(r"_(\d+)\.csv$")
MAX_MEMBERS = 10_000
MAX_BYTES = 64 * 2**30
MAX_RATIO = 200
RATIO_GRACE = 64 * 2**20  # a small file of equal lines compresses better than any ratio allows
FROM_HUAWEI = "Fetch the file from Huawei again and ingest it."


def find_bills(path: Path, files: Sequence[Path] | None = None) -> tuple[list[BillFile], list[Finding]]:
    """The bills at a path (a file or a folder and all below it), oldest first, and what looked like one but is not.

    Where the path is not on this machine, `files` are what is there.
    """
    files = list_files(path) if files is None else files
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
        return BillFile(path=path, name=path.name, cycle=f"{usage[1]}-{usage[2]}", as_of=as_of)
    if final:
        return BillFile(path=path, name=path.name, cycle=f"{final[1]}-{final[2]}", is_final=True)
    return None


def _age(bill: BillFile) -> tuple[str, bool, date]:
    return (bill.cycle, bill.is_final, bill.as_of or date.max)


def unpack(archive: Path, name: str, into: Path) -> tuple[list[Part], list[Finding]]:
    """Unpack the CSV members, each read as a stream under caps; with what is to be said about their encoding.

    Raises:
        BadBill: the archive is cut or altered, lacks a part, holds what a bill does not hold, or a header cannot be
            understood.
    """
    try:
        with gzip.open(archive) as packed, tarfile.open(fileobj=packed, mode="r:", tarinfo=BoundedInfo) as tar:
            members = list(_members(tar, archive.stat().st_size, name, into))
            read_to_the_end(packed, RATIO_GRACE)
    except BROKEN as error:
        if find_outage(error):  # the disk that is unpacked to is full: that says nothing about the archive
            raise
        raise BadBill(refusal(name, f"The archive is cut or altered ({why(error)}).", FROM_HUAWEI)) from error
    if not members:
        raise BadBill(refusal(name, "The archive holds no CSV file.", FROM_HUAWEI))
    _refuse_gap([member for member, _ in members], name)
    parts, findings = [], []
    for member, path in members:
        cells, said = read_first_line(path, member, lambda cells: not read_header(list(cells)).missing)
        parts.append(Part(member, path, _layout(cells, member)))
        findings += said
    return parts, findings


def _refuse_gap(names: Sequence[str], archive: str) -> None:
    """Parts are numbered; where one between the first and the last is not there, its lines would silently be lost."""
    numbers = sorted(int(found[1]) for name in names if (found := NUMBERED.search(name)))
    if len(numbers) != len(names) or len(set(numbers)) != len(numbers) or numbers[0] > 1:
        return
    if gone := sorted(set(range(numbers[0], numbers[-1])) - set(numbers)):
        said = f"Part {gone[0]} is missing: there are parts {numbers[0]} to {numbers[-1]}, but only {len(numbers)} of them."
        raise BadBill(refusal(archive, said, FROM_HUAWEI))


def _members(tar: tarfile.TarFile, packed: int, name: str, into: Path) -> Iterator[tuple[str, Path]]:
    total = 0
    for number, info in enumerate(tar):
        if number >= MAX_MEMBERS or not is_plain(info) or "/" in info.name or not info.name.endswith(".csv"):
            raise BadBill(refusal(name, f"It holds {info.name[:80]!r}, which a bill does not hold.", FROM_HUAWEI))
        total += info.size
        if total > MAX_BYTES or total > packed * MAX_RATIO + RATIO_GRACE:
            raise BadBill(refusal(name, "It unpacks to far more than a bill can hold.", FROM_HUAWEI))
        target = into / f"{number:05}.csv"
        stream = tar.extractfile(info)
        if stream is None:
            raise BadBill(refusal(name, f"Its part {info.name} cannot be read.", FROM_HUAWEI))
        with target.open("wb") as out:
            while chunk := stream.read(CHUNK):
                out.write(chunk)
        yield legible(info.name), target


def _layout(cells: list[str], name: str) -> Layout:
    header = read_header(cells)
    if fault := _fault(header):
        raise BadBill(refusal(name, *fault))
    places = [(key, column(place)) for place, key in enumerate(header.keys) if key]
    return Layout(
        width=len(cells),
        cells=tuple(places),
        names=tuple((key, BY_KEY[key].english) for key, _ in places),
        currency=header.currency,
        unknown=header.unknown,
    )


def _fault(header: Header) -> tuple[str, str] | None:
    if header.missing:
        why = f"The header lacks {', '.join(header.missing)}."
        return why, "Subscribe to the full file in Partner Center, or upload it with a column map."
    if header.doubled:
        return f"The header names {', '.join(header.doubled)} twice.", FROM_HUAWEI
    if len(header.currencies) > 1:
        return f"The header names the currencies {', '.join(header.currencies)}.", FROM_HUAWEI
    if not header.currency and "currency" not in header.keys:
        return "Neither a column nor the header names a currency.", FROM_HUAWEI
    return None


def _not_a_bill(path: Path) -> Finding:
    return Finding(
        check="file-name",
        severity=Severity.NOTE,
        reach=Reach.FILE,
        file=path.name,
        message="The name is not one of customerUsageV2_YYYYMM_YYYYMMDD.tar.gz or customerBill_YYYYMM.tar.gz.",
        next_step="It was left alone: give a bill file, or rename it as Huawei did.",
    )
