"""Reads the CSV parts of a bill into `lines`, part by part, so that a large bill needs the memory of one part.

Leaves behind in the workbench: `lines` (typed), `refused` (accounts with unreadable cells) and `raw_totals`, the
control totals taken from the text at full precision, against which the stored charges are held.
"""

import duckdb

from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.ingest.engine import quote
from crossfoot.ingest.normalise import find_bad_cells, normalise_lines, raw_columns
from crossfoot.sources.columns import KEYS
from crossfoot.sources.huawei_files import BadBill, BillFile, Member

MAX_LINE = 2**20
FULL = "DECIMAL(38,18)"  # wider than any column, so nothing can be rounded on the way into a control total


def load_members(bench: duckdb.DuckDBPyConnection, members: list[Member], bill: BillFile) -> list[Finding]:
    """Load every part.

    Raises:
        BadBill: a part is not CSV, or lines name no account.
    """
    bench.execute("CREATE TABLE refused (account_id VARCHAR)")
    bench.execute(
        "CREATE TABLE part_totals (account_id VARCHAR, currency VARCHAR, rows HUGEINT, "
        f"list_cost {FULL}, amount {FULL}, settlement_amount {FULL})"
    )
    findings: list[Finding] = []
    for member in members:
        _read_part(bench, member)
        findings += _look_at(bench, member, bill)
        normalise_lines(bench, member.header.currency)
        bench.execute(_PART_TOTALS.format(currency=quote(member.header.currency)))
    _leave_out_refused(bench)
    findings += _unknown_columns(members)
    return findings


def _read_part(bench: duckdb.DuckDBPyConnection, member: Member) -> None:
    keys = [key or f"unknown_{i}" for i, key in enumerate(member.header.keys)]
    columns = "{" + ", ".join(f"{quote(k)}: 'VARCHAR'" for k in keys) + "}"
    present = tuple(k for k in keys if k in KEYS)
    try:
        bench.execute(
            f"CREATE OR REPLACE TABLE text_lines AS SELECT * FROM read_csv({quote(str(member.path))}, columns={columns}, "
            "auto_detect=false, header=true, delim=',', quote='\"', escape='\"', strict_mode=true, "
            f"encoding='utf-8', max_line_size={MAX_LINE})"
        )
    except duckdb.Error as error:
        raise BadBill(_not_csv(member, str(error))) from error
    # Lines are kept in the order of the file, so the row id of a fresh table counts them from 0.
    bench.execute(
        f"CREATE OR REPLACE TABLE raw AS SELECT {raw_columns(present)}, {quote(member.name)} AS line_file, "
        "rowid + 1 AS record FROM text_lines ORDER BY rowid"
    )
    bench.execute("DROP TABLE text_lines")


def _look_at(bench: duckdb.DuckDBPyConnection, member: Member, bill: BillFile) -> list[Finding]:
    findings = find_bad_cells(bench, bill.cycle, {k for k in member.header.keys if k})
    for finding in findings:
        if finding.reach is Reach.FILE:
            raise BadBill(finding)
    for account in {f.account for f in findings}:
        bench.execute("INSERT INTO refused SELECT ? WHERE ? NOT IN (FROM refused)", [account, account])
    return findings


# Taken from the text, not from the typed lines. try_cast, because refused accounts may hold what is no number.
_PART_TOTALS = f"""
INSERT INTO part_totals SELECT customer_id, coalesce(upper(currency), {{currency}}), count(*),
    sum(try_cast(official_amount AS {FULL})), sum(try_cast(amount AS {FULL})), sum(try_cast(settlement_amount AS {FULL}))
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


def _not_csv(member: Member, error: str) -> Finding:
    return Finding(
        check="csv",
        severity=Severity.BLOCK,
        reach=Reach.FILE,
        file=member.name,
        message=f"It is not a CSV file of {len(member.header.keys)} columns in UTF-8 ({error.splitlines()[0][:200]}).",
        next_step="Fetch the file from Huawei again and ingest it.",
    )
