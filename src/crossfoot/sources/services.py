"""Huawei's services by code: FOCUS category and subcategory, and the name in English and Chinese. Plain data.

The English name is the key under which a service is kept in the lake, so a name that stands in `services.csv` is never
changed there; a reseller who wants another one renames the service. `seen` says how a code is known: `huawei` from
Huawei's documents, SDKs or console pages, `code` from other public programs that read its bills, `name` from nothing
but Huawei's habit of using its abbreviation. A code that is not in the table keeps the name that the bill gives it.
"""

import csv
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("services.csv")
OTHER = "Other"
LONGEST_NAME = 200  # what the catalogue of editions can hold


@dataclass(frozen=True)
class Service:
    """One row of the table; the fields are its columns."""

    code: str
    service_category: str
    service_subcategory: str
    name: str
    name_zh: str
    seen: str

    def as_row(self) -> tuple[str, ...]:
        """The columns in the order of the file."""
        return astuple(self)


@cache
def list_services() -> tuple[Service, ...]:
    """The table, in the order of the file."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(Service(**row) for row in csv.DictReader(file, strict=True))


@cache
def _by_code() -> dict[str, Service]:
    return {service.code: service for service in list_services()}


def find_service(code: str | None) -> Service | None:
    """The service of a code; Huawei's codes do not mind the case of letters."""
    return _by_code().get((code or "").lower())


@cache
def known_names() -> frozenset[str]:
    """Every name of the table."""
    return frozenset(service.name for service in list_services())


def name_service(code: str | None, name: str | None) -> str | None:
    """What the lake calls a service: the table's name where the code is known, else the source's own word.

    An unknown code under the name of a known service says its code too: no row holds the cost of two services.
    """
    service = find_service(code)
    if service:
        return service.name
    return f"{name} ({code})"[:LONGEST_NAME] if code and name in known_names() else name
