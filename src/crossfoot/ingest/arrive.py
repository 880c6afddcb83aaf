"""Takes in whatever lies at an address: a file, a folder, or a folder of an object store. One bad file stops no other."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256 as sha256_of
from pathlib import Path

from crossfoot.access.rls import as_staff
from crossfoot.core.clock import today
from crossfoot.core.errors import BadRequest
from crossfoot.core.finding import Finding
from crossfoot.ingest.accept import Receipt, accept, find_accepted
from crossfoot.ingest.models import Fetched
from crossfoot.runtime.home import Home
from crossfoot.runtime.scratch import scratch
from crossfoot.sources.bill import BillFile, Source, refusal
from crossfoot.sources.column_map import ColumnMap
from crossfoot.sources.find import find_files
from crossfoot.sources.objects import Connection, StoredObject, Unfetched, connect
from crossfoot.sources.remote import Place, Store, is_remote, read_place, read_store

LONGEST_NAME = 255  # bytes, of any file system
ROOM = 3  # the object, its landed copy, and what is read from it


def read_addresses(addresses: list[str], home: Home, environ: Mapping[str, str]) -> "list[Path | tuple[Place, Store]]":
    """What the addresses name, looked at before the first of them is read.

    Raises:
        CrossfootError: one of them is nothing that can be read, or a setting is missing.
    """
    return [
        (place := read_place(address), read_store(place.scheme, home.root, environ))
        if is_remote(address)
        else _path(address)
        for address in addresses
    ]


def _path(address: str) -> Path:
    path = Path(address)
    if not path.exists():
        raise BadRequest(f"There is nothing at {address}: give a bill file or a folder that holds some.")
    if not (path.is_dir() or path.is_file()):
        raise BadRequest(f"{address} is neither a file nor a folder: give a bill file or a folder that holds some.")
    return path


def accept_from(
    there: "Path | tuple[Place, Store]", source: Source, home: Home, actor: str, columns: ColumnMap | None = None
) -> Iterator[Receipt | Finding]:
    """A receipt for each bill at a path or a place, and a finding for each file that was left alone or not to be had.

    Raises:
        CrossfootError: the store cannot be read at all.
    """
    if isinstance(there, Path):
        bills, findings = find_files(source, there, today(), columns=columns)
        yield from findings
        yield from (accept(bill, home, actor) for bill in bills)
        return
    place, store = there
    with connect(store) as connection:
        objects = {_local(found.place): found for found in connection.list_objects(place) if _name(found.place)}
        bills, findings = find_files(source, _local(place), today(), files=tuple(objects), columns=columns)
        yield from findings
        for bill in bills:
            parts = [objects[path] for path in bill.parts or (bill.path,)]
            yield _accept_remote(bill, parts, connection, home, actor)


def _name(place: Place) -> str:
    """The name of an object as a file; '' for what stands for a folder."""
    name = place.key.rpartition("/")[2]
    return "" if name in {".", ".."} else name


def _local(place: Place) -> Path:
    """The path that stands for a place: different for different keys, with the names that tell a bill."""
    folder = place.key.rpartition("/")[0]
    last = folder.rpartition("/")[2]
    return Path(sha256_of(folder.encode()).hexdigest(), place.bucket if last in {"", ".", ".."} else last, _name(place))


def _accept_remote(
    bill: BillFile, parts: list[StoredObject], connection: Connection, home: Home, actor: str
) -> Receipt | Finding:
    fingerprint = sha256_of("\n".join([bill.name, *(part.says for part in parts)]).encode()).hexdigest()
    with as_staff():
        known = Fetched.objects.filter(fingerprint=fingerprint).first()
        if known and (receipt := find_accepted(known.sha256, bill.name, home)):
            return receipt
    with scratch(home.tmp) as folder:
        try:
            paths = tuple(_fetch(part, connection, folder) for part in parts)
        except Unfetched as unfetched:
            return _not_had(bill, unfetched)
        receipt = accept(replace(bill, path=paths[0], parts=paths if bill.parts else ()), home, actor)
    with as_staff():
        Fetched.objects.update_or_create(fingerprint=fingerprint, defaults={"sha256": receipt.sha256})
    return receipt


def _fetch(there: StoredObject, connection: Connection, folder: Path) -> Path:
    name = _name(there.place)
    if "\0" in name or len(name.encode()) > LONGEST_NAME:
        raise Unfetched(f"The name of {there.place} is no name of a file: rename it, and ingest it again.")
    if there.size * ROOM > shutil.disk_usage(folder).free:
        raise Unfetched(
            f"{there.place} has {there.size} bytes, for which the disk has no room: free some, and ingest it again."
        )
    connection.fetch(there, folder / name)
    return folder / name


def _not_had(bill: BillFile, unfetched: Unfetched) -> Finding:
    message, _, next_step = unfetched.sentence.partition(": ")
    return replace(refusal(bill.name, f"{message}.", f"{next_step[:1].upper()}{next_step[1:]}"), check="fetch")
