"""Tables written by hand, for the renderers: no database, no lake."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from crossfoot.core.roles import Role
from crossfoot.reports import vocabulary as v
from crossfoot.reports.cost import CHARGES, USAGE_TO_COST
from crossfoot.reports.question import ask
from crossfoot.reports.table import EditionMeta, Meta, Table, TableColumn

END_OF_OCTOBER = datetime(2026, 10, 31, 16, tzinfo=UTC)  # midnight GMT+08:00
EDITION = EditionMeta(cycle="2026-10", edition=2, status="final", published_at=datetime(2026, 11, 5, 4, 4, tzinfo=UTC))

Row = Mapping[str, str | None]


def cost_table(  # noqa: PLR0913 - the parts of a Table, all by name
    rows: Sequence[Row],
    totals: Sequence[Row],
    *,
    by: Sequence[str] = ("service",),
    rounding: Sequence[Row] = (),
    subtotals: Sequence[Row] = (),
    measures: Sequence[Any] = (v.LIST_COST, v.BILLED_COST),
    period: str = "2026-10",
    through: datetime = END_OF_OCTOBER,
    batch_rows: int = 1000,
    **meta: Any,
) -> Table:
    """A grouped table of usage to cost."""
    question = ask(USAGE_TO_COST, Role.CUSTOMER_FINANCE, period=period, by=by)
    columns = [
        *(TableColumn(key=d.key, label=d.label, kind=d.kind, help=d.help, empty=d.empty) for d in question.by),
        *(TableColumn(key=m.key, label=m.label, kind=m.kind, help=m.help) for m in measures),
    ]
    return Table(
        report=USAGE_TO_COST,
        question=question,
        columns=tuple(columns),
        batches=lambda: iter(batches(rows, [c.key for c in columns], batch_rows)),
        totals=tuple(totals),
        rounding=tuple(rounding),
        subtotals=tuple(subtotals),
        meta=Meta(editions=(EDITION,), data_through=through, row_count=len(rows), **meta),
    )


def line_table(rows: Sequence[Row], batch_rows: int = 1000) -> Table:
    """A table of charges, with three of its columns."""
    chosen = [c for c in CHARGES.lines if c.key in {"description", "bill_date", "billed_cost"}]
    columns = tuple(TableColumn(key=c.key, label=c.label, kind=c.kind, help=c.help) for c in chosen)
    return Table(
        report=CHARGES,
        question=ask(CHARGES, Role.CUSTOMER_FINANCE, period="2026-10"),
        columns=columns,
        batches=lambda: iter(batches(rows, [c.key for c in columns], batch_rows)),
        totals=({"currency": "USD", "billed_cost": "0.00000000"},),
        meta=Meta(editions=(EDITION,), data_through=END_OF_OCTOBER, row_count=len(rows)),
    )


def batches(rows: Sequence[Row], keys: Sequence[str], size: int) -> list[pa.RecordBatch]:
    """The rows as Arrow batches, the currency first."""
    names = ["currency", *(key for key in keys if key != "currency")]
    return [
        pa.RecordBatch.from_arrays(
            [pa.array([row.get(name) for row in rows[start : start + size]], pa.string()) for name in names],
            names=names,
        )
        for start in range(0, max(len(rows), 1), size)
    ]


def usd(service: str | None, list_cost: str | None, billed_cost: str | None) -> Row:
    """A row in dollars."""
    return {"currency": "USD", "service": service, "list_cost": list_cost, "billed_cost": billed_cost}
