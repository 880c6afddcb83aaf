"""Files that nobody refers to: what a crash between a file and its commit leaves behind, or an ended export.

Only regular files below `lake`, `accepted`, `landed` and `exports` are ever removed, and only those older than a day: a
younger one may belong to work that has not committed yet.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crossfoot.access.rls import as_staff
from crossfoot.care.kept import list_kept, trees
from crossfoot.core.clock import now
from crossfoot.deliver.kept import list_exports
from crossfoot.runtime.home import Home

DAY_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Orphan:
    """A file without an owner."""

    path: Path
    bytes: int
    is_old: bool


def list_orphans(home: Home) -> list[Orphan]:
    """First what is there, then who refers to it: a file that is written meanwhile is not looked at."""
    there = list(_files(home))
    with as_staff():
        wanted = {file.path for file in list_kept(home)}
        exports = list_exports()
    owned = [file for file in there if file.path in wanted or _is_export(home, file.path, exports)]
    gone = {file.path for file in owned}
    return [file for file in there if file.path not in gone]


def sweep(home: Home) -> list[Orphan]:
    """Remove the old ones; returns them."""
    removed = []
    for orphan in list_orphans(home):
        again = _look(orphan.path)
        if orphan.is_old and again is not None and again.is_old:  # written anew meanwhile, it is young again
            orphan.path.unlink()
            removed.append(orphan)
    return removed


def _is_export(home: Home, path: Path, exports: frozenset[str]) -> bool:
    return path.is_relative_to(home.exports) and any(name in path.name for name in exports)


def _files(home: Home) -> Iterator[Orphan]:
    for folder in (*trees(home).values(), home.exports):
        for parent, _, names in os.walk(folder):  # it follows no links
            for name in names:
                found = _look(Path(parent, name))
                if found is not None:
                    yield found


def _look(path: Path) -> Orphan | None:
    """A regular file as it is now; None for anything else."""
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(facts.st_mode):
        return None
    return Orphan(path, facts.st_size, now().timestamp() - facts.st_mtime > DAY_SECONDS)
