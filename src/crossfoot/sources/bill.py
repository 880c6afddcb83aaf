"""What is received: a bill by its name, its parts unpacked, and the refusal of one that cannot be read as a whole."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.sources.column_map import ColumnMap
from crossfoot.sources.layout import Layout

CHUNK = 2**20
SUFFIXES = (".tar.gz", ".csv.gz", ".csv", ".parquet", ".tar")


class Source(StrEnum):
    """Who made the file, and so what its columns are called; the value is the key on the command line."""

    HUAWEI = "huawei"
    FOCUS = "focus"
    UPLOAD = "upload"


@dataclass(frozen=True, kw_only=True)
class BillFile:
    """A bill as its name describes it.

    Without a `cycle` every line says its own, and each account's month is closed or not by the calendar. `as_of` is the
    day of which the bill is: what orders month-to-date files, or the day on which an export arrived. An export in
    several `parts` is one bill. `columns` is the map of an upload, which lands with it.
    """

    path: Path
    name: str
    source: Source = Source.HUAWEI
    cycle: str = ""
    is_final: bool = False
    as_of: date | None = None
    parts: tuple[Path, ...] = ()
    columns: ColumnMap | None = None

    @property
    def suffix(self) -> str:
        """What the landed file ends in, which says how the bytes are packed."""
        return landed_suffix(self.source, self.name)


@dataclass(frozen=True)
class Part:
    """One file of a bill, unpacked: CSV in UTF-8, or Parquet."""

    name: str
    path: Path
    layout: Layout

    @property
    def is_parquet(self) -> bool:
        """True for Parquet."""
        return self.path.suffix == ".parquet"


class BadBill(Exception):
    """A bill that cannot be read as a whole; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        """Take the finding."""
        super().__init__(finding.sentence)
        self.finding = finding


def landed_suffix(source: Source, name: str) -> str:
    """What a landed file ends in. An upload lands together with its column map."""
    return ".tar" if source is Source.UPLOAD else suffix_of(name)


def list_files(path: Path) -> list[Path]:
    """The files at a path: itself, or all below the folder in the order of their names."""
    return sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def suffix_of(name: str) -> str:
    """`.tar.gz`, `.csv` and so on; '' where nothing of ours is packed so."""
    return next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), "")


def refusal(file: str, message: str, next_step: str) -> Finding:
    """The finding that refuses a file whole."""
    return Finding(
        check="file", severity=Severity.BLOCK, reach=Reach.FILE, file=file, message=message, next_step=next_step
    )


def remark(file: str, check: str, message: str, next_step: str) -> Finding:
    """A finding about a file that stops nothing."""
    return Finding(
        check=check, severity=Severity.NOTE, reach=Reach.FILE, file=file, message=message, next_step=next_step
    )
