"""What a reader sees for the name under which a service is kept: the reseller's name, else the table's in Chinese."""

from collections.abc import Iterable
from dataclasses import dataclass

from crossfoot.reports.table import Record, Table
from crossfoot.sources.services import find_service, list_services

CHINESE = "zh"


@dataclass(frozen=True)
class Renamed:
    """A service on this page that the reseller calls otherwise than files do."""

    shown: str
    service: str
    code: str


def service_names(table: Table, language: str, rows: Iterable[Record] = ()) -> dict[str, str]:
    """Name in files -> name on the page, where they differ. `rows` say what a code is called that no table has."""
    in_chinese = language.startswith(CHINESE)
    given = table.meta.display_names
    own = {s.name: s.name_zh for s in list_services()} if in_chinese else {}
    renamed = {
        service: name.zh if in_chinese else name.en
        for code, name in given.items()
        for service in _kept_as(code, rows)
        if service
    }
    return own | renamed


def _kept_as(code: str, rows: Iterable[Record]) -> set[str | None]:
    """The name in files of a code."""
    known = find_service(code)
    if known:
        return {known.name}
    return {row.get("service") for row in rows if row.get("service_code") == code}


def list_renamed(table: Table, rows: Iterable[Record], called: dict[str, str]) -> tuple[Renamed, ...]:
    """The renamed services among the rows, to be printed under the table with the names that files have for them."""
    found = {
        (row.get("service"), code): None
        for row in rows
        if (code := row.get("service_code")) and code in table.meta.display_names
    }
    return tuple(sorted((Renamed(called[s], s, code) for s, code in found if s in called), key=lambda r: r.shown))
