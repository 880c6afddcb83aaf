"""B6: bills to published editions, beside what the machine needs at least: the same CSV to Parquet, once, by DuckDB."""

import subprocess
import sys
import tarfile
from pathlib import Path

import duckdb

from bench.measure import Cost, cost, table

PASSWORD = "a long enough passphrase"
FINANCE = "dana@reseller.example"


def crossfoot(*words: str, stdin: str = "") -> str:
    """Run a command of ours, as a person would."""
    done = subprocess.run(
        [sys.executable, "-m", "crossfoot.cli.main", *words], input=stdin, text=True, capture_output=True, check=False
    )
    if done.returncode:
        sys.exit(f"crossfoot {' '.join(words)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def simulate(folder: Path, rows: int) -> None:
    """50 customers, 3 months."""
    with cost() as spent:
        crossfoot(
            "simulate", str(folder), "--customers", "50", "--months", "2026-08..2026-10", "--rows", str(rows),
            "--seed", "1",
        )  # fmt: skip
    table(
        f"Simulate {rows:,} final lines (and as many month-to-date lines)",
        [("rows/s", "CPU s", "wall s"), (f"{rows / spent.wall:,.0f}", f"{spent.cpu:.1f}", f"{spent.wall:.1f}")],
    )


def prepare(folder: Path) -> None:
    """Customers, a price book and somebody who approves it."""
    crossfoot("customers", "import", str(folder / "customers.csv"))
    crossfoot("prices", "import", str(folder / "prices.csv"))
    crossfoot("users", "add", FINANCE, "--role", "reseller-finance", "--password-stdin", stdin=PASSWORD)
    crossfoot("prices", "approve", "all", "--as", FINANCE)


def load(folder: Path, rows: int, tmp: Path) -> None:
    """Ingest and publish the final bills, and the limit in the same run."""
    limit = _limit(folder, tmp)
    with cost() as ingest:
        crossfoot("ingest", str(folder / "customerBill"))
    with cost() as publish:
        crossfoot("publish")
    ours = ingest.wall + publish.wall
    table(
        f"B6: bill CSV → normalised → priced → checked → published, {rows:,} rows",
        [
            ("what", "rows/s", "CPU s", "wall s", "share of the limit"),
            ("limit: DuckDB CSV → Parquet (zstd), typed by itself", f"{rows / limit.wall:,.0f}", f"{limit.cpu:.1f}", f"{limit.wall:.1f}", "1.00"),
            ("ingest", f"{rows / ingest.wall:,.0f}", f"{ingest.cpu:.1f}", f"{ingest.wall:.1f}", f"{limit.wall / ingest.wall:.2f}"),
            ("publish", f"{rows / publish.wall:,.0f}", f"{publish.cpu:.1f}", f"{publish.wall:.1f}", f"{limit.wall / publish.wall:.2f}"),
            ("**both**", f"**{rows / ours:,.0f}**", f"{ingest.cpu + publish.cpu:.1f}", f"{ours:.1f}", f"**{limit.wall / ours:.2f}** (bar 0.25)"),
        ],
    )  # fmt: skip


def _limit(folder: Path, tmp: Path) -> Cost:
    for bill in sorted((folder / "customerBill").glob("*.tar.gz")):
        with tarfile.open(bill) as tar:
            tar.extractall(tmp / "csv", filter="data")
    files = sorted(str(p) for p in (tmp / "csv").glob("*.csv"))
    with duckdb.connect() as duck, cost() as spent:
        duck.execute("SET threads=2")
        duck.execute("SET memory_limit='1200MB'")
        for cycle in sorted({Path(f).name[:19] for f in files}):
            parts = [f for f in files if Path(f).name.startswith(cycle)]
            duck.execute(
                f"COPY (SELECT * FROM read_csv({parts})) TO '{tmp}/{cycle}.parquet' (FORMAT parquet, COMPRESSION zstd)"
            )
    return spent
