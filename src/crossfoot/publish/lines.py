"""The lines of an edition: the priced lines, the rounding of a closed month, and what a month says as one hash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

import duckdb

from crossfoot.core.ids import sha256_hex
from crossfoot.core.money import round_minor
from crossfoot.core.period import end_day
from crossfoot.ingest.engine import insert
from crossfoot.ingest.normalise import IDENTITY
from crossfoot.lake.schema import BUY, CHARGES, DAILY_KEYS, NOT_CONTENT

ROUNDING_NAME = "InvoiceRounding"


EMPTY = "0:0"


@dataclass(frozen=True)
class Month:
    """A customer's month as staged; without anything more said, one that has lost all its lines."""

    customer: str
    rows: int = 0
    days: tuple[str, ...] = ()
    content: str = EMPTY
    buy_content: str = EMPTY
    days_by_account: Mapping[str, Sequence[str]] = field(default_factory=dict)


def make_lines(bench: duckdb.DuckDBPyConnection, cycle: str, customers: set[str], finals: set[str]) -> None:
    """Build `edition_lines`, what is published of the customers that may be published."""
    bench.execute("CREATE TABLE ready (customer_id VARCHAR)")
    insert(bench, "ready", [[c] for c in sorted(customers)])
    bench.execute("CREATE TABLE roundings AS SELECT * FROM priced WHERE false")
    rows = _roundings(bench, cycle, finals & customers)
    if rows:
        names, marks = ", ".join(rows[0]), ", ".join("?" * len(rows[0]))
        bench.executemany(
            f"INSERT INTO roundings ({names}, tags) VALUES ({marks}, MAP {{}}::MAP(VARCHAR, VARCHAR))",
            [list(row.values()) for row in rows],
        )
    bench.execute(
        "CREATE VIEW edition_lines AS SELECT * FROM priced WHERE customer_id IN (FROM ready) "
        "UNION ALL BY NAME SELECT * FROM roundings"
    )


def _roundings(bench: duckdb.DuckDBPyConnection, cycle: str, finals: set[str]) -> list[dict[str, object]]:
    """R3 (c): one Adjustment per customer and tax group, so that the closed month equals its payable base."""
    sums = bench.execute(
        "SELECT customer_id, currency, CAST(sum(billed_cost) AS DECIMAL(38,8)) FROM priced GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    return [
        {
            "charge_key": sha256_hex(f"{ROUNDING_NAME}\x1f{customer}\x1f{cycle}\x1f{currency}".encode()),
            "customer_id": customer,
            "cycle": cycle,
            "bill_date": end_day(cycle) - timedelta(days=1),
            "charge_category": "Adjustment",
            "charge_frequency": "One-Time",
            "charge_description": ROUNDING_NAME,
            "currency": currency,
            "list_cost": Decimal(0),
            "billed_cost": round_minor(exact, currency) - exact,
        }
        for customer, currency, exact in sums
        if customer in finals and exact != round_minor(exact, currency)
    ]


def list_months(bench: duckdb.DuckDBPyConnection) -> dict[str, Month]:
    """What each customer's staged month holds. The order of lines does not matter to `content`; repeats do."""
    says, buy_says = (_says(set(columns) - NOT_CONTENT - set(IDENTITY)) for columns in (CHARGES, BUY))
    found = bench.execute(
        f"SELECT customer_id, account_id, count(*), sum({says}), sum({buy_says}), "
        "list(DISTINCT CAST(bill_date AS VARCHAR) ORDER BY CAST(bill_date AS VARCHAR)) "
        "FROM edition_lines GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    return {
        customer: _month(customer, [parts for _, *parts in group]) for customer, group in groupby(found, itemgetter(0))
    }


def _month(customer: str, accounts: list[list[Any]]) -> Month:
    """Our own rounding stands beside the accounts, in none of them: it is no day of Huawei's and nothing to pay."""
    of_huawei = [part for part in accounts if part[0] is not None]
    rows, says = (sum(part[i] for part in accounts) for i in (1, 2))
    buy_rows, buy_says = (sum(part[i] for part in of_huawei) for i in (1, 3))
    return Month(
        customer=customer,
        rows=rows,
        days=tuple(sorted({day for part in accounts for day in part[4]})),
        content=f"{rows}:{says}",
        buy_content=f"{buy_rows}:{buy_says}",
        days_by_account={part[0]: part[4] for part in of_huawei},
    )


def _says(columns: set[str]) -> str:
    """A number for what a line says. The charge key stands for the columns that it is made of."""
    texts = ", ".join(f"coalesce(CAST({c} AS VARCHAR), chr(0))" for c in sorted(columns))
    return f"CAST(md5_number_lower(concat_ws(chr(31), {texts})) AS HUGEINT)"


@dataclass(frozen=True)
class Sums:
    """Exact sums of one service and charge category of a customer's month."""

    service: str
    charge_category: str
    currency: str
    rows: int
    list_cost: Decimal
    billed_cost: Decimal


def list_totals(bench: duckdb.DuckDBPyConnection) -> dict[str, tuple[Sums, ...]]:
    """The totals of every customer's month, in one pass."""
    found = bench.execute(
        "SELECT customer_id, coalesce(service_name, ''), coalesce(charge_category, ''), currency, count(*), "
        "sum(list_cost), CAST(sum(billed_cost) AS DECIMAL(38,8)) FROM edition_lines GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    ).fetchall()
    return {c: tuple(Sums(*values) for _, *values in group) for c, group in groupby(found, itemgetter(0))}


def list_buy_totals(bench: duckdb.DuckDBPyConnection) -> dict[str, dict[str, dict[str, object]]]:
    """What is known to be paid for every customer's month by currency, and of how many lines it is not known."""
    found = bench.execute(
        "SELECT customer_id, currency, CAST(coalesce(sum(settlement_amount), 0) AS VARCHAR), "
        "count(*) FILTER (WHERE settlement_amount IS NULL) FROM edition_lines WHERE account_id IS NOT NULL "
        "GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    return {
        customer: {currency: {"settlement_amount": amount, "unknown": lines} for _, currency, amount, lines in group}
        for customer, group in groupby(found, itemgetter(0))
    }


def select_lines(customer: str, day: str = "") -> str:
    """The charges of a customer's month, or of one bill date of it, in the order in which they are kept."""
    one_day = f" AND bill_date = DATE '{day}'" if day else ""
    return (
        f"SELECT {', '.join(CHARGES)} FROM edition_lines WHERE customer_id = '{customer}'{one_day} "
        "ORDER BY bill_date, charge_key"
    )


def select_daily(customer: str) -> str:
    """The daily rollup of a customer's month."""
    keys = ", ".join(DAILY_KEYS)
    return (
        f"SELECT {keys}, count(*) AS rows, CAST(sum(list_cost) AS DECIMAL(38,8)) AS list_cost, "
        f"CAST(sum(billed_cost) AS DECIMAL(38,8)) AS billed_cost FROM edition_lines "
        f"WHERE customer_id = '{customer}' GROUP BY ALL ORDER BY ALL"
    )


def select_buy(customer: str) -> str:
    """What the reseller pays for a customer's month: lines of the source only, never our own rounding."""
    return f"SELECT {', '.join(BUY)} FROM edition_lines WHERE customer_id = '{customer}' AND account_id IS NOT NULL"
