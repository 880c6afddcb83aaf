"""Puts staged lines onto shelves: files of scratch, each small enough to be held in memory at once.

A customer's lines stand on one shelf, beside those of others, or on a shelf of their own for every bill date: so a
month of any size is published with the memory of a shelf or two, and every line is read once.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from crossfoot.core.period import end_day
from crossfoot.ingest.engine import quote
from crossfoot.lake.schema import BUY, CHARGES, ROW_GROUP

LINES = 60_000  # on a shared shelf
AT_ONCE = 20_480  # lines that are written at once: of every shelf that is open so many wait in memory
KEPT = tuple(dict.fromkeys((*CHARGES, *BUY)))
ORDER = ("customer_id", "bill_date", "charge_key")


def arrange(counts: Iterable[tuple[str, date, int]], last: date) -> Iterator[tuple[str, date, int]]:
    """A shelf for each customer's bill dates, from how many lines they have, and for the last date of the cycle.

    In the order of customers and dates; on the last date there may be our own rounding.
    """
    months: dict[str, dict[date, int]] = {}
    for customer, day, rows in counts:
        months.setdefault(customer, {last: 0})[day] = rows
    shelf, room = 0, 0
    for customer, days in months.items():
        lines = sum(days.values())
        is_large = lines > ROW_GROUP
        for i, day in enumerate(sorted(days)):
            if is_large or (i == 0 and lines > room):
                shelf, room = shelf + 1, LINES
            yield customer, day, shelf
        room = 0 if is_large else room - lines


def shelve(bench: duckdb.DuckDBPyConnection, folder: Path, cycle: str, lines: str, select: str) -> None:
    """Write what `select` makes of `lines` onto shelves below `folder`; it can be read as `priced` then."""
    counts = bench.execute(
        f"SELECT coalesce(customer_id, ''), bill_date, count(*) FROM {lines} GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    names = ("customer_id", "bill_date", "shelf")
    bench.register(
        "arranged",
        pa.table(
            [list(c) for c in zip(*arrange(counts, end_day(cycle) - timedelta(days=1)), strict=True)] or [[]] * 3, names
        ),
    )
    bench.execute("CREATE TABLE shelves AS FROM arranged")
    bench.unregister("arranged")
    if not counts:
        bench.execute(f"CREATE TABLE priced AS SELECT *, 0 AS shelf FROM ({select}) WHERE false")
        return
    bench.execute(f"SET partitioned_write_flush_threshold={LINES}")
    place = folder / "priced"
    bench.execute(
        f"COPY (SELECT p.*, s.shelf FROM ({select}) p LEFT JOIN shelves s "
        "ON s.customer_id = coalesce(p.customer_id, '') AND s.bill_date = p.bill_date) "
        f"TO {quote(str(place))} (PARTITION_BY (shelf), FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE {AT_ONCE})"
    )
    bench.execute(
        f"CREATE VIEW priced AS FROM read_parquet({quote(f'{place}/*/*.parquet')}, hive_partitioning=true, "
        "hive_types={'shelf': INTEGER})"
    )


def list_runs(bench: duckdb.DuckDBPyConnection) -> list[tuple[int, ...]]:
    """The shelves of `edition_lines` that are read in one go: a shared one, or all those of a large customer."""
    found = bench.execute(
        "SELECT list(DISTINCT shelf ORDER BY shelf) FROM edition_lines GROUP BY customer_id"
    ).fetchall()
    return sorted({tuple(shelves) for (shelves,) in found})


def read_shelf(bench: duckdb.DuckDBPyConnection, shelf: int) -> Iterator[tuple[str, pa.Table]]:
    """The lines of each customer on a shelf, in the order in which they are kept."""
    table = bench.execute(f"SELECT {', '.join(KEPT)} FROM edition_lines WHERE shelf = {shelf}").to_arrow_table()
    order = pc.sort_indices(table, [(name, "ascending") for name in ORDER])
    for customer, start, end in runs(table["customer_id"].take(order)):
        yield customer, table.take(order.slice(start, end - start))


def read_no_lines(bench: duckdb.DuckDBPyConnection) -> pa.Table:
    """The lines of a customer who has none."""
    return bench.execute(f"SELECT {', '.join(KEPT)} FROM edition_lines LIMIT 0").to_arrow_table()


def runs(column: pa.ChunkedArray) -> Iterator[tuple[str, int, int]]:
    """Each value of a sorted column, with where it starts and ends."""
    found, start = pc.run_end_encode(column.combine_chunks()), 0
    for value, end in zip(found.values.to_pylist(), found.run_ends.to_pylist(), strict=True):
        yield value, start, end
        start = end
