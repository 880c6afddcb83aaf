"""B5: an XLSX of 100,000 rows by 10 columns, beside a writer in Rust where that is installed, else xlsxwriter alone.

A process of its own. The others are given ready values (floats for figures, as they want them); ours starts from the Table.
"""

import importlib.util
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter
from django.conf import settings

from bench.measure import cost
from bench.measure import table as print_table
from crossfoot.core.roles import Role
from crossfoot.render.xlsx import render_xlsx
from crossfoot.reports.cost import CHARGES
from crossfoot.reports.question import ask
from crossfoot.reports.spec import Kind
from crossfoot.reports.table import Meta, Table, TableColumn

ROWS, BATCH, TIMES = 100_000, 20_000, 3
RUST = "rustpy_xlsxwriter"
KEYS = {
    "bill_date",
    "service",
    "description",
    "resource_name",
    "quantity",
    "unit",
    "list_cost",
    "billed_cost",
    "trade_at",
}


def workbook(folder: Path) -> None:
    """Time both, one after the other."""
    answer = _answer()
    records = [{key: _value(key, text) for key, text in row.items()} for row in answer.rows()]
    path = folder / "bench.xlsx"

    def ours() -> None:
        with path.open("w+b") as out:
            render_xlsx(answer, out)

    name, other = _other(records, path)
    limit, limit_cpu, limit_size = _timed(other, path)
    wall, cpu, size = _timed(ours, path)
    print_table(
        f"B5: XLSX of {ROWS:,} rows by {len(KEYS) + 1} columns",
        [
            ("what", "best s", "CPU s", "MB"),
            (name, f"{limit:.2f}", f"{limit_cpu:.2f}", f"{limit_size / 1e6:.1f}"),
            ("**ours** (bar 1.3 × the writer in Rust)", f"**{wall:.2f}**", f"{cpu:.2f}", f"{size / 1e6:.1f}"),
            ("ratio", f"{wall / limit:.2f}", f"{cpu / limit_cpu:.2f}", ""),
        ],
    )


def _other(records: list[dict[str, Any]], path: Path) -> tuple[str, Callable[[], None]]:
    if importlib.util.find_spec(RUST):
        rust = importlib.import_module(RUST)
        return "limit: rustpy-xlsxwriter, values ready", lambda: rust.write_worksheet(records, str(path))
    return "xlsxwriter, a cell at a time, values ready", lambda: _by_xlsxwriter(records, path)


def _by_xlsxwriter(records: list[dict[str, Any]], path: Path) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    for number, record in enumerate(records):
        sheet.write_row(number, 0, record.values())
    book.close()


def _timed(act: Callable[[], None], path: Path) -> tuple[float, float, int]:
    found = []
    for _ in range(TIMES):
        with cost() as one:
            act()
        found.append(one)
    best = min(found, key=lambda one: one.cpu)
    return min(one.wall for one in found), best.cpu, path.stat().st_size


def _answer() -> Table:
    columns = tuple(
        TableColumn(key=c.key, label=c.label, kind=c.kind, help=c.help) for c in CHARGES.lines if c.key in KEYS
    )
    batches = list(_batches(columns))
    return Table(
        report=CHARGES,
        question=ask(CHARGES, Role.CUSTOMER_FINANCE, period="2026-10"),
        columns=columns,
        batches=lambda: iter(batches),
        totals=(),
        meta=Meta(editions=(), data_through=None, row_count=ROWS),
    )


def _batches(columns: tuple[TableColumn, ...]) -> Iterator[pa.RecordBatch]:
    for start in range(0, ROWS, BATCH):
        numbers = range(start, start + BATCH)
        cells = {"currency": ["USD"] * BATCH} | {c.key: [_text(c, n) for n in numbers] for c in columns}
        yield pa.RecordBatch.from_pydict({key: pa.array(texts, pa.string()) for key, texts in cells.items()})


def _text(column: TableColumn, n: int) -> str:
    day = f"2026-10-{1 + n % 31:02d}"
    if column.kind is Kind.DATE:
        return day
    if column.kind is Kind.INSTANT:
        return f"{day}T{n % 24:02d}:{n % 60:02d}:00Z"
    if column.kind is Kind.MONEY:
        return f"{n * 37 % 10_007}.{n * 7919 % 10**8:08d}"
    return f"{n % 97}.{n % 10}" if column.kind is Kind.QUANTITY else f"{column.key} number {n % 977}"


def _value(key: str, text: str | None) -> object:
    return float(text or "0") if key in {"quantity", "list_cost", "billed_cost"} else text


if __name__ == "__main__":
    settings.configure(USE_I18N=False)
    with tempfile.TemporaryDirectory(prefix="crossfoot-bench-") as name:
        workbook(Path(name))
