"""The lines of an edition: the priced lines, the rounding of a closed month, and what they add up to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

import duckdb
import pyarrow as pa

from crossfoot.core.ids import sha256_hex
from crossfoot.core.money import round_minor
from crossfoot.core.period import end_day
from crossfoot.ingest.engine import insert, quote
from crossfoot.lake.schema import DAILY_KEYS

ROUNDING_NAME = "InvoiceRounding"


@dataclass(frozen=True)
class Month:
    """A customer's month as staged; without anything more said, one that has lost all its lines."""

    customer: str
    rows: int = 0
    days: tuple[str, ...] = ()
    days_by_account: Mapping[str, Sequence[str]] = field(default_factory=dict)


def make_lines(bench: duckdb.DuckDBPyConnection, cycle: str, customers: set[str], finals: set[str]) -> None:
    """Build `edition_lines`, what is published of the customers that may be published."""
    bench.execute("CREATE TABLE ready (customer_id VARCHAR)")
    insert(bench, "ready", [[c] for c in sorted(customers)])
    bench.execute("CREATE TABLE roundings AS SELECT * FROM priced WHERE false")
    rows = _roundings(bench, cycle, finals & customers)
    if rows:
        bench.register("rounded", pa.Table.from_pylist(rows))
        bench.execute("INSERT INTO roundings BY NAME SELECT *, MAP {}::MAP(VARCHAR, VARCHAR) AS tags FROM rounded")
        bench.unregister("rounded")
    bench.execute(
        "CREATE VIEW edition_lines AS SELECT * FROM priced WHERE customer_id IN (FROM ready) "
        "UNION ALL BY NAME SELECT * FROM roundings"
    )


def _roundings(bench: duckdb.DuckDBPyConnection, cycle: str, finals: set[str]) -> list[dict[str, object]]:
    """R3 (c): one Adjustment per customer and tax group, so that the closed month equals its payable base."""
    last = end_day(cycle) - timedelta(days=1)
    sums = bench.execute(
        "SELECT customer_id, currency, CAST(sum(billed_cost) AS DECIMAL(38,8)), any_value(s.shelf) "
        f"FROM priced JOIN shelves s USING (customer_id) WHERE s.bill_date = DATE '{last}' GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    return [
        {
            "charge_key": sha256_hex(f"{ROUNDING_NAME}\x1f{customer}\x1f{cycle}\x1f{currency}".encode()),
            "customer_id": customer,
            "cycle": cycle,
            "bill_date": last,
            "charge_category": "Adjustment",
            "charge_frequency": "One-Time",
            "charge_description": ROUNDING_NAME,
            "currency": currency,
            "list_cost": Decimal(0),
            "billed_cost": round_minor(exact, currency) - exact,
            "shelf": shelf,
        }
        for customer, currency, exact, shelf in sums
        if customer in finals and exact != round_minor(exact, currency)
    ]


def list_months(bench: duckdb.DuckDBPyConnection) -> dict[str, Month]:
    """What each customer's staged month holds."""
    found = bench.execute(
        "SELECT customer_id, account_id, count(*), "
        "list(DISTINCT CAST(bill_date AS VARCHAR) ORDER BY CAST(bill_date AS VARCHAR)) "
        "FROM edition_lines GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    return {
        customer: _month(customer, [parts for _, *parts in group]) for customer, group in groupby(found, itemgetter(0))
    }


def _month(customer: str, accounts: list[list[Any]]) -> Month:
    """Our own rounding stands beside the accounts, in none of them: it is no day of Huawei's."""
    return Month(
        customer=customer,
        rows=sum(rows for _, rows, _ in accounts),
        days=tuple(sorted({day for _, _, days in accounts for day in days})),
        days_by_account={account: days for account, _, days in accounts if account is not None},
    )


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


def read_daily(bench: duckdb.DuckDBPyConnection, customers: Iterable[str]) -> pa.Table:
    """The daily rollup of the customers' month, customer by customer."""
    keys, names = ", ".join(DAILY_KEYS), ", ".join(quote(c) for c in customers) or "''"
    return bench.execute(
        f"SELECT {keys}, count(*) AS rows, CAST(sum(list_cost) AS DECIMAL(38,8)) AS list_cost, "
        f"CAST(sum(billed_cost) AS DECIMAL(38,8)) AS billed_cost FROM edition_lines "
        f"WHERE customer_id IN ({names}) GROUP BY ALL ORDER BY ALL"
    ).to_arrow_table()
