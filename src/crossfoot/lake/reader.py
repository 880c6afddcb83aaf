"""Reads published files through a DuckDB that is locked to one customer's folders. Imported by `query.run` alone.

The physical wall: `allowed_directories` holds that customer's charges and rollups, external access is off, and the
configuration is locked, so even a wrong file list cannot reach another customer or the reseller's Buy tree.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
from pyarrow import parquet

from crossfoot.core.errors import Altered, NotFound
from crossfoot.core.ids import is_safe_id
from crossfoot.lake.files import LakeFile, Paths
from crossfoot.lake.schema import CHARGES, DAILY_KEYS
from crossfoot.runtime.files import sha256_file

POOL = 32
MEMORY = "512MB"


class Reader:
    """A small pool of locked instances: making one costs more than asking it."""

    def __init__(self, lake: Path, tmp: Path) -> None:
        """Read below `lake`; spill below `tmp`."""
        self._lake, self._tmp = lake, tmp
        self._idle: OrderedDict[str, list[duckdb.DuckDBPyConnection]] = OrderedDict()
        self._sound: dict[tuple[str, str, int, int], frozenset[str]] = {}  # and the columns that each file lacks
        self._lock = threading.Lock()

    @contextmanager
    def open(self, customer: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that can read this customer's folders and nothing else; one request uses it at a time."""
        connection = self._take(customer)
        try:
            yield connection
        finally:
            self._give(customer, connection)

    def paths(self, files: Sequence[LakeFile]) -> Paths:
        """The files' full paths, each proved to hold the bytes that were published.

        Raises:
            Altered: a file is missing or is not the one that was written.
        """
        return Paths.of(self._proved(file) for file in files)

    def _proved(self, file: LakeFile) -> tuple[str, frozenset[str]]:
        path = self._lake / file.path
        try:
            stat = path.stat()
        except FileNotFoundError:
            raise Altered(f"The published file {file.path} is missing: restore it from the backup.") from None
        mark = (file.sha256, str(path), stat.st_ctime_ns, stat.st_ino)  # a changed file may bear its old mtime
        if mark not in self._sound:
            if sha256_file(path) != file.sha256:
                raise Altered(
                    f"The published file {file.path} was altered after it was written: restore it from the backup."
                )
            self._sound[mark] = _lacking(path, file)
        return str(path), self._sound[mark]

    def _take(self, customer: str) -> duckdb.DuckDBPyConnection:
        with self._lock:
            idle = self._idle.get(customer)
            if idle:
                return idle.pop()
        return self._locked(customer)

    def _give(self, customer: str, connection: duckdb.DuckDBPyConnection) -> None:
        with self._lock:
            self._idle.setdefault(customer, []).append(connection)
            self._idle.move_to_end(customer)
            while sum(len(c) for c in self._idle.values()) > POOL:
                _, oldest = self._idle.popitem(last=False)
                for extra in oldest:
                    extra.close()

    def _locked(self, customer: str) -> duckdb.DuckDBPyConnection:
        if not is_safe_id(customer):  # '' or '..' would open the whole lake
            raise NotFound(f"There is no customer {customer!r} here.")
        spill = self._tmp / "read" / customer
        with suppress(OSError):  # on a full disk reading goes on, in memory
            spill.mkdir(mode=0o700, parents=True, exist_ok=True)
        folders = [self._lake / "charges" / customer, self._lake / "daily" / customer, spill]
        allowed = ", ".join("'" + str(f).replace("'", "''") + "/'" for f in folders)
        connection = duckdb.connect()
        for setting in (
            f"SET memory_limit='{MEMORY}'",
            "SET threads=1",
            "SET temp_directory='" + str(spill).replace("'", "''") + "'",
            "SET autoinstall_known_extensions=false",
            "SET autoload_known_extensions=false",
            f"SET allowed_directories=[{allowed}]",
            "SET enable_external_access=false",
            "SET lock_configuration=true",
        ):
            connection.execute(setting)
        return connection


def _lacking(path: Path, file: LakeFile) -> frozenset[str]:
    """The columns of today that the file lacks, because it was written before there were such."""
    wanted = DAILY_KEYS if file.path.startswith("daily/") else CHARGES
    return frozenset(wanted) - frozenset(parquet.read_schema(path).names)
