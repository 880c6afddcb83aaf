"""B5: a PDF of 2,000 rows with its chart, beside the same table given to typst with nothing of ours around it. A process of its own."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
from django.conf import settings

from bench.measure import cost
from bench.measure import table as print_table
from crossfoot.core.roles import Role
from crossfoot.render.chart import render_chart
from crossfoot.render.glyphs import font_folders
from crossfoot.render.paper import Paper
from crossfoot.render.pdf import render_pdf
from crossfoot.reports.cost import USAGE_TO_COST
from crossfoot.reports.question import ask
from crossfoot.reports.table import EditionMeta, Meta, Table, TableColumn

ROWS, TIMES = 2000, 3
PAPER = Paper(brand="Crossfoot", customer="Bench (C0001)", verify_at="https://portal.example/verify")
RAW = """
import json, sys, typst
order = json.load(sys.stdin)
source = b'''#set document(title: "x")
#set text(font: ("Noto Sans", "Noto Sans SC"), size: 8pt)
#let d = json(bytes(sys.inputs.d))
#table(columns: d.first().len(), table.header(..d.first()), ..d.slice(1).flatten())'''
fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=order["fonts"])
made = typst.compile(source, font_paths=fonts, format="pdf", sys_inputs={"d": json.dumps(order["cells"])},
                     pdf_standards=["ua-1", "a-2a"], timestamp=0)
sys.stdout.buffer.write(made)
"""


def paper() -> None:
    """Time both, as child processes, start and all."""
    answer = _answer()
    cells = [[c.label for c in answer.columns], *([row[c.key] for c in answer.columns] for row in answer.rows())]
    order = json.dumps({"cells": cells, "fonts": [str(folder) for folder in font_folders()]}).encode()

    def raw() -> bytes:
        return subprocess.run([sys.executable, "-c", RAW], input=order, capture_output=True, check=True).stdout

    limit, limit_cpu, limit_size = _timed(raw)
    ours, ours_cpu, size = _timed(lambda: render_pdf(answer, PAPER, render_chart(answer)))
    print_table(
        f"B5: PDF of {ROWS:,} rows with its chart",
        [
            ("what", "best s", "CPU s", "MB"),
            ("limit: typst, the table alone", f"{limit:.2f}", f"{limit_cpu:.2f}", f"{limit_size / 1e6:.1f}"),
            ("**ours** (bar 1.3 ×)", f"**{ours:.2f}**", f"{ours_cpu:.2f}", f"{size / 1e6:.1f}"),
            ("ratio", f"{ours / limit:.2f}", f"{ours_cpu / limit_cpu:.2f}", ""),
        ],
    )


def _timed(make: Callable[[], bytes]) -> tuple[float, float, int]:
    """The best wall and CPU seconds, the child's with ours, and how many bytes were made."""
    found, size = [], 0
    for _ in range(TIMES):
        with cost() as one:
            size = len(make())
        found.append(one)
    return min(one.wall for one in found), min(one.cpu for one in found), size


def _answer() -> Table:
    question = ask(USAGE_TO_COST, Role.CUSTOMER_FINANCE, period="2026-10", by=["resource"])
    meant = (question.by[0], *USAGE_TO_COST.measures[:2])
    columns = tuple(TableColumn(key=c.key, label=c.label, kind=c.kind, help=c.help) for c in meant)
    rows = [
        {"currency": "USD", "resource": f"ecs-prod-{i:032x}", "list_cost": f"{i}.50", "billed_cost": f"{i}.25"}
        for i in range(ROWS)
    ]
    total = {c.key: str(sum(Decimal(row[c.key]) for row in rows)) for c in USAGE_TO_COST.measures[:2]}
    batch = pa.RecordBatch.from_pylist(rows)
    published = datetime(2026, 11, 5, 4, 4, tzinfo=UTC)
    edition = EditionMeta(cycle="2026-10", edition=1, status="final", published_at=published)
    return Table(
        report=USAGE_TO_COST,
        question=question,
        columns=columns,
        batches=lambda: iter([batch]),
        totals=({"currency": "USD", **total},),
        meta=Meta(editions=(edition,), data_through=published, row_count=ROWS),
    )


if __name__ == "__main__":
    settings.configure(USE_I18N=False)  # English, without a home
    paper()
