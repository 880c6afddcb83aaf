"""Keeps column maps: saved under a name, in versions that never change. Rows only; nothing is read here."""

from dataclasses import dataclass
from datetime import datetime

from crossfoot.access.rls import as_staff
from crossfoot.audit.record import Action, record
from crossfoot.core.clock import now
from crossfoot.core.errors import BadRequest, NotFound
from crossfoot.ingest.models import SavedMap
from crossfoot.sources.column_map import ColumnMap, read_map

MAX_NAME = 64


@dataclass(frozen=True)
class KeptMap:
    """The newest version of a map."""

    name: str
    version: int
    columns: ColumnMap
    saved_at: datetime
    saved_by: str


def save_map(name: str, columns: ColumnMap, actor: str) -> KeptMap:
    """Save a map under a name; the same map again changes nothing."""
    name = name.strip()
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise BadRequest(f"The name of a column map has 1 to {MAX_NAME} printed characters.")
    with as_staff():
        newest = SavedMap.objects.filter(name=name).order_by("-version").first()
        if newest and read_map(newest.body) == columns:
            return _kept(newest)
        version = newest.version + 1 if newest else 1
        row = SavedMap.objects.create(
            name=name, version=version, body=columns.as_json(), saved_at=now(), saved_by=actor
        )
        record(Action.COLUMN_MAP_SAVED, actor, name=name, version=version)
        return _kept(row)


def list_maps() -> tuple[KeptMap, ...]:
    """The newest version of every map, by name."""
    with as_staff():
        newest = SavedMap.objects.order_by("name", "-version").distinct("name")
        return tuple(_kept(row) for row in newest)


def get_map(name: str) -> KeptMap:
    """The newest version of a map; NotFound where there is none of that name."""
    found = next((kept for kept in list_maps() if kept.name == name), None)
    if found is None:
        raise NotFound(f"There is no column map {name[:40]!r}: see `crossfoot maps list`.")
    return found


def _kept(row: SavedMap) -> KeptMap:
    return KeptMap(row.name, row.version, read_map(row.body), row.saved_at, row.saved_by)
