"""Reads the parts of a bill into `lines`, part by part, so that a large bill needs the memory of one part.

Leaves behind in the workbench: `lines` (typed), `refused` (accounts with unreadable cells), `refused_slices` (the cycles
of those accounts) and `raw_totals`, the control totals taken from the text, against which the stored charges are held.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

import duckdb

from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.ingest.changed import find_changed
from crossfoot.ingest.engine import insert, quote
from crossfoot.ingest.normalise import find_bad_cells, normalise_lines, raw_columns
from crossfoot.lake.schema import CENT8
from crossfoot.runtime.outage import find_outage
from crossfoot.sources.bill import BadBill, BillFile, Part, refusal
from crossfoot.sources.layout import Layout, column

MAX_LINE = 2**20
PARTS_AT_ONCE = 4


def load_parts(bench: duckdb.DuckDBPyConnection, parts: list[Part], bill: BillFile) -> list[Finding]:
    """Load every part.

    Raises:
        BadBill: a part is not what its name says, or lines name no account.
    """
    bench.execute("CREATE TABLE refused (account_id VARCHAR)")
    bench.execute("CREATE TABLE refused_slices (account_id VARCHAR, cycle VARCHAR)")
    bench.execute(
        "CREATE TABLE part_totals (account_id VARCHAR, currency VARCHAR, rows HUGEINT, "
        "list_cost DECIMAL(38,8), amount DECIMAL(38,8), settlement_amount DECIMAL(38,8))"
    )
    findings: list[Finding] = []
    for name, number in Counter(part.name for part in parts).items():
        if number > 1:
            said = "The archive holds this part more than once, so its lines would count twice."
            raise BadBill(refusal(name, said, _fetch_again(parts[0].layout)))
    for layout, alike in _alike(parts):
        _read_parts(bench, layout, alike)
        findings += _look_at(bench, layout, bill)
        findings += normalise_lines(bench, layout)
        bench.execute(_PART_TOTALS.format(currency=quote(layout.currency)))
    _leave_out_refused(bench)
    findings += _unknown_columns(parts)
    return findings


def _fetch_again(layout: Layout) -> str:
    return f"Fetch the file from {layout.maker} again and ingest it."


def _alike(parts: list[Part]) -> Iterator[tuple[Layout, list[Part]]]:
    """Parts in a row with one layout, a few at a time: enough to keep all cores busy within bounded memory."""
    for layout, run in groupby(parts, key=lambda part: part.layout):
        alike = list(run)
        for start in range(0, len(alike), PARTS_AT_ONCE):
            yield layout, alike[start : start + PARTS_AT_ONCE]


def _read_parts(bench: duckdb.DuckDBPyConnection, layout: Layout, parts: list[Part]) -> None:
    paths = "[" + ", ".join(quote(str(p.path)) for p in parts) + "]"
    columns = [*raw_columns(layout), *(f"{sql} AS received_{key}" for key, sql in layout.changed)]
    try:
        bench.execute(
            f"CREATE OR REPLACE TABLE raw AS SELECT {', '.join(columns)}, list_position({paths}, filename) AS part "
            f"FROM {_parquet(layout, paths) if parts[0].is_parquet else _csv(layout, paths)}"
        )
    except duckdb.OutOfMemoryException as error:
        raise MemoryError from error
    except duckdb.Error as error:
        if find_outage(error):
            raise
        raise BadBill(_unreadable(parts, str(error))) from error
    # Lines stay in the order of the files, so the row ids of this fresh table number them. Were they ever not to, a
    # record number would point at a wrong line: so it is looked at, and not believed.
    first = bench.execute("SELECT part, min(rowid), max(rowid), count(*) FROM raw GROUP BY 1 ORDER BY 1").fetchall()
    if any(last - start + 1 != rows for _, start, last, rows in first):
        msg = f"the lines of {[p.name for p in parts]} were not read in order: {first}"
        raise AssertionError(msg)
    bench.execute("CREATE OR REPLACE TABLE parts (part INTEGER, line_file VARCHAR, first BIGINT)")
    insert(bench, "parts", [(part, parts[part - 1].name, start) for part, start, _, _ in first])


def _csv(layout: Layout, paths: str) -> str:
    columns = "{" + ", ".join(f"{quote(column(place))}: 'VARCHAR'" for place in range(layout.width)) + "}"
    nulls = "[" + ", ".join(quote(word) for word in layout.nulls) + "]"
    return (
        f"read_csv({paths}, columns={columns}, auto_detect=false, header=true, delim={quote(layout.delimiter)}, quote='\"', escape='\"', "
        f"strict_mode=true, encoding='utf-8', nullstr={nulls}, filename=true, max_line_size={MAX_LINE})"
    )


def _parquet(layout: Layout, paths: str) -> str:
    nothing = ", ".join(quote(word) for word in layout.nulls)
    cells = ", ".join(
        f"CASE WHEN {column(place)} NOT IN ({nothing}) THEN {column(place)} END AS {column(place)}"
        for place in range(layout.width)
    )
    read = (
        f"SELECT {', '.join(layout.read)}, filename FROM read_parquet({paths}, hive_partitioning=false, filename=true)"
    )
    return f"(SELECT {cells}, filename FROM ({read}))"


def _look_at(bench: duckdb.DuckDBPyConnection, layout: Layout, bill: BillFile) -> list[Finding]:
    findings = find_bad_cells(bench, bill.cycle, layout)
    for finding in findings:
        if finding.reach is Reach.FILE:
            raise BadBill(finding)
    for account in {f.account for f in findings}:
        bench.execute("INSERT INTO refused SELECT ? WHERE ? NOT IN (FROM refused)", [account, account])
    bench.execute(
        "INSERT INTO refused_slices SELECT DISTINCT customer_id, cycle FROM raw WHERE customer_id IN (FROM refused)"
    )
    return [*findings, *find_changed(bench, layout)]


# Taken from the text, not from the typed lines; a cell with more decimals was refused or rounded before. try_cast,
# because a refused account may hold what is no number.
_PART_TOTALS = f"""
INSERT INTO part_totals SELECT customer_id, coalesce(upper(currency), {{currency}}), count(*),
    sum(try_cast(official_amount AS {CENT8})), sum(try_cast(amount AS {CENT8})), sum(try_cast(settlement_amount AS {CENT8}))
