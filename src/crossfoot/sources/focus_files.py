"""FOCUS exports (1.0 to 1.4, CSV or Parquet): which lie under a path, which files are parts of one, and how they open.

An export does not say of which day it is nor whether its months are closed: the day it arrived stands for that. Files
numbered 1 to n (or 0 to n - 1) behind one name are the parts of one export; any other file is an export of its own.
"""

import gzip
import re
import shutil
import tarfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crossfoot.core.finding import Finding
from crossfoot.core.legible import legible
from crossfoot.runtime.outage import find_outage
from crossfoot.sources.archive import BROKEN, BoundedInfo, is_plain, read_to_the_end, why
from crossfoot.sources.bill import CHUNK, BadBill, BillFile, Part, Source, list_files, refusal, remark, suffix_of
from crossfoot.sources.encoding import read_first_line, refuse_width
from crossfoot.sources.focus_columns import find_doubled, find_missing, focus_layout, is_used
from crossfoot.sources.layout import column

PACKED = (".csv", ".csv.gz", ".parquet")
NUMBERED = re.compile(r"^(?P<stem>.*?)[-_.]?(part[-_]?)?(?P<number>\d{1,7})$", re.IGNORECASE)
READABLE = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_boolean,
    pa.types.is_decimal32,
    pa.types.is_decimal64,
    pa.types.is_decimal128,
    pa.types.is_date,
    pa.types.is_timestamp,
    pa.types.is_null,
)
MAX_PARTS = 10_000
MAX_BYTES = 64 * 2**30
MAX_RATIO = 200
RATIO_GRACE = 64 * 2**20
ASK = "Ask whoever made the export for a whole one, and ingest it."
COLUMNS = "Export the Cost and Usage table with all its columns, or upload the file with a column map."


def find_exports(path: Path, today: date, files: Sequence[Path] | None = None) -> list[BillFile]:
    """The exports at a path (a file, or a folder and all below it), in the order of their names.

    Where the path is not on this machine, `files` are what is there.
    """
    files = list_files(path) if files is None else files
    found = defaultdict(list)
    for file in files:
        if suffix_of(file.name) in PACKED or file == path:
            found[_family(file)].append(file)
    return [export for family in found.values() for export in _exports(family, today)]


def _family(file: Path) -> tuple[Path, str, str]:
    stem, suffix = _split(file)
    numbered = NUMBERED.match(stem)
    return file.parent, numbered["stem"] if numbered else stem, suffix


def _split(file: Path) -> tuple[str, str]:
    suffix = suffix_of(file.name)
    return file.name[: len(file.name) - len(suffix)] if suffix else file.name, suffix


def _exports(files: Sequence[Path], today: date) -> list[BillFile]:
    numbers = [int(found["number"]) if (found := NUMBERED.match(_split(file)[0])) else -1 for file in files]
    if len(files) > 1 and sorted(numbers) in (list(range(len(files))), list(range(1, len(files) + 1))):
        _, stem, _ = _family(files[0])
        ordered = tuple(file for _, file in sorted(zip(numbers, files, strict=True)))
        name = legible(f"{stem or files[0].parent.name}.tar")
        return [BillFile(path=files[0], name=name, source=Source.FOCUS, as_of=today, parts=ordered)]
    return [BillFile(path=file, name=legible(file.name), source=Source.FOCUS, as_of=today) for file in files]


def pack_parts(parts: Iterable[Path], target: Path) -> None:
    """Write the parts of one export as one file: the same parts give the same bytes, whenever they arrived."""
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as tar:
        for part in parts:
            info = tarfile.TarInfo(part.name)
            info.size = part.stat().st_size
            with part.open("rb") as data:
                tar.addfile(info, data)


def open_export(landed: Path, name: str, into: Path) -> tuple[list[Part], list[Finding]]:
    """The parts of an export, each unpacked and its columns understood.

    Raises:
        BadBill: a part is cut, is neither CSV nor Parquet, or lacks a column without which nothing can be said of it.
    """
    members = _unpack(landed, name, into) if suffix_of(name) == ".tar" else [(name, landed)]
    parts, findings = [], []
    for number, (member, path) in enumerate(members):
        part, said = _open(member, path, into / f"{number:05}")
        parts.append(part)
        findings += said
    return parts, findings


