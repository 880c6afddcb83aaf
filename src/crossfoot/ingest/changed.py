"""Findings on cells that are kept otherwise than they came: rounded amounts, words spelt in their own way, lost tags.

In: `raw`, whose columns `received_KEY` hold the cell as it came wherever it was changed. Nothing changes in silence: the
finding says how many cells, the first of them, and by how much their sum moved.
"""

from decimal import Decimal
from typing import NamedTuple

import duckdb

from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.core.money import plain
from crossfoot.ingest.normalise import PATTERNS
from crossfoot.sources.columns import BY_KEY, Holds
from crossfoot.sources.layout import Layout

EXACT = "DECIMAL(38,20)"
DECIMALS = {Holds.MONEY: 8, Holds.QUANTITY: 10, Holds.PRICE: 10}


class Seen(NamedTuple):
    """The first cell of a kind, how many there are, and one word about them all."""

    file: str
    record: int
    value: str
    cells: int
    word: str | None


def find_changed(bench: duckdb.DuckDBPyConnection, layout: Layout) -> list[Finding]:
    """One finding per column that has such cells."""
    found = [_find(bench, layout, key) for key, _ in layout.changed]
    return [finding for finding in found if finding]


def _find(bench: duckdb.DuckDBPyConnection, layout: Layout, key: str) -> Finding | None:
    holds = BY_KEY[key].holds
    decimals = DECIMALS.get(holds)
    if decimals is None:
        seen = _first(bench, key, f"received_{key} IS NOT NULL", f"any_value({key})")
        return _note(layout, key, seen, f"FOCUS spells it {seen.word}, and so it was read.") if seen else None
    # Zeros behind the last decimal, and small numbers written 1E-7, lost nothing.
    came, kept = f"try_cast(received_{key} AS {EXACT})", f"try_cast({key} AS {EXACT})"
    changed = f"received_{key} IS NOT NULL AND regexp_full_match({key}, '{PATTERNS[holds]}') AND {came} IS DISTINCT FROM {kept}"
    seen = _first(bench, key, changed, f"CAST(sum({came} - {kept}) AS VARCHAR)")
    if seen is None:
        return None
    moved = (
        f"their sum differs by {plain(Decimal(seen.word).normalize())}"
        if seen.word
        else "the difference is beyond reckoning"
    )
    said = f"More than {decimals} decimals, rounded half-up to {decimals}: as received, {moved}."
    return _note(layout, key, seen, said)


def _first(bench: duckdb.DuckDBPyConnection, key: str, where: str, word: str) -> Seen | None:
    row = bench.execute(
        f"SELECT arg_min(line_file, raw.rowid), arg_min(raw.rowid - first, raw.rowid) + 1, "
        f"arg_min(received_{key}, raw.rowid), count(*), {word} FROM raw JOIN parts USING (part) WHERE {where}"
    ).fetchone()
    return Seen(*row) if row and row[3] else None


def _note(layout: Layout, key: str, seen: Seen, message: str) -> Finding:
    return Finding(
        check="as-received",
        severity=Severity.NOTE,
        reach=Reach.FILE,
        file=seen.file,
        record=seen.record,
        column=layout.name_of(key, BY_KEY[key].english),
        value=seen.value[:120],
        count=seen.cells,
        message=message,
        next_step="Nothing to do; the landed file keeps the cell as it came.",
    )
