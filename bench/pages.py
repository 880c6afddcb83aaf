"""B1 and B4: the page and the file of the largest customer-month, through HTTP, signed in, beside the raw limit."""

import http.client
import json
import re
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

import duckdb

from bench.load import FINANCE, PASSWORD
from bench.measure import below, cpu_of, postgres_of, quantile, repeat, table
from crossfoot.runtime.cluster import cluster_of
from crossfoot.runtime.home import open_home

PORT = 8917
CYCLE = "2026-10"
CUSTOMER = "C0001"
TIMES, WARM = 60, 10
OK, FOUND = 200, 302


class Browser:
    """One connection that stays open, with a session."""

    def __init__(self) -> None:
        self.http = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
        self.cookies: dict[str, str] = {}
        page = self.get("/login")[1].decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, page[:500]
        body = urlencode({"csrfmiddlewaretoken": token[1], "login": FINANCE, "password": PASSWORD})
        status, _ = self.ask("POST", "/login", body)
        assert status == FOUND, status

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, bytes]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{PORT}"}
        self.http.request(method, path, body or None, headers)
        answer = self.http.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.strip().partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, answer.read()

    def get(self, path: str) -> tuple[int, bytes]:
        return self.ask("GET", path)


def pages(folder: Path, tmp: Path) -> None:
    """Start the portal, measure, stop it."""
    home = open_home()
    up = subprocess.Popen([sys.executable, "-m", "crossfoot.cli.main", "up", "--port", str(PORT)], stdout=subprocess.PIPE, text=True)  # fmt: skip
    try:
        assert up.stdout
        while "is ready at" not in up.stdout.readline():
            pass
        pids = [*below(up.pid), *postgres_of(str(cluster_of(home).data))]
        browser = Browser()
        _page(browser, pids, folder, "customer-month by service", f"period={CYCLE}&by=service")
        _page(browser, pids, folder, "13 weeks by day", "period=2026-08-02..2026-10-31&by=day")
        _file(browser, pids, tmp)
    finally:
        up.terminate()
        up.wait(20)


def _page(browser: Browser, pids: list[int], folder: Path, name: str, query: str) -> None:
    want = _truth(folder, query)
    path = f"/c/{CUSTOMER}/usage-to-cost?{query}"
    walls, before = [], 0.0
    for n in range(TIMES + WARM):
        if n == WARM:
            before = cpu_of(pids)
        start = time.perf_counter()
        status, body = browser.get(path)
        walls.append(time.perf_counter() - start)
        assert status == OK, status
        assert want.encode() in body, want
    cpu = (cpu_of(pids) - before) / TIMES
    files = _files(f"{CYCLE}" if "by=service" in query else "*")
    key = "service_name" if "by=service" in query else "bill_date"
    with duckdb.connect() as duck:
        duck.execute("SET threads=1")
        sql = f"SELECT {key}, sum(list_cost), sum(billed_cost) FROM read_parquet({files}) GROUP BY 1 ORDER BY 1"
        limit, limit_cpu = repeat(lambda: duck.execute(sql).fetchall(), 30)
        rows = duck.execute(f"SELECT count(*) FROM read_parquet({files})").fetchone()
    ours = walls[WARM:]
    table(
        f"B1: {name}, {rows[0] if rows else 0:,} lines, page through HTTP with session, scope and one audit row",
        [
            ("what", "p50 ms", "p95 ms", "CPU ms"),
            ("limit: DuckDB over the lines, one thread", f"{quantile(limit, 0.5) * 1e3:.1f}", f"{quantile(limit, 0.95) * 1e3:.1f}", f"{limit_cpu * 1e3:.1f}"),
            ("**ours**", f"**{quantile(ours, 0.5) * 1e3:.1f}**", f"**{quantile(ours, 0.95) * 1e3:.1f}** (bar 30)", f"**{cpu * 1e3:.1f}** (bar 20)"),
            ("ratio", f"{quantile(ours, 0.5) / quantile(limit, 0.5):.1f}", f"{quantile(ours, 0.95) / quantile(limit, 0.95):.1f}", f"{cpu / limit_cpu:.1f}"),
        ],
    )  # fmt: skip


def _file(browser: Browser, pids: list[int], tmp: Path) -> None:
    path = f"/c/{CUSTOMER}/charges.csv?period={CYCLE}"
    walls, before, body = [], cpu_of(pids), b""
    for _ in range(5):
        start = time.perf_counter()
        status, body = browser.get(path)
        walls.append(time.perf_counter() - start)
        assert status == OK, (status, body[:300])
    cpu = (cpu_of(pids) - before) / 5
    files = _files(CYCLE)
    with duckdb.connect() as duck:
        duck.execute("SET threads=1")
        limit, limit_cpu = repeat(lambda: duck.execute(f"COPY (SELECT * FROM read_parquet({files})) TO '{tmp}/o.csv' (HEADER)"), 5)  # fmt: skip
        rows = duck.execute(f"SELECT count(*) FROM read_parquet({files})").fetchone()
    n = rows[0] if rows else 0
    assert body.count(b"\r\n") == n + 1, (body.count(b"\r\n"), n)
    columns = body.partition(b"\r")[0].count(b",") + 1
    table(
        f"B4: CSV of the {n:,} lines, {columns} columns, {len(body) / 1e6:.0f} MB, through HTTP, hashed and remembered",
        [
            ("what", "best s", "rows/s", "CPU s"),
            ("limit: DuckDB COPY, one thread, unguarded", f"{min(limit):.2f}", f"{n / min(limit):,.0f}", f"{limit_cpu:.2f}"),
            ("**ours**", f"**{min(walls):.2f}**", f"{n / min(walls):,.0f}", f"{cpu:.2f}"),
            ("ratio", f"{min(walls) / min(limit):.1f}", "", f"{cpu / limit_cpu:.1f}"),
        ],
    )  # fmt: skip


def _truth(folder: Path, query: str) -> str:
    """The List total of what is asked, from the simulator's truth, as the page writes it."""
    with (folder / "truth.json").open() as file:
        cells = json.load(file)["cells"]
    total = sum(
        (
            Decimal(c["list"])
            for c in cells
            if c["customer"] == CUSTOMER
            and (c["cycle"] == CYCLE if "by=service" in query else "2026-08-02" <= c["day"] <= "2026-10-31")
        ),
        Decimal(0),
    )
    return f"{total:,.2f}"


def _files(cycle: str) -> list[str]:
    """The newest published files of the customer."""
    return sorted(str(p) for p in Path(open_home().lake).glob(f"charges/{CUSTOMER}/{cycle}/*.parquet"))
