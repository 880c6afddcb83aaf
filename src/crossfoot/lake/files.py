"""What is known of a file of the lake without opening it, and of files that are about to be read together."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class LakeFile:
    """A file of the lake: its path below the lake's root, how many rows it has, and what it must hash to."""

    path: str
    rows: int
    sha256: str


class Paths(list[str]):
    """Full paths of files to read as one, which may have been written by different versions of Crossfoot.

    `absent` are the columns that none of them has; `is_uneven` says that some lack what others have.
    """

    absent: frozenset[str] = frozenset()
    is_uneven: bool = False

    @classmethod
    def of(cls, proved: Iterable[tuple[str, frozenset[str]]]) -> Self:
        """From paths with the columns that each file lacks."""
        pairs = list(proved)
        made = cls(path for path, _ in pairs)
        lacking = {columns for _, columns in pairs}
        made.absent = frozenset.intersection(*lacking) if lacking else frozenset()
        made.is_uneven = len(lacking) > 1
        return made