def _unpack(archive: Path, name: str, into: Path) -> list[tuple[str, Path]]:
    found = []
    try:
        with tarfile.open(archive, "r:", tarinfo=BoundedInfo) as tar:
            for number, info in enumerate(tar):
                stream = tar.extractfile(info) if is_plain(info) else None
                if stream is None or number >= MAX_PARTS or suffix_of(info.name) not in PACKED:
                    raise BadBill(refusal(name, f"It holds {info.name[:80]!r}, which is no part of an export.", ASK))
                target = into / f"{number:05}.part"
                with target.open("wb") as out:
                    shutil.copyfileobj(stream, out, CHUNK)
                found.append((legible(info.name), target))
            read_to_the_end(tar.fileobj, RATIO_GRACE)
    except BROKEN as error:
        if find_outage(error):
            raise
        raise BadBill(refusal(name, f"The parts cannot be unpacked ({why(error)}).", ASK)) from error
    return found


def _open(name: str, path: Path, target: Path) -> tuple[Part, list[Finding]]:
    suffix = suffix_of(name)
    if suffix == ".parquet":
        return _open_parquet(name, path, target.with_suffix(".parquet"))
    if suffix not in PACKED:
        raise BadBill(refusal(name, "An export is a file that ends in .csv, .csv.gz or .parquet.", ASK))
    text = target.with_suffix(".csv")
    if suffix == ".csv.gz":
        _gunzip(path, name, text)
    else:
        shutil.copyfile(path, text)
    headers, findings = read_first_line(text, name, lambda cells: not find_missing(cells))
    _check(headers, name)
    return Part(name, text, focus_layout(headers)), findings


def _gunzip(path: Path, name: str, target: Path) -> None:
    limit = min(MAX_BYTES, path.stat().st_size * MAX_RATIO + RATIO_GRACE)
    written = 0
    try:
        with gzip.open(path) as packed, target.open("wb") as out:
            while chunk := packed.read(CHUNK):
                written += len(chunk)
                if written > limit:
                    raise BadBill(refusal(name, "It unpacks to far more than an export can hold.", ASK))
                out.write(chunk)
    except (EOFError, OSError, zlib.error) as error:
        if find_outage(error):
            raise
        raise BadBill(refusal(name, f"The file is cut or altered ({error}).", ASK)) from error


def _open_parquet(name: str, path: Path, target: Path) -> tuple[Part, list[Finding]]:
    target.symlink_to(path)
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError, ValueError) as error:  # a ValueError: names of columns that are no text
        if find_outage(error):
            raise
        raise BadBill(refusal(name, f"It is not Parquet ({str(error)[:120]}).", ASK)) from error
    _check(schema.names, name)
    used = [(column(place), f) for place, f in enumerate(schema) if is_used(f.name)]
    read = tuple((alias, _text_sql(f, name)) for alias, f in used)
    findings = []
    if floats := [f.name for _, f in used if pa.types.is_floating(_plain_type(f.type))]:
        said = f"Binary floating-point numbers stand in {', '.join(floats)}: each was read as the shortest decimal that means it."
        findings.append(remark(name, "floats", said, "Ask for decimals if the last digits matter."))
    return Part(name, target, focus_layout(schema.names, read)), findings


def _plain_type(kind: pa.DataType) -> pa.DataType:
    """What the values are, whatever they are packed in."""
    if isinstance(kind, pa.DictionaryType):
        return _plain_type(kind.value_type)
    return _plain_type(kind.storage_type) if isinstance(kind, pa.BaseExtensionType) else kind


def _text_sql(field: pa.Field, file: str) -> str:
    """SQL that makes text of a column. DuckDB reads a decimal of more than 38 digits as another number: it is refused."""
    quoted = '"' + field.name.replace('"', '""') + '"'
    kind = _plain_type(field.type)
    if pa.types.is_nested(kind):
        return f"CAST(to_json({quoted}) AS VARCHAR)"
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return f"decode({quoted})"
    if not any(is_kind(kind) for is_kind in READABLE):
        said = f"The column holds values of the type {str(field.type)[:60]}, which cannot be read exactly."
        step = "Ask whoever made the export to write it as text or as a decimal of at most 38 digits."
        raise BadBill(replace(refusal(file, said, step), column=field.name[:120]))
    return f"CAST({quoted} AS VARCHAR)"


def _check(headers: Sequence[str], name: str) -> None:
    refuse_width(len(headers), name)
    if missing := find_missing(headers):
        raise BadBill(refusal(name, f"As an export in FOCUS it lacks the columns {', '.join(missing)}.", COLUMNS))
    if doubled := find_doubled(headers):
        raise BadBill(refusal(name, f"The header names {', '.join(doubled)} twice.", ASK))
