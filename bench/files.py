"""B4: the CSV of the largest customer-month, every column, through HTTP, hashed and remembered."""

import time
from pathlib import Path

import duckdb

from bench.browser import Browser
from bench.house import House, Running
from bench.measure import cpu_of, repeat, table
from bench.pages import CYCLE, list_files
from bench.workload import FIRST_CUSTOMER

TIMES = 7


def files(house: House, running: Running) -> None:
    """Fetch it, and count its lines."""
    browser, path = Browser(), f"/c/{FIRST_CUSTOMER}/charges.csv?period={CYCLE}"
    before, walls, body = cpu_of(running.pids), [], b""
    peak = _peak_mb(running)
    for _ in range(TIMES):
        start = time.perf_counter()
        body = browser.get(path)
        walls.append(time.perf_counter() - start)
    cpu = (cpu_of(running.pids) - before) / TIMES
    with duckdb.connect() as duck:
        duck.execute("SET threads=1")
        lines = f"read_parquet({list_files(house, CYCLE)})"
        limit, limit_cpu = repeat(
            lambda: duck.execute(f"COPY (FROM {lines}) TO '{house.folder}/o.csv' (HEADER)"), TIMES
        )
        found = duck.execute(f"SELECT count(*) FROM {lines}").fetchone()
    n = found[0] if found else 0
    assert body.count(b"\r\n") == n + 1, (body.count(b"\r\n"), n)
    columns = body.partition(b"\r")[0].count(b",") + 1
    table(
        f"B4: CSV of {n:,} lines, {columns} columns, {len(body) / 1e6:.0f} MB",
        [
            ("what", "best s", "CPU s", "peak of the web process grows by MB"),
            ("limit: DuckDB COPY, one thread, unguarded", f"{min(limit):.2f}", f"{limit_cpu:.2f}", ""),
            ("**ours** (bar 1.0 s)", f"**{min(walls):.2f}**", f"{cpu:.2f}", f"{_peak_mb(running) - peak:.0f}"),
            ("ratio", f"{min(walls) / min(limit):.1f}", f"{cpu / limit_cpu:.1f}", ""),
        ],
    )


def _peak_mb(running: Running) -> float:
    """The largest memory that a process of the web server ever had."""
    peaks = (Path(f"/proc/{pid}/status").read_text() for pid in running.pids if Path(f"/proc/{pid}").exists())
    return max(float(p.partition("VmHWM:")[2].split()[0]) / 1024 for p in peaks if "VmHWM:" in p)
