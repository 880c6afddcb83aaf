"""A staged cycle as the checks see it: the priced lines, and what they were made from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.core.period import end_day, first_day


@dataclass(frozen=True)
class SliceTotal:
    """What ingest counted for one account: rows and List by currency, as text with 8 decimals."""

    account: str
    customers: tuple[str, ...]
    file: str
    rows: int
    list_cost: tuple[tuple[str, str], ...]
    is_final: bool

    @property
    def exact(self) -> str:
        """What is accepted by whoever accepts that these lines are not charged."""
        return exact_slice(self.rows, self.list_cost)


def exact_slice(rows: int, list_cost: Iterable[tuple[str, str]]) -> str:
    """The lines of an account's month, told by their control totals."""
    return f"{rows} lines" + "".join(f", {currency} {amount}" for currency, amount in sorted(list_cost))


@dataclass(frozen=True)
class Refusal:
    """An account whose accepted file is at fault, or whose newest lines were refused at ingest because of a cell."""

    customers: tuple[str, ...]
    account: str
    file: str
    fault: str = ""
    cell: Finding | None = None

    @property
    def is_altered(self) -> bool:
        """True when what ingest stored is no longer what it stored."""
        return bool(self.fault)


@dataclass(frozen=True)
class Unmapped:
    """An account of the cycle that never belonged to anybody."""

    account: str
    file: str
    rows: int


@dataclass(frozen=True)
class Candidate:
    """One cycle of the customers whose inputs changed; `bench` holds `priced` and `owners`."""

    bench: duckdb.DuckDBPyConnection
    cycle: str
    currencies: dict[str, str]
    slices: tuple[SliceTotal, ...]
    refusals: tuple[Refusal, ...]
    unmapped: tuple[Unmapped, ...]
    finals: frozenset[str]
    days_before: dict[str, dict[str, frozenset[date]]]  # customer -> account -> what its last edition has
    is_closing: bool = False  # some account has its final bill, and so Huawei has closed the cycle
    left_out: frozenset[tuple[str, str]] = frozenset()  # customer, account: lines that finance accepted as not charged

    @property
    def customers(self) -> frozenset[str]:
        """The customers that are staged."""
        return frozenset(self.currencies)

    @property
    def start(self) -> date:
        """First date of the cycle."""
        return first_day(self.cycle)

    @property
    def end(self) -> date:
        """First date after the cycle."""
        return end_day(self.cycle)

    def find_lines(  # noqa: PLR0913 - the parts of a finding, by name
        self,
        check: str,
        where: str,
        *,
        message: str,
        next_step: str,
        column: str = "",
        value: str = "NULL",
        severity: Severity = Severity.BLOCK,
        reach: Reach = Reach.CUSTOMER_MONTH,
        exact: Sequence[str] = (),
    ) -> list[Finding]:
        """One finding per customer and value for the priced lines that meet a condition, naming the first record.

        `exact` are the columns of the lines that somebody who accepts the finding accepts.
        """
        says = f"concat_ws(chr(31), charge_key, {', '.join(exact)})"
        digest = f"sha256(string_agg({says}, chr(30) ORDER BY {says}))" if exact else "''"
        rows = self.bench.execute(
            f"SELECT coalesce(customer_id, ''), min(account_id), CAST({value} AS VARCHAR), count(*), "
            "arg_min(source_file, (source_file, source_record)), arg_min(source_record, (source_file, source_record)), "
            f"{digest} FROM priced WHERE {where} GROUP BY 1, 3 ORDER BY 1, 3"
        ).fetchall()
        return [
            Finding(
                check=check,
                severity=severity,
                reach=reach,
                customer=customer,
                account=account or "",
                cycle=self.cycle,
                file=file or "",
                record=record,
                column=column,
                value=seen or "",
                count=count,
                message=message,
                next_step=next_step,
                exact=told,
            )
            for customer, account, seen, count, file, record, told in rows
        ]
