"""What is known of a file of the lake without opening it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LakeFile:
    """A file of the lake: its path below the lake's root, how many rows it has, and what it must hash to."""

    path: str
    rows: int
    sha256: str
