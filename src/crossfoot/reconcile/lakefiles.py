"""Reads the sums of published files with Arrow: the same cells that are derived from the landed bytes.

This is the published side of the comparison. Nothing of the lake's own reader or writer is used.
"""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from crossfoot.reconcile.derive import KEYS, ZERO, Bought, Cell, Sums

OWNER = ("customer_id", "cycle")


def find_strangers(paths: Iterable[Path], customer: str, cycle: str) -> list[str]:
    """Whose lines, and of which cycle, the files hold beside this customer's month."""
    table = _read(paths, OWNER)
    found = {str(value) for name in OWNER for value in pc.unique(table[name]).to_pylist()}
    return sorted(found - {customer, cycle})


def read_cells(paths: Iterable[Path]) -> dict[Cell, Sums]:
    """The cells of the lines of a month."""
    lines = _read(paths, (*KEYS, "list_cost", "billed_cost"))
    sums = lines.group_by(list(KEYS)).aggregate([([], "count_all"), ("list_cost", "sum"), ("billed_cost", "sum")])
    return _cells(sums, ("count_all", "list_cost_sum", "billed_cost_sum"))


def read_rollup(paths: Iterable[Path]) -> dict[Cell, Sums]:
    """The cells of the daily rollup of a month."""
    names = ("rows", "list_cost", "billed_cost")
    # The rollup also goes by names (of the account, the region, the project), which are no figures.
    sums = _read(paths, (*KEYS, *names)).group_by(list(KEYS)).aggregate([(name, "sum") for name in names])
    return _cells(sums, tuple(f"{name}_sum" for name in names))


def read_bought(paths: Iterable[Path]) -> dict[str, Bought]:
    """What the reseller owes for a month, by currency."""
    known = [([], "count_all"), ("settlement_amount", "sum"), ("settlement_amount", "count")]
    sums = _read(paths, ("currency", "settlement_amount")).group_by("currency").aggregate(known)
    columns = ("currency", "count_all", "settlement_amount_sum", "settlement_amount_count")
    found = zip(*(sums[name].to_pylist() for name in columns), strict=True)
    return {currency: Bought(settlement or ZERO, rows - count) for currency, rows, settlement, count in found}


def _read(paths: Iterable[Path], columns: tuple[str, ...]) -> pa.Table:
    return pa.concat_tables(parquet.ParquetFile(path).read(columns=list(columns)) for path in paths)


def _cells(sums: pa.Table, names: tuple[str, ...]) -> dict[Cell, Sums]:
    days = pc.cast(sums["bill_date"], pa.string())
    keys = zip(*((days if key == "bill_date" else sums[key]).to_pylist() for key in KEYS), strict=True)
    values = zip(*(sums[name].to_pylist() for name in names), strict=True)
    return {Cell(*key): Sums(*value) for key, value in zip(keys, values, strict=True)}
