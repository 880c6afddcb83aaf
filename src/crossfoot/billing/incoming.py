"""What an import says of each row of its file, and the rows that it reads."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from crossfoot.billing.csvfile import Columns, read_table
from crossfoot.billing.drafts import BadRowError, Row
from crossfoot.billing.models import Document, LegalEntity, Payment

NEW, UNCHANGED, REFUSED = "new", "unchanged", "refused"
MOST_TOLD = 5
M = TypeVar("M", LegalEntity, Document, Payment)


@dataclass(frozen=True)
class Change:
    """What becomes of a row: `row` 1 is the first after the header; `words` says what it is, or why it is refused."""

    row: int
    state: str
    words: str


@dataclass(frozen=True)
class Settled:
    """An allocation that the import makes, in words."""

    customer: str
    source: str
    target: str
    currency: str
    amount: str
    how: str


@dataclass(frozen=True)
class Imported:
    """What an import did, or a dry run would do."""

    file: str
    changes: tuple[Change, ...]
    settled: tuple[Settled, ...] = ()
    is_dry: bool = False

    def of(self, state: str) -> tuple[Change, ...]:
        """The rows of one state."""
        return tuple(c for c in self.changes if c.state == state)

    @property
    def is_refused(self) -> bool:
        """True where a row is refused, and so the file."""
        return bool(self.of(REFUSED))

    def as_json(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "file": self.file,
            "dry_run": self.is_dry,
            "refused": self.is_refused,
            "rows": [vars(c) for c in self.changes],
            "allocated": [vars(s) for s in self.settled],
        }


@dataclass(frozen=True)
class File:
    """A file as it was handed in."""

    name: str
    data: bytes


class Book(Generic[M]):
    """The rows of a file, and what becomes of each."""

    def __init__(self, file: File, columns: Columns, *key: str) -> None:
        """Read the file; `key` are the columns that name a row, the number first."""
        self.name, self.key = file.name, key
        self.rows = read_table(file.data, file.name, columns)
        self.new: list[M] = []
        self.changes: list[Change] = []

    def drafts(self, read: Callable[[Row], M], *, is_quiet: bool = False) -> Iterator[tuple[Row, M]]:
        """What can be read; with `is_quiet` nobody is told of the rest, because it will be asked for again."""
        seen: dict[tuple[str, ...], str] = {}
        for row in self.rows:
            key = tuple(row[column] for column in self.key)
            first = seen.setdefault(key, row[""])
            found = f"{row[self.key[0]]} stands in row {first} already." if first != row[""] else _try(read, row)
            if not isinstance(found, str):
                yield row, found
            elif not is_quiet:
                self.refuse(row, found)

    def add(self, row: Row, draft: M, words: str) -> None:
        """A new row of ours."""
        self.new.append(draft)
        self.changes.append(Change(int(row[""]), NEW, words))

    def keep(self, row: Row, words: str) -> None:
        """One that is there already."""
        self.changes.append(Change(int(row[""]), UNCHANGED, words))

    def refuse(self, row: Row, reason: str) -> None:
        """One that stops the file."""
        self.changes.append(Change(int(row[""]), REFUSED, reason))


def _try(read: Callable[[Row], M], row: Row) -> M | str:
    """The draft, or why there is none."""
    try:
        return read(row)
    except BadRowError as bad:
        return bad.sentence


def refusal_of(outcome: Imported) -> str:
    """The first reasons for which a file is refused, each with its row."""
    refused = outcome.of(REFUSED)
    told = " ".join(f"Row {c.row}: {c.words}" for c in refused[:MOST_TOLD])
    more = f" And {len(refused) - MOST_TOLD} more rows." if len(refused) > MOST_TOLD else ""
    return f"{outcome.file} is refused, nothing of it was imported. {told}{more}"
