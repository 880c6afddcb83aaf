"""Dirty bills of both sources, written byte by byte, and read without a database: what a bill says is all in its reading."""

import csv
import gzip
import io
import tarfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from crossfoot.core.finding import Finding
from crossfoot.ingest.child import read_in_child
from crossfoot.ingest.reading import Reading, read_bill
from crossfoot.sources.bill import BillFile, Source
from crossfoot.sources.columns import COLUMNS
from tests.portal import line
from tests.sources.focus import BASE
from tests.time.facts import FINAL

MEMBER = "customerBill_202610_0001.csv"
HEADER = [c.english for c in COLUMNS]
WIDTH = len(HEADER)


def huawei_csv(*rows: Mapping[str, str], end: str = "\r\n") -> bytes:
    """A part of Huawei's: the usual line, with what each row says otherwise."""
    lines = [line("acct-a1", "2026-10-03", "10") | row for row in rows]
    return _csv(HEADER, [[cells.get(c.key, "") for c in COLUMNS] for cells in lines], end)


def focus_csv(*rows: Mapping[str, str], end: str = "\r\n") -> bytes:
    """An export: the usual line, with what each row says otherwise."""
    lines = [{**BASE, **row} for row in rows]
    names = list(dict.fromkeys([*BASE, *(name for row in rows for name in row)]))
    return _csv(names, [[cells.get(name, "") for name in names] for cells in lines], end)


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]], end: str) -> bytes:
    text = io.StringIO(newline="")
    # Python's writer leaves a lone CR without quotes where lines end in LF; everything in quotes is as good a CSV.
    quoting = csv.QUOTE_ALL if end == "\n" else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator=end, quoting=quoting).writerows([header, *rows])
    return text.getvalue().encode()


def packed(*members: tuple[str, bytes]) -> bytes:
    """A tar.gz of these."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def entry(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, size: int | None = None) -> bytes:
    """A block of a tar, and the bytes behind it, as nobody's tar would write them."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, len(data) if size is None else size
    return info.tobuf(tarfile.GNU_FORMAT) + data + bytes(-len(data) % 512)


def pax(words: Mapping[str, str], data: bytes) -> bytes:
    """A member whose extended header says these words."""
    records = b""
    for key, value in words.items():
        rest = f" {key}={value}\n".encode()
        size = next(n for n in range(len(rest), len(rest) + 9) if len(str(n)) + len(rest) == n)
        records += str(size).encode() + rest
    return entry("pax", records, tarfile.XHDTYPE) + entry(MEMBER, data)


def raw_tar(*blocks: bytes, end: bytes = bytes(1024)) -> bytes:
    """A tar.gz of these blocks."""
    return gzip.compress(b"".join(blocks) + end)


def table(**columns: pa.Array) -> pa.Table:
    """The usual line of an export as a table; these columns otherwise."""
    rows = len(next(iter(columns.values()))) if columns else 1
    return pa.table({**{name: pa.array([value] * rows) for name, value in BASE.items()}, **columns})


def parquet(lines: pa.Table, **how: object) -> bytes:
    """The bytes of a Parquet file."""
    out = pa.BufferOutputStream()
    pq.write_table(lines, out, **how)
    return out.getvalue().to_pybytes()


def bill(data: bytes, name: str, folder: Path) -> BillFile:
    """The bill of that name: one of Huawei's where the name is."""
    path = folder / "landed"
    path.write_bytes(data)
    if name == FINAL:
        return BillFile(path=path, name=name, cycle="2026-10", is_final=True)
    return BillFile(path=path, name=name, source=Source.FOCUS, as_of=date(2026, 11, 27))


def read(data: bytes, name: str = FINAL, *, in_child: bool = False) -> Reading:
    """What the bill says."""
    with TemporaryDirectory() as there:
        scratch = Path(there) / "scratch"
        scratch.mkdir()
        found = bill(data, name, Path(there))
        return (read_in_child if in_child else read_bill)(found, found.path, scratch)


def read_part(data: bytes) -> Reading:
    """What a bill of Huawei's with this one part says."""
    return read(packed((MEMBER, data)))


def refused(reading: Reading) -> Finding:
    """The one finding of a bill that was refused whole."""
    assert (reading.is_accepted, reading.rows, reading.slices, reading.totals) == (False, 0, (), {})
    [found] = reading.findings
    assert found.is_block
    assert found.file
    assert found.message.endswith(".")
    assert found.next_step.endswith(".")
    return found


def list_cost(reading: Reading, currency: str = "USD") -> str | None:
    """The sum of List as it was stored."""
    return reading.totals[currency]["list_cost"]
