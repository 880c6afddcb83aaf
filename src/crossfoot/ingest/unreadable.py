"""Why a part of a bill could not be read as a table: the first line that is no record, in words a billing clerk understands.

DuckDB says that something is wrong and seldom where. So the part is read once more, slowly, up to its first fault.
"""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, NamedTuple

from crossfoot.core.finding import Finding
from crossfoot.sources.bill import Part, refusal
from crossfoot.sources.encoding import MAX_LINE
from crossfoot.sources.layout import Layout

ENDS = {"\r\n": "CR LF", "\n": "LF", "\r": "CR"}


class Fault(NamedTuple):
    """The record (None before the first) and what is wrong with it."""

    record: int | None
    message: str


class TooLong(Exception):
    """A record of more characters than any has."""


def explain_unreadable(parts: list[Part], error: str) -> Finding:
    """The finding that refuses a bill of which a part cannot be read."""
    part = next((p for p in parts if str(p.path) in error), parts[0])
    next_step = fetch_again(part.layout)
    fault = None if part.is_parquet else find_fault(part.path, part.layout.width)
    if fault:
        return replace(refusal(part.name, fault.message, next_step), record=fault.record)
    what = "Parquet that can be read" if part.is_parquet else f"a CSV file of {part.layout.width} columns in UTF-8"
    return refusal(
        part.name, f"It is not {what} ({error.splitlines()[0][:200].replace(str(part.path), part.name)}).", next_step
    )


def fetch_again(layout: Layout) -> str:
    """What to do about a file that arrived otherwise than it was made."""
    return f"Fetch the file from {layout.maker} again and ingest it."


def find_fault(path: Path, width: int) -> Fault | None:
    """The first record that is none, of a CSV in UTF-8 whose header has `width` cells."""
    csv.field_size_limit(2 * MAX_LINE)
    with path.open(encoding="utf-8-sig", newline="") as text:
        lines = Lines(text)
        rows = csv.reader(lines, strict=True)
        record = -1  # the header
        try:
            for cells in rows:
                if cells:
                    record += 1
                if fault := _fault(cells, lines, width):
                    return Fault(record or None, fault)
                lines.begin()
        except TooLong:
            return Fault(record + 1 or None, f"Line {lines.first} is longer than 1 MiB, which no line of a bill is.")
        except csv.Error:
            said = f"A quote that opens in line {lines.first} is not closed, or something follows where it closes."
            return Fault(record + 1 or None, said)
    return None


def _fault(cells: list[str], lines: "Lines", width: int) -> str:
    if cells and len(cells) != width:
        return f"Line {lines.first} has {len(cells)} {'cell' if len(cells) == 1 else 'cells'}, where the header has {width}."
    if lines.end and lines.end != lines.usual:
        return f"Line {lines.number} ends in {ENDS[lines.end]}, where the first ends in {ENDS[lines.usual]}."
    return ""


class Lines:
    """The lines of a text, one at a time and none longer than a record may be."""

    def __init__(self, text: IO[str]) -> None:
        """Take a text opened with `newline=""`."""
        self.text = text
        self.number, self.first, self.size = 0, 1, 0
        self.end = self.usual = ""

    def __iter__(self) -> Iterator[str]:
        """Itself."""
        return self

    def __next__(self) -> str:
        """The next line.

        Raises:
            TooLong: it makes the record longer than any is.
        """
        line = self.text.readline(MAX_LINE + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self.size += len(line)
        if self.size > MAX_LINE:
            raise TooLong
        self.end = line[len(line.rstrip("\r\n")) :][-2:]
        self.usual = self.usual or self.end
        return line

    def begin(self) -> None:
        """A record ended; another begins."""
        self.first, self.size = self.number + 1, 0
