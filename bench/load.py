"""B6: exports to published editions, beside what the machine needs at least: the same CSV to Parquet, once, by DuckDB."""

from pathlib import Path

import duckdb

from bench.house import House, Spent
from bench.measure import Cost, cost, table
from bench.workload import Size


def load(house: House, size: Size) -> None:
    """Ingest and publish, and the limit in the same run."""
    house.prepare()
    limit = _limit(house.folder)
    ingest = house.crossfoot("ingest", "--source", "focus", str(house.folder / "exports"))
    publish = house.crossfoot("publish")
    both = Spent(ingest.wall + publish.wall, ingest.cpu + publish.cpu, max(ingest.peak_mb, publish.peak_mb))
    rows = size.rows

    def line(what: str, spent: Spent | Cost, peak: str, bar: str = "") -> tuple[str, ...]:
        share = f"{limit.wall / spent.wall:.2f} | {limit.cpu / spent.cpu:.2f}"
        return what, f"{rows / spent.wall:,.0f}", f"{spent.cpu:.1f}", f"{spent.cpu / rows * 1e6:.1f}", peak, share + bar

    table(
        f"B6 ({size.name}): FOCUS CSV → normalised → priced → checked → published, {rows:,} lines",
        [
            ("what", "rows/s", "CPU s", "CPU µs a line", "peak MB", "share of the limit by time | by CPU"),
            line("limit: DuckDB CSV → Parquet (zstd), typed by itself, two threads", limit, ""),
            line("ingest", ingest, f"{ingest.peak_mb:.0f}"),
            line("publish", publish, f"{publish.peak_mb:.0f}"),
            line("**both**", both, f"{both.peak_mb:.0f} (bar 1,500)", " (bar 0.25)"),
        ],
    )


def _limit(folder: Path) -> Cost:
    with duckdb.connect() as duck, cost() as spent:
        duck.execute("SET threads=2; SET memory_limit='1200MB'")
        for file in sorted((folder / "exports").glob("*.csv")):
            duck.execute(
                f"COPY (FROM read_csv('{file}')) TO '{folder}/limit.parquet' (FORMAT parquet, COMPRESSION zstd)"
            )
    (folder / "limit.parquet").unlink()
    return spent
