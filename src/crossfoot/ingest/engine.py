"""A DuckDB for work on files: bounded memory, spills to a folder of its own, UTC, no network and no extensions."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from crossfoot.runtime.scratch import scratch

MEMORY = "1200MB"
THREADS = 2


@contextmanager
def workbench(tmp: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A connection and the folder in which it may leave things; both are gone afterwards."""
    with scratch(tmp) as folder, open_bench(folder) as connection:
        yield connection, folder


@contextmanager
def open_bench(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that spills below the folder."""
    # In memory: a database file would compress every table that lives for a second; what does not fit is spilled.
    with duckdb.connect() as connection:
        for setting in (
            f"SET memory_limit='{MEMORY}'",
            f"SET threads={THREADS}",
            f"SET temp_directory={quote(str(folder / 'spill'))}",
            "SET TimeZone='UTC'",  # else the machine's, in which it would write times that have a zone
            "SET autoinstall_known_extensions=false",
            "SET autoload_known_extensions=false",
            "SET preserve_insertion_order=true",
        ):
            connection.execute(setting)
        yield connection


def parquet(paths: list[Path]) -> str:
    """A FROM item over Parquet files of ours. Paths are quoted: a folder may hold an apostrophe."""
    return "read_parquet([" + ", ".join(quote(str(p)) for p in paths) + "], hive_partitioning=false)"


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]) -> None:
    """Insert rows of values; none at all is allowed, which `executemany` refuses."""
    if rows:
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)


def quote(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
