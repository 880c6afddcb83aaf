"""Bills as they should not be: members taken out of an archive, changed, and packed again."""

import csv
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from tests.portal import pack


def unpacked(path: Path) -> dict[str, bytes]:
    """The members of a bill."""
    with tarfile.open(path) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]


def rewritten(path: Path, cells: Mapping[str, str]) -> Path:
    """The bill with these cells in place of those: as they are, where a writer of bills would make them proper."""
    members = {}
    for name, data in unpacked(path).items():
        text = io.StringIO(newline="")
        rows = csv.reader(io.StringIO(data.decode(), newline=""))
        csv.writer(text, lineterminator="\r\n").writerows([cells.get(cell, cell) for cell in row] for row in rows)
        members[name] = text.getvalue().encode()
    return pack(path, members)
