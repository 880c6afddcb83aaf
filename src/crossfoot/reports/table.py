"""The one result: every medium renders this and nothing else.

All values are text as files write them (plain decimals, ISO dates); None is unknown or not there. Rows come as Arrow
batches of strings in stored order; grouped reports hold them in memory, line reports read their pinned files again
for each pass, so a file needs no more memory than a batch.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from crossfoot.core.clock import instant
from crossfoot.core.ids import canonical_json, result_id
from crossfoot.reports.question import Question
from crossfoot.reports.spec import Kind, Report

Record = Mapping[str, str | None]
FIELD, NULL, END = "\x1f", "\x00", "\n"
ESCAPE = "\x1e"  # first, so that what it introduces is not escaped again


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """A column of an answer. `digits` tells whether its money is rounded to the minor unit."""

    key: str
    label: str
    kind: Kind
    help: str
    empty: str = ""
    words: tuple[str, ...] = ()

    def as_json(self) -> dict[str, str]:
        """The column as contract.md writes it."""
        return {"key": self.key, "label": self.label, "kind": self.kind, "help": self.help}


@dataclass(frozen=True, kw_only=True)
class EditionMeta:
    """One published month behind the answer."""

    cycle: str
    edition: int
    status: str
    published_at: datetime

    def as_json(self) -> dict[str, object]:
        """The edition as contract.md writes it."""
        return {
            "cycle": self.cycle,
            "edition": self.edition,
            "status": self.status,
            "published_at": instant(self.published_at),
        }


@dataclass(frozen=True)
class DisplayName:
    """What the reseller calls a service, in English and in Chinese."""

    en: str
    zh: str


@dataclass(frozen=True, kw_only=True)
class Meta:
    """Where the numbers come from and how complete they are."""

    editions: tuple[EditionMeta, ...]
    data_through: datetime | None
    row_count: int
    warnings: tuple[str, ...] = ()
    known_issues: tuple[str, ...] = ()
    display_names: Mapping[str, DisplayName] = field(default_factory=dict)  # by service code; a note outside the hash
    known_at: datetime | None = None  # of a ledger: as of then the same question has the same answer for ever
    time_zone: str = "GMT+08:00"  # in which days are cut; several where the period has months of several

    @property
    def published_at(self) -> datetime | None:
        """When the newest of the editions was published."""
        return max((e.published_at for e in self.editions), default=None)

    @property
    def pinned_at(self) -> datetime | None:
        """As of when the same question has this very answer for ever."""
        return self.known_at or self.published_at


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows + rounding = totals, per currency and column."""

    report: Report
    question: Question
    columns: tuple[TableColumn, ...]
    batches: Callable[[], Iterator[pa.RecordBatch]]
    totals: tuple[Record, ...]
    meta: Meta
    rounding: tuple[Record, ...] = ()
    subtotals: tuple[Record, ...] = field(default=())

    def rows(self) -> Iterator[Record]:
        """The rows, one by one, in stored order."""
        for batch in self.batches():
            yield from batch.to_pylist()

    def subtotals_by(self, key: str) -> tuple[Record, ...]:
        """The subtotals of one of two dimensions. Each has a currency, so only what it lacks tells whose it is."""
        others = {dimension.key for dimension in self.question.by} - {key, "currency"}
        return tuple(s for s in self.subtotals if key in s and not others & s.keys())

    def stream(self) -> Iterator[pa.RecordBatch]:
        """The batches, once through; who reads them to the end has the digest without reading them again."""
        digest = sha256(
            canonical_json(
                {
                    "report": [self.report.key, self.report.revision],
                    "question": self.question.as_json(),
                    "columns": [[c.key, c.kind] for c in self.columns],
                    "rounding": list(self.rounding),
                    "totals": list(self.totals),
                    "subtotals": list(self.subtotals),
                }
            )
        )
        for batch in self.batches():
            if batch.num_rows:
                digest.update(_row_text(batch))
            yield batch
        self.__dict__["digest"] = digest.hexdigest()  # where cached_property keeps it

    @cached_property
    def digest(self) -> str:
        """sha256 in hex over question, columns, rows, rounding, subtotals and totals."""
        for _ in self.stream():
            pass
        return str(self.__dict__["digest"])

    @property
    def id(self) -> str:
        """The short id of this result: the same question over the same editions has the same id for ever."""
        return result_id(self.digest)


def _row_text(batch: pa.RecordBatch) -> memoryview:
    """The bytes of a batch's rows: no two different rows have the same, and it does not matter how rows were batched."""
    columns = [pc.fill_null(_escaped(column), NULL) for column in batch.columns]
    columns[-1] = pc.binary_join_element_wise(columns[-1], END, "")
    joined = pc.binary_join_element_wise(*columns, FIELD).cast(pa.large_string())
    start, end = (
        joined.buffers()[1][8 * i : 8 * i + 8].to_pybytes() for i in (joined.offset, joined.offset + len(joined))
    )
    return memoryview(joined.buffers()[2])[int.from_bytes(start, sys.byteorder) : int.from_bytes(end, sys.byteorder)]


def _escaped(column: pa.StringArray) -> pa.StringArray:
    """Cells in which nothing is taken for a separator: a customer writes what it likes into a tag."""
    data = bytes(column.buffers()[2] or b"")
    for place, mark in enumerate((ESCAPE, FIELD, END, NULL)):
        if mark.encode() in data:
            column = pc.replace_substring(column, mark, f"{ESCAPE}{place}")
    return column
