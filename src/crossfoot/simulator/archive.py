"""The tar.gz files as Huawei pushes them, with the same bytes for the same lines.

Parts of 100,000 rows with a header each; one part at a time is in memory.
"""

import gzip
import io
import shutil
import tarfile
import tempfile
from collections.abc import Iterable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

PART_ROWS = 100_000
FAST = 1


class Sink(Protocol):
    """Where the lines of a file go."""

    def add(self, line: str, day: str) -> None:
        """Take one line, charged on the day."""


class Archive:
    """One tar.gz of CSV parts."""

    def __init__(self, path: Path, header: str, digits: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.stem, self.header, self.digits = path.name.removesuffix(".tar.gz"), header.encode(), digits
        self.parts = self.rows = 0
        self.body = bytearray(self.header)
        self.stack = ExitStack()
        raw = self.stack.enter_context(path.open("wb"))
        packed = self.stack.enter_context(
            gzip.GzipFile(filename="", mode="wb", compresslevel=FAST, fileobj=raw, mtime=0)
        )
        self.tar = self.stack.enter_context(tarfile.TarFile(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT))

    def add(self, line: str, day: str = "") -> None:  # noqa: ARG002 - a Sink is told the day
        """Take one line."""
        self.add_encoded(line.encode())

    def add_encoded(self, line: bytes) -> None:
        """Take one line as bytes."""
        self.body += line
        self.rows += 1
        if self.rows == PART_ROWS:
            self._end_part()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and (self.rows or not self.parts):
            self._end_part()
        self.stack.__exit__(kind, error, trace)

    def _end_part(self) -> None:
        self.parts += 1
        member = tarfile.TarInfo(f"{self.stem}_{self.parts:0{self.digits}d}.csv")
        member.size = len(self.body)
        self.tar.addfile(member, io.BytesIO(self.body))
        self.body = bytearray(self.header)
        self.rows = 0


class DailyArchives:
    """One month-to-date file for every day: each line waits in the file of the day on which it was charged."""

    def __init__(self, paths: dict[str, Path], header: str, digits: int) -> None:
        self.paths, self.header, self.digits = paths, header, digits
        self.folder = Path(tempfile.mkdtemp(prefix="crossfoot-simulate-"))
        self.stack = ExitStack()
        self.stack.callback(shutil.rmtree, self.folder)
        self.by_day: dict[str, IO[bytes]] = {
            day: self.stack.enter_context((self.folder / day).open("w+b")) for day in paths
        }

    def add(self, line: str, day: str) -> None:
        """Take one line, charged on the day."""
        self.by_day[day].write(line.encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self.stack:
            if kind is None:
                for day, path in self.paths.items():
                    self._write(path, (self.by_day[each] for each in self.paths if each <= day))

    def _write(self, path: Path, waiting: Iterable[IO[bytes]]) -> None:
        with Archive(path, self.header, self.digits) as archive:
            for lines in waiting:
                lines.seek(0)
                for line in lines:
                    archive.add_encoded(line)


def month_to_date(paths: dict[str, Path], header: str, digits: int) -> AbstractContextManager[Sink]:
    """The usage files by the day they are of: all of a month, or its last one alone, which needs no waiting."""
    if len(paths) == 1:
        return Archive(next(iter(paths.values())), header, digits)
    return DailyArchives(paths, header, digits)
