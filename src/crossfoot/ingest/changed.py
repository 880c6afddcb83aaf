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

EXACT, SMALL = "DECIMAL(38,20)", "DECIMAL(38,25)"  # the second holds whatever may be written with an exponent
LEAST = Decimal(1).scaleb(-20)
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
    came, kept = f"try_cast(received_{key} AS {EXACT})", f"try_cast({key} AS {EXACT})"
    changed = f"regexp_full_match({key}, '{PATTERNS[holds]}') AND {_is_less(key, decimals)}"
    seen = _first(bench, key, changed, f"CAST(sum({came} - {kept}) AS VARCHAR)")
    if seen is None:
        return None
    moved = _moved(seen.word)
    said = f"More than {decimals} decimals, rounded half-up to {decimals}: as received, {moved}."
    return _note(layout, key, seen, said)


def _is_less(key: str, decimals: int) -> str:
    """True where a digit that is not zero was lost. Zeros behind the last decimal, and 1E-7 as it stands, lost nothing."""
    cell, small = f"received_{key}", f"try_cast(received_{key} AS {SMALL})"
    is_gone = f"{small} = 0 AND regexp_matches({cell}, '^-?[0.]*[1-9]')"
    return f"""CASE WHEN {cell} IS NULL THEN false
        WHEN regexp_matches({cell}, '[eE]') THEN {small} IS DISTINCT FROM try_cast({key} AS {SMALL}) OR {is_gone}
        ELSE regexp_matches({cell}, '[.][0-9]{{{decimals}}}[0-9]*[1-9]') END"""


def _moved(by: str | None) -> str:
    if by is None:
        return "the difference is beyond reckoning"
    moved = Decimal(by).normalize()
    return f"their sum differs by {plain(moved) if moved else f'less than {plain(LEAST)}'}"


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
