"""Reads the parts of a bill into `lines`, part by part, so that a large bill needs the memory of one part.

Leaves behind in the workbench: `lines` (typed), `refused` (accounts with unreadable cells), `refused_slices` (the cycles
of those accounts), `utc_slices` (the cycles of accounts whose days are cut in UTC) and `raw_totals`, the control totals
taken from the text, against which the stored charges are held.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

import duckdb

from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.ingest.changed import find_changed
from crossfoot.ingest.engine import insert, quote
from crossfoot.ingest.normalise import find_bad_cells, normalise_lines, raw_columns
from crossfoot.ingest.unreadable import explain_unreadable, fetch_again
from crossfoot.lake.schema import CENT8
from crossfoot.runtime.outage import find_outage
from crossfoot.sources.bill import BadBill, BillFile, Part, refusal, remark
from crossfoot.sources.columns import BY_KEY
from crossfoot.sources.encoding import MAX_LINE
from crossfoot.sources.layout import Layout, column

OUR_NAME = "crossfoot_part_of_the_bill"
PARTS_AT_ONCE, BYTES_AT_ONCE = 200, 512 * 2**20


def load_parts(bench: duckdb.DuckDBPyConnection, parts: list[Part], bill: BillFile) -> list[Finding]:
    """Load every part.

    Raises:
        BadBill: a part is not what its name says, or lines name no account.
    """
    bench.execute("CREATE TABLE refused (account_id VARCHAR)")
    bench.execute("CREATE TABLE utc_slices (account_id VARCHAR, cycle VARCHAR)")
    bench.execute("CREATE TABLE refused_slices (account_id VARCHAR, cycle VARCHAR)")
    bench.execute(
        "CREATE TABLE part_totals (account_id VARCHAR, currency VARCHAR, rows HUGEINT, "
        "list_cost DECIMAL(38,8), amount DECIMAL(38,8), settlement_amount DECIMAL(38,8))"
    )
    findings: list[Finding] = []
    for name, number in Counter(part.name for part in parts).items():
        if number > 1:
            said = "The archive holds this part more than once, so its lines would count twice."
            raise BadBill(refusal(name, said, fetch_again(parts[0].layout)))
    for layout, alike in _alike(parts):
        findings += _read_parts(bench, layout, alike)
        findings += _look_at(bench, layout, bill)
        findings += normalise_lines(bench, layout)
        bench.execute("INSERT INTO utc_slices SELECT DISTINCT customer_id, cycle FROM raw WHERE in_utc")
        bench.execute(_PART_TOTALS.format(currency=quote(layout.currency)))
    _leave_out_refused(bench)
    findings += _unknown_columns(parts)
    return findings


def _alike(parts: list[Part]) -> Iterator[tuple[Layout, list[Part]]]:
    """Parts in a row with one layout, some at a time: enough to keep all cores busy within bounded memory."""
    for layout, run in groupby(parts, key=lambda part: part.layout):
        some: list[Part] = []
        size = 0
        for part in run:
            size += part.path.stat().st_size
            if some and (len(some) == PARTS_AT_ONCE or size > BYTES_AT_ONCE):
                yield layout, some
                some, size = [], part.path.stat().st_size
            some.append(part)
        yield layout, some


def _read_parts(bench: duckdb.DuckDBPyConnection, layout: Layout, parts: list[Part]) -> list[Finding]:
    paths = "[" + ", ".join(quote(str(p.path)) for p in parts) + "]"
    columns = [
        *raw_columns(layout),
        f"{layout.in_utc} AS in_utc",
        *(f"{sql} AS received_{key}" for key, sql in layout.changed),
    ]
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
        raise BadBill(explain_unreadable(parts, str(error))) from error
    # Lines stay in the order of the files, so the row ids of this fresh table number them. Were they ever not to, a
    # record number would point at a wrong line: so it is looked at, and not believed.
    first = bench.execute("SELECT part, min(rowid), max(rowid), count(*) FROM raw GROUP BY 1 ORDER BY 1").fetchall()
    if any(last - start + 1 != rows for _, start, last, rows in first):
        msg = f"the lines of {[p.name for p in parts]} were not read in order: {first}"
        raise AssertionError(msg)
    bench.execute("CREATE OR REPLACE TABLE parts (part INTEGER, line_file VARCHAR, first BIGINT)")
    insert(bench, "parts", [(part, parts[part - 1].name, start) for part, start, _, _ in first])
    if parts[0].is_parquet:
        _refuse_nul(bench, layout)
    there = {part for part, *_ in first}
    said, step = "It has a header and no line.", "Fetch it again if something was used."
    return [remark(p.name, "empty", said, step) for number, p in enumerate(parts, 1) if number not in there]


def _refuse_nul(bench: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Text in Parquet may hold a NUL, which no database of text takes; in a CSV it was refused before."""
    keys = sorted(layout.keys)
    counts = bench.execute(
        "SELECT " + ", ".join(f"count(*) FILTER (WHERE contains({key}, chr(0)))" for key in keys) + " FROM raw"
    ).fetchone()
    for key, count in zip(keys, counts or (), strict=True):
        if count:
            row = bench.execute(
                f"SELECT arg_min(line_file, raw.rowid), arg_min(raw.rowid - first, raw.rowid) + 1 "
                f"FROM raw JOIN parts USING (part) WHERE contains({key}, chr(0))"
            ).fetchone()
            file, record = row or ("", None)
            found = refusal(file, "The cell holds a NUL byte, which is no text.", fetch_again(layout))
            column = layout.name_of(key, BY_KEY[key].english)
            raise BadBill(replace(found, record=record, column=column, count=count))


def _csv(layout: Layout, paths: str) -> str:
    columns = "{" + ", ".join(f"{quote(column(place))}: 'VARCHAR'" for place in range(layout.width)) + "}"
    nulls = "[" + ", ".join(quote(word) for word in layout.nulls) + "]"
    return (
        f"read_csv({paths}, columns={columns}, auto_detect=false, header=true, delim={quote(layout.delimiter)}, quote='\"', escape='\"', "
        f"strict_mode=true, encoding='utf-8', nullstr={nulls}, filename=true, max_line_size={MAX_LINE})"
    )


def _parquet(layout: Layout, paths: str) -> str:
    nothing = ", ".join(quote(word) for word in layout.nulls)
    names = [name for name, _ in layout.read]
    cells = ", ".join(f"CASE WHEN {name} NOT IN ({nothing}) THEN {name} END AS {name}" for name in names)
    read = ", ".join(f"{sql} AS {name}" for name, sql in layout.read)
    # A file may have a column that is called `filename`: ours has a name that none bears.
    source = f"read_parquet({paths}, hive_partitioning=false, filename='{OUR_NAME}')"
    return f"(SELECT {cells}, filename FROM (SELECT {read}, {OUR_NAME} AS filename FROM {source}))"


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
