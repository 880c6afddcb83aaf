"""The files that the database refers to: what a backup copies, what a check looks for, and what a sweep leaves alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crossfoot.core.errors import CrossfootError
from crossfoot.ingest.accept import charges_path
from crossfoot.ingest.models import Batch
from crossfoot.publish.kept import list_kept as list_lake
from crossfoot.runtime.home import Home


@dataclass(frozen=True)
class KeptFile:
    """A file that has to be there; `rows` of a file of the lake, and whether the newest edition needs it."""

    tree: str
    path: Path
    sha256: str
    rows: int | None = None
    is_current: bool = True

    def name(self, home: Home) -> str:
        """Its name below its tree."""
        return self.path.relative_to(trees(home)[self.tree]).as_posix()


def trees(home: Home) -> dict[str, Path]:
    """The folders of files that never change once they are written."""
    if "://" in home.lake:
        raise CrossfootError(f"The lake {home.lake} is not a folder of this machine: look after it where it lies.")
    return {"landed": home.landed, "accepted": home.accepted, "lake": Path(home.lake)}


def list_kept(home: Home) -> list[KeptFile]:
    """Every file, once. Call it as staff."""
    found: dict[Path, KeptFile] = {}
    lake = trees(home)["lake"]
    for kept in list_lake():
        path = lake / kept.file.path
        current = kept.is_current or (path in found and found[path].is_current)
        found[path] = KeptFile("lake", path, kept.file.sha256, kept.file.rows, current)
    for file in _received(home):
        found[file.path] = file
    return list(found.values())


def _received(home: Home) -> Iterator[KeptFile]:
    """A bill's bytes under the name of their hash, whatever suffix; the charges of those that were accepted."""
    landed = {path.name.partition(".")[0]: path for path in home.landed.iterdir() if not path.name.startswith(".")}
    for sha256, charges, is_accepted in Batch.objects.values_list("sha256", "charges_sha256", "is_accepted"):
        yield KeptFile("landed", landed.get(sha256, home.landed / sha256), sha256)
        if is_accepted:
            yield KeptFile("accepted", charges_path(home, sha256), charges)
