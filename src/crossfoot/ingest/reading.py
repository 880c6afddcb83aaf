"""Reads a bill's landed bytes into one Parquet file of charges, and says what was in it. No database, no Django.

Runs in a child process (child.py), because the bytes come from outside. In: one JSON order on standard input. Out: one
JSON answer on standard output, and `charges.parquet` in the folder of the order.
"""

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, timedelta, tzinfo
from pathlib import Path
from typing import Any

import duckdb

from crossfoot.core.clock import GMT8, instant
from crossfoot.core.finding import Finding, Reach, Severity, read_finding
from crossfoot.core.period import end_day, midnight
from crossfoot.ingest.engine import open_bench, parquet, quote
from crossfoot.ingest.load import load_parts
from crossfoot.ingest.normalise import keyed_lines
from crossfoot.sources.bill import BadBill, BillFile, Source, refusal
from crossfoot.sources.column_map import ColumnMap
from crossfoot.sources.open import open_bill
from crossfoot.sources.upload_files import guess_delimiter, read_headers

CHARGES_NAME = "charges.parquet"
REFUNDS = "('4', '20', '24')"
ROW_GROUP = 122_880
CYCLE = "2[01][0-9]{2}-(0[1-9]|1[0-2])"
MAX_SLICES = 100_000
CLOSING_DAY = 5  # Huawei's final bill is there by noon of the 5th (huawei.md, section 4)
STORED = "SELECT currency, count(*), sum(list_cost), sum(amount), sum(settlement_amount) FROM {} GROUP BY 1 ORDER BY 1"
READ = "SELECT currency, CAST(rows AS BIGINT), list_cost, amount, settlement_amount FROM raw_totals ORDER BY 1"
# A file is of one day for all its accounts, also for one that was idle on that day.
SLICES = f"""SELECT account_id, cycle, sum(n), bool_or(refunds), max(max(last_day)) OVER (PARTITION BY cycle),
    list((currency, CAST(list_cost AS VARCHAR)) ORDER BY currency), (account_id, cycle) IN (FROM utc_slices)
FROM (SELECT account_id, cycle, currency, count(*) AS n, sum(list_cost) AS list_cost, max(bill_date) AS last_day,
          bool_or(bill_type IN {REFUNDS}) AS refunds
      FROM lines GROUP BY ALL) GROUP BY 1, 2 ORDER BY 2, 1"""


@dataclass(frozen=True, kw_only=True)
class SliceRead:
    """One account's cycle as the bill carries it. `data_through` and `as_of` are text, as JSON has them."""

    account: str
    cycle: str
    rows: int = 0
    has_refunds: bool = False
    is_refused: bool = False
    is_final: bool = False
    as_of: str | None = None
    data_through: str = ""
    list_cost: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a bill says. Refused as a whole it has findings and nothing else."""

    is_accepted: bool
    findings: tuple[Finding, ...]
    slices: tuple[SliceRead, ...] = ()
    totals: dict[str, dict[str, str | None]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many lines were kept."""
        return sum(int(total["rows"] or 0) for total in self.totals.values())

    def as_json(self) -> dict[str, Any]:
        """The answer of the child."""
        return asdict(self) | {"findings": [finding.as_json() for finding in self.findings]}


def read_answer(body: dict[str, Any]) -> Reading:
    """A reading from the form in which `as_json` gives it."""
    return Reading(
        is_accepted=body["is_accepted"],
        findings=tuple(read_finding(found) for found in body["findings"]),
        slices=tuple(SliceRead(**part) for part in body["slices"]),
        totals=body["totals"],
    )


def read_bill(bill: BillFile, landed: Path, folder: Path) -> Reading:
    """Read a bill; whatever is wrong with it is a finding of the answer."""
    try:
        parts, findings = open_bill(bill.source, landed, bill.name, folder)
        with open_bench(folder) as bench:
            findings += load_parts(bench, parts, bill)
            return _keep(bench, bill, folder / CHARGES_NAME, findings)
    except BadBill as bad:
        return Reading(is_accepted=False, findings=(bad.finding,))


def _keep(bench: duckdb.DuckDBPyConnection, bill: BillFile, charges: Path, findings: Sequence[Finding]) -> Reading:
    bench.execute(
        f"COPY ({keyed_lines(bench)}) TO {quote(str(charges))} (FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE {ROW_GROUP})"
    )
    stored = bench.execute(STORED.format(parquet([charges]))).fetchall()
    read = bench.execute(READ).fetchall()
    if stored != read:
        raise BadBill(_differs(bill.name, stored, read))
    _refuse_many(bench, bill)
    slices = [_slice(bill, *row) for row in bench.execute(SLICES).fetchall()]
    refused = bench.execute("SELECT DISTINCT account_id, cycle FROM refused_slices ORDER BY 2, 1").fetchall()
    in_utc = set(bench.execute("FROM utc_slices").fetchall())
    slices += [_refused(bill, *one, _zone(is_utc=one in in_utc)) for one in _cycles(bill, refused)]
    return Reading(
        is_accepted=True,
        findings=tuple(findings),
        slices=tuple(slices),
        totals={row[0]: _total(*row[1:]) for row in stored},
    )