FROM raw GROUP BY 1, 2"""


def _leave_out_refused(bench: duckdb.DuckDBPyConnection) -> None:
    """A later part may refuse an account whose earlier lines are in already; control totals without refused ones."""
    bench.execute(
        "INSERT INTO refused_slices SELECT DISTINCT account_id, cycle FROM lines WHERE account_id IN (FROM refused)"
    )
    bench.execute("DELETE FROM lines WHERE account_id IN (FROM refused)")
    bench.execute(
        "CREATE TABLE raw_totals AS SELECT currency, sum(rows) AS rows, sum(list_cost) AS list_cost, "
        "sum(amount) AS amount, sum(settlement_amount) AS settlement_amount FROM part_totals "
        "WHERE account_id NOT IN (FROM refused) GROUP BY 1"
    )


def _unknown_columns(parts: list[Part]) -> list[Finding]:
    names = sorted({name for part in parts for name in part.layout.unknown if name})
    return [
        Finding(
            check="columns",
            severity=Severity.NOTE,
            reach=Reach.FILE,
            file=parts[0].name,
            column=name[:120],
            message="Crossfoot does not know this column and did not read it; the landed file keeps it.",
            next_step="Nothing to do unless you need it.",
        )
        for name in names
    ]


def _unreadable(parts: list[Part], error: str) -> Finding:
    name = next((p.name for p in parts if str(p.path) in error), parts[0].name)
    reason = error.splitlines()[0][:200]
    width = parts[0].layout.width
    what = f"Parquet of {width} columns" if parts[0].is_parquet else f"a CSV file of {width} columns in UTF-8"
    return refusal(name, f"It is not {what} ({reason}).", _fetch_again(parts[0].layout))
