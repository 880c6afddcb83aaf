"""Reads the CSV parts of a bill into `lines`, part by part, so that a large bill needs the memory of one part.

Leaves behind in the workbench: `lines` (typed), `refused` (accounts with unreadable cells) and `raw_totals`, the
control totals taken from the text at full precision, against which the stored charges are held.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

import duckdb

from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.ingest.engine import insert, quote
from crossfoot.ingest.normalise import find_bad_cells, normalise_lines, raw_columns
from crossfoot.lake.schema import CENT8
from crossfoot.sources.columns import KEYS, Header
from crossfoot.sources.huawei_files import CHUNK, FROM_HUAWEI, BadBill, BillFile, Member

MAX_LINE = 2**20
PARTS_AT_ONCE = 4


def load_members(bench: duckdb.DuckDBPyConnection, members: list[Member], bill: BillFile) -> list[Finding]:
    """Load every part.

    Raises:
        BadBill: a part is not CSV, or lines name no account.
    """
    bench.execute("CREATE TABLE refused (account_id VARCHAR)")
    bench.execute(
        "CREATE TABLE part_totals (account_id VARCHAR, currency VARCHAR, rows HUGEINT, "
        "list_cost DECIMAL(38,8), amount DECIMAL(38,8), settlement_amount DECIMAL(38,8))"
    )
    findings: list[Finding] = []
    for name, number in Counter(m.name for m in members).items():
        if number > 1:
            raise BadBill(
                _bad_part(name, "The archive holds this part more than once, so its lines would count twice.")
            )
    for header, parts in _alike(members):
        _read_parts(bench, header, parts)
        findings += _look_at(bench, header, bill)
        normalise_lines(bench, header.currency)
        bench.execute(_PART_TOTALS.format(currency=quote(header.currency)))
    _leave_out_refused(bench)
    findings += _unknown_columns(members)
    return findings


def _alike(members: list[Member]) -> Iterator[tuple[Header, list[Member]]]:
    """Parts in a row with one header, a few at a time: enough to keep all cores busy within bounded memory."""
    for header, run in groupby(members, key=lambda m: m.header):
        parts = list(run)
        for start in range(0, len(parts), PARTS_AT_ONCE):
            yield header, parts[start : start + PARTS_AT_ONCE]


def _read_parts(bench: duckdb.DuckDBPyConnection, header: Header, parts: list[Member]) -> None:
    keys = [key or f"unknown_{i}" for i, key in enumerate(header.keys)]
    columns = "{" + ", ".join(f"{quote(k)}: 'VARCHAR'" for k in keys) + "}"
    paths = "[" + ", ".join(quote(str(p.path)) for p in parts) + "]"
    for part in parts:
        _refuse_nul(part)
    try:
        bench.execute(
            f"CREATE OR REPLACE TABLE raw AS SELECT {raw_columns(tuple(k for k in keys if k in KEYS))}, "
            f"list_position({paths}, filename) AS part FROM read_csv({paths}, columns={columns}, auto_detect=false, "
            f"header=true, delim=',', quote='\"', escape='\"', strict_mode=true, encoding='utf-8', filename=true, "
            f"max_line_size={MAX_LINE})"
        )
    except duckdb.Error as error:
        raise BadBill(_not_csv(parts, str(error))) from error
    # Lines stay in the order of the files, so the row ids of this fresh table number them. Were they ever not to, a
    # record number would point at a wrong line: so it is looked at, and not believed.
    first = bench.execute("SELECT part, min(rowid), max(rowid), count(*) FROM raw GROUP BY 1 ORDER BY 1").fetchall()
    if any(last - start + 1 != rows for _, start, last, rows in first):
        msg = f"the lines of {[p.name for p in parts]} were not read in order: {first}"
        raise AssertionError(msg)
    bench.execute("CREATE OR REPLACE TABLE parts (part INTEGER, line_file VARCHAR, first BIGINT)")
    insert(bench, "parts", [(part, parts[part - 1].name, start) for part, start, _, _ in first])


def _refuse_nul(part: Member) -> None:
    """A NUL is no text: the catalogue cannot hold one, and Huawei writes none."""
    with part.path.open("rb") as data:
        while chunk := data.read(CHUNK):
            if b"\0" in chunk:
                raise BadBill(_bad_part(part.name, f"Line {_line_of_nul(part)} holds a NUL byte, which is no text."))


def _line_of_nul(part: Member) -> int:
    line = 1
    with part.path.open("rb") as data:
        while (piece := data.readline(MAX_LINE)) and b"\0" not in piece:
            line += piece.endswith(b"\n")
    return line


def _look_at(bench: duckdb.DuckDBPyConnection, header: Header, bill: BillFile) -> list[Finding]:
    findings = find_bad_cells(bench, bill.cycle, header)
    for finding in findings:
        if finding.reach is Reach.FILE:
            raise BadBill(finding)
    for account in {f.account for f in findings}:
        bench.execute("INSERT INTO refused SELECT ? WHERE ? NOT IN (FROM refused)", [account, account])
    return findings


# Taken from the text, not from the typed lines; a cell with more decimals was refused before. try_cast, because a
# refused account may hold what is no number.
_PART_TOTALS = f"""
INSERT INTO part_totals SELECT customer_id, coalesce(upper(currency), {{currency}}), count(*),
    sum(try_cast(official_amount AS {CENT8})), sum(try_cast(amount AS {CENT8})), sum(try_cast(settlement_amount AS {CENT8}))
FROM raw GROUP BY 1, 2"""


def _leave_out_refused(bench: duckdb.DuckDBPyConnection) -> None:
    """A later part may refuse an account whose earlier lines are in already; control totals without refused ones."""
    bench.execute("DELETE FROM lines WHERE account_id IN (SELECT account_id FROM refused)")
    bench.execute(
        "CREATE TABLE raw_totals AS SELECT currency, sum(rows) AS rows, sum(list_cost) AS list_cost, "
        "sum(amount) AS amount, sum(settlement_amount) AS settlement_amount FROM part_totals "
        "WHERE account_id NOT IN (SELECT account_id FROM refused) GROUP BY 1"
    )


def _unknown_columns(members: list[Member]) -> list[Finding]:
    names = sorted({name for m in members for name in m.header.unknown if name})
    return [
        Finding(
            check="columns",
            severity=Severity.NOTE,
            reach=Reach.FILE,
            file=members[0].name,
            column=name,
            message="Crossfoot does not know this column and did not read it; the landed file keeps it.",
            next_step="Nothing to do unless you need it.",
        )
        for name in names
    ]


def _not_csv(parts: list[Member], error: str) -> Finding:
    name = next((p.name for p in parts if str(p.path) in error), parts[0].name)
    reason = error.splitlines()[0][:200]
    return _bad_part(name, f"It is not a CSV file of {len(parts[0].header.keys)} columns in UTF-8 ({reason}).")


def _bad_part(name: str, message: str) -> Finding:
    return Finding(
        check="csv", severity=Severity.BLOCK, reach=Reach.FILE, file=name, message=message, next_step=FROM_HUAWEI
    )