def _refuse_many(bench: duckdb.DuckDBPyConnection, bill: BillFile) -> None:
    row = bench.execute("SELECT count(*) FROM (SELECT DISTINCT account_id, cycle FROM lines)").fetchone()
    if row and row[0] > MAX_SLICES:
        said = f"It holds the months of {row[0]} accounts, of which one bill may have {MAX_SLICES}."
        raise BadBill(
            refusal(
                bill.name, said, "Look whether the column of the account holds accounts; if so, ask for smaller files."
            )
        )


def _slice(bill: BillFile, *row: Any) -> SliceRead:  # noqa: ANN401 - a row of SLICES
    account, cycle, rows, refunds, last_day, sums, is_utc = row
    is_final = _is_final(bill, cycle)
    end = end_day(cycle)
    through = end if is_final else min(last_day + timedelta(days=1), end, bill.as_of or end)
    return SliceRead(
        account=account,
        cycle=cycle,
        rows=int(rows),
        has_refunds=refunds,
        is_final=is_final,
        as_of=_day(bill.as_of if bill.cycle else through),
        data_through=instant(midnight(through, _zone(is_utc=is_utc))),
        list_cost=dict(sums),
    )


def _zone(*, is_utc: bool) -> tzinfo:
    return UTC if is_utc else GMT8


def _is_final(bill: BillFile, cycle: str) -> bool:
    """A Huawei file says so by its name, an upload by its map; else a month is closed once Huawei closes its own."""
    if bill.cycle or bill.is_final:
        return bill.is_final
    return bool(bill.as_of and bill.as_of > end_day(cycle) + timedelta(CLOSING_DAY - 1))


def _refused(bill: BillFile, account: str, cycle: str, zone: tzinfo) -> SliceRead:
    """The newest lines of an account were refused: nothing of them is in force, and the older ones are known to be old."""
    end = end_day(cycle)
    is_final = _is_final(bill, cycle)
    day = bill.as_of if bill.cycle else end if is_final else min(bill.as_of or end, end)
    return SliceRead(
        account=account,
        cycle=cycle,
        is_refused=True,
        is_final=is_final,
        as_of=_day(day),
        data_through=instant(midnight(min(bill.as_of or end, end), zone)),
    )


def _cycles(bill: BillFile, refused: Sequence[tuple[str, str | None]]) -> list[tuple[str, str]]:
    """The months of which lines were refused; a line of a Huawei file belongs to the month of the file."""
    if bill.cycle:
        return [(account, bill.cycle) for account in sorted({account for account, _ in refused})]
    return [(account, cycle) for account, cycle in refused if cycle and _is_cycle(cycle)]


def _is_cycle(text: str) -> bool:
    return re.fullmatch(CYCLE, text) is not None


def _day(day: date | None) -> str | None:
    return str(day) if day else None


def _total(rows: int, list_cost: object, amount: object, settlement: object) -> dict[str, str | None]:
    def text(value: object) -> str | None:
        return None if value is None else f"{value:f}"

    return {
        "rows": str(rows),
        "list_cost": text(list_cost),
        "amount": text(amount),
        "settlement_amount": text(settlement),
    }


def _differs(name: str, stored: list[tuple[object, ...]], read: list[tuple[object, ...]]) -> Finding:
    return Finding(
        check="control-totals",
        severity=Severity.BLOCK,
        reach=Reach.FILE,
        file=name,
        message=f"The stored charges ({stored}) do not add up to the file ({read}).",
        next_step="Nothing was accepted. Free some disk space and ingest the file again; if it stays, tell Crossfoot.",
    )


def order_of(bill: BillFile, landed: Path, folder: Path) -> dict[str, str | bool | None]:
    """What the child is told."""
    return {
        "source": bill.source,
        "name": bill.name,
        "cycle": bill.cycle,
        "is_final": bill.is_final,
        "as_of": _day(bill.as_of),
        "landed": str(landed),
        "folder": str(folder),
    }


def read_names(file: Path, name: str, folder: Path) -> dict[str, Any]:
    """What the columns of an uploaded file are called, and the delimiter that they stand between."""
    try:
        columns = ColumnMap(columns={}, delimiter=guess_delimiter(file))
        headers, _, delimiter, findings = read_headers(file, name, columns, folder)
    except BadBill as bad:
        return {"headers": [], "findings": [bad.finding.as_json()]}
    return {"headers": headers, "delimiter": delimiter, "findings": [finding.as_json() for finding in findings]}


def main() -> None:
    """Carry out one order: read a bill, or only the names of an upload's columns."""
    order = json.load(sys.stdin)
    if "file" in order:
        json.dump(read_names(Path(order["file"]), order["name"], Path(order["folder"])), sys.stdout)
        return
    landed, folder = Path(order["landed"]), Path(order["folder"])
    bill = BillFile(
        path=landed,
        name=order["name"],
        source=Source(order["source"]),
        cycle=order["cycle"],
        is_final=order["is_final"],
        as_of=date.fromisoformat(order["as_of"]) if order["as_of"] else None,
    )
    json.dump(read_bill(bill, landed, folder).as_json(), sys.stdout)


if __name__ == "__main__":
    main()
