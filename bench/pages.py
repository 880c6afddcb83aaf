"""B1, B2, B3 and B14: pages of the largest customer through HTTP, signed in, with session, scope and one audit row each.

A page that was not asked before is had by asking for it as of another second each time. The total on it is held to the
sum over the exports in every timed request.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from time import perf_counter

import duckdb

from bench.browser import Browser
from bench.chromium import in_chromium
from bench.house import House, Running
from bench.measure import cpu_of, quantile, repeat, table
from bench.workload import FIRST_CUSTOMER, Size

CYCLE = "2026-10"
QUESTIONS = {
    "customer-month by service": ("period=2026-10&by=service", "service_name", f"{CYCLE}-01", "2026-11-01"),
    "13 weeks by day": ("period=2026-08-02..2026-10-31&by=day", "bill_date", "2026-08-02", "2026-11-01"),
}
TIMES, WARM, TOGETHER = 100, 20, 8


@dataclass(frozen=True)
class Timed:
    """Wall seconds of each request, and CPU seconds of all processes for one."""

    walls: list[float]
    cpu: float

    def cells(self) -> tuple[str, str, str]:
        """Milliseconds: p50, p95, CPU."""
        return (
            f"{quantile(self.walls, 0.5) * 1e3:.1f}",
            f"{quantile(self.walls, 0.95) * 1e3:.1f}",
            f"{self.cpu * 1e3:.1f}",
        )


def pages(house: House, size: Size, running: Running) -> dict[str, Timed]:
    """Measure, print, and give what B14 compares."""
    seconds = count()
    first = {}
    browser = Browser()
    for name, (query, key, start, end) in QUESTIONS.items():
        path, wanted = f"/c/{FIRST_CUSTOMER}/usage-to-cost?{query}", _truth(house, start, end)
        cold = _timed(browser, running, (_as_of(path, n) for n in seconds), wanted)
        warm = _timed(browser, running, (path for _ in count()), wanted)
        limit = _limit(house, key, start, end)
        table(
            f"B1, B3 ({size.name}): {name}",
            [
                ("what", "p50 ms", "p95 ms", "CPU ms"),
                ("limit: DuckDB over the customer's published lines, one thread", *limit.cells()),
                ("**a page not asked before** (bar: p95 30, CPU 20)", *cold.cells()),
                ("**the same page again** (bar: p95 15, CPU 5)", *warm.cells()),
            ],
        )
        first[name] = cold
        if name == next(iter(QUESTIONS)):
            _together(running, path, seconds, wanted)
            in_chromium(path, wanted.decode())
    return first


def compare(small: dict[str, Timed], large: dict[str, Timed], sizes: tuple[Size, Size]) -> None:
    """B14: the same customer's pages in a small and in a large table."""
    rows = [
        (
            name,
            f"{small[name].cpu * 1e3:.1f}",
            f"{large[name].cpu * 1e3:.1f}",
            f"{large[name].cpu / small[name].cpu:.2f}",
        )
        for name in small
    ]
    a, b = sizes
    table(
        f"B14: the same pages as the table grows {b.rows / a.rows:.1f} times, {a.name} → {b.name} (bar 1.2 for ten times)",
        [("page", f"CPU ms at {a.rows:,}", f"CPU ms at {b.rows:,}", "ratio"), *rows],
    )


def _timed(browser: Browser, running: Running, paths: Iterator[str], wanted: bytes) -> Timed:
    for _ in range(WARM):
        browser.timed(next(paths), wanted)
    before = cpu_of(running.pids)
    walls = [browser.timed(next(paths), wanted) for _ in range(TIMES)]
    return Timed(walls, (cpu_of(running.pids) - before) / TIMES)


def _together(running: Running, path: str, seconds: Iterator[int], wanted: bytes) -> None:
    browsers = [Browser() for _ in range(TOGETHER)]  # now: the server lets a connection that asks nothing go
    paths = [[_as_of(path, next(seconds)) for _ in range(TIMES)] for _ in browsers]
    before, start = cpu_of(running.pids), perf_counter()
    with ThreadPoolExecutor(TOGETHER) as pool:
        found = pool.map(lambda pair: [pair[0].timed(p, wanted) for p in pair[1]], zip(browsers, paths, strict=True))
        walls = [wall for part in found for wall in part]
    took, n = perf_counter() - start, len(walls)
    timed = Timed(walls, (cpu_of(running.pids) - before) / n)
    table(
        f"B2: the same page, {TOGETHER} readers at once, none of them asked before",
        [("requests/s", "p50 ms", "p95 ms", "CPU ms"), (f"**{n / took:.0f}** (bar 80)", *timed.cells())],
    )


def _as_of(path: str, n: int) -> str:
    at = datetime.now(UTC) + timedelta(days=1, seconds=n)
    return f"{path}&as_of={at:%Y-%m-%dT%H:%M:%SZ}"


def _truth(house: House, start: str, end: str) -> bytes:
    """The List total of the bill dates, from the exports, as the page writes it."""
    with duckdb.connect() as duck:
        found = duck.execute(
            f"SELECT sum(CAST(ListCost AS DECIMAL(18,6))) FROM read_csv('{house.folder}/exports/2026-*.csv', "
            "all_varchar=true) WHERE BillingAccountId = 'BA-000017' AND ChargePeriodStart >= ? AND ChargePeriodStart < ?",
            [start, end],
        ).fetchone()
    return f"{Decimal(found[0] if found else 0).quantize(Decimal('0.01'), ROUND_HALF_UP):,}".encode()


def _limit(house: House, key: str, start: str, end: str) -> Timed:
    files = list_files(house, "*")
    with duckdb.connect() as duck:
        duck.execute("SET threads=1")
        sql = (
            f"SELECT {key}, sum(list_cost), sum(billed_cost) FROM read_parquet({files}) "
            f"WHERE bill_date >= DATE '{start}' AND bill_date < DATE '{end}' GROUP BY 1 ORDER BY 1"
        )
        return Timed(*repeat(lambda: duck.execute(sql).fetchall(), 30))


def list_files(house: House, cycle: str) -> list[str]:
    """The published lines of the customer."""
    months = [m for m in ("2026-08", "2026-09", "2026-10") if cycle in {m, "*"}]
    found = (p for m in months for p in (house.folder / "home/lake").glob(f"charges/{FIRST_CUSTOMER}/{m}/*.parquet"))
    return sorted(map(str, found))
