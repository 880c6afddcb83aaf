"""Stages a cycle in a workbench: lines in force -> owner -> price. Nothing here is visible to anybody yet.

Leaves `priced`: every line of the changed customers with all columns of the lake, what belongs to Buy, and what
checks need (record_id, is_original_known). A line's owner is decided by its bill date; a refund follows its original.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from crossfoot.checks.candidate import Candidate, Refusal, SliceTotal, Unmapped
from crossfoot.ingest.accept import charges_path
from crossfoot.ingest.current import Current
from crossfoot.ingest.engine import insert, parquet, quote
from crossfoot.lake.schema import BUY, CHARGES
from crossfoot.pricing.compile import BILLED_COST, CHARGE_CATEGORY, FACTORS, JOIN, load_rules
from crossfoot.publish import services
from crossfoot.publish.acceptances import Choices
from crossfoot.publish.inputs import Inputs
from crossfoot.publish.shelves import shelve
from crossfoot.runtime.files import sha256_file
from crossfoot.runtime.home import Home

REFUNDS = "('4', '20', '24')"
ORDERS = "('1', '2', '3', '8', '18', '103')"
ORDER_COLUMNS = ("account_id", "bill_date", "bill_type", "order_id", "trade_id")
FREQUENCY = """coalesce(l.charge_frequency, CASE WHEN l.bill_type IN ('2', '8', '18', '103', '14') THEN 'Recurring'
    WHEN l.bill_type IN ('5', '12', '23') THEN 'Usage-Based' ELSE 'One-Time' END)"""
MADE = {"customer_id", "billed_cost", "charge_category", "charge_description", "source_service_name"}  # here alone
DESCRIPTION = "concat_ws(' ', l.product_name, l.specification)"


def make_candidate(
    bench: duckdb.DuckDBPyConnection,
    inputs: Inputs,
    days_before: Mapping[str, dict[str, list[str]]],
    home: Home,
    scratch: Path,
) -> Candidate:
    """Stage what is sound, and name what is not: accounts refused at ingest, or whose accepted file was altered."""
    faults = _find_altered((*inputs.slices, *inputs.earlier), home)
    whole = tuple(s for s in inputs.slices if s.sha256 not in faults)
    earlier = tuple(s for s in inputs.earlier if s.sha256 not in faults)
    _stage(bench, replace(inputs, slices=whole, earlier=earlier), home, scratch)
    refused = [s for s in (*inputs.slices, *inputs.earlier) if s.sha256 in faults or (s in whole and s.refusal)]
    finals = {c for c in inputs.customers if inputs.slices_of(c) and all(s.is_final for s in inputs.counted_of(c))}
    return Candidate(
        bench=bench,
        cycle=inputs.cycle,
        currencies=inputs.currencies,
        slices=tuple(
            SliceTotal(s.account, inputs.owners_of(s.account), s.name, s.rows, s.list_cost, s.is_final) for s in whole
        ),
        refusals=tuple(_refusal(s, inputs, faults.get(s.sha256, "")) for s in refused),
        unmapped=tuple(Unmapped(s.account, s.name, s.rows) for s in inputs.unmapped),
        finals=frozenset(finals),
        days_before={
            customer: {account: frozenset(map(date.fromisoformat, found)) for account, found in days.items()}
            for customer, days in _remembered(days_before, inputs.choices).items()
        },
        is_closing=inputs.is_closing,
        left_out=inputs.left_out,
    )


def _remembered(days_before: Mapping[str, dict[str, list[str]]], choices: Choices) -> dict[str, dict[str, list[str]]]:
    """The days of the last editions, and those that were lost with finance's consent: it may have been withdrawn."""
    found = {customer: dict(days) for customer, days in days_before.items()}
    for customer, lost in choices.lost.items():
        for day, account in lost:
            days = found.setdefault(customer, {})
            days[account] = [*days.get(account, ()), day]
    return found


def _refusal(part: Current, inputs: Inputs, fault: str) -> Refusal:
    cell = None if fault else inputs.refusals.get((part.refusal or 0, part.account))
    return Refusal(inputs.owners_of(part.account), part.account, part.name, fault, cell)


def _stage(bench: duckdb.DuckDBPyConnection, inputs: Inputs, home: Home, scratch: Path) -> None:
    _load(bench, "lines", inputs.slices, home, "*")
    _load(bench, "older", inputs.earlier, home, ", ".join(ORDER_COLUMNS))
    bench.execute(
        "CREATE TABLE staged_totals AS SELECT account_id, currency, count(*) AS rows, sum(list_cost) AS list_cost "
        "FROM lines GROUP BY ALL"
    )
    _own(bench, inputs)
    load_rules(bench, inputs.rules)
    services.load_services(bench)
    bench.execute(FACTORS.format(lines="owned"))
    made = {
        "charge_category": CHARGE_CATEGORY,
        "charge_frequency": FREQUENCY,
        "charge_description": DESCRIPTION,
        "billed_cost": BILLED_COST,
        **services.MADE,
    }
    columns = dict.fromkeys((*CHARGES, *BUY, "record_id", "is_original_known", "price_day"))
    select = ", ".join(f"{made.get(c, f'l.{c}')} AS {c}" for c in columns)
    shelve(bench, scratch, inputs.cycle, "owned", f"SELECT {select} FROM owned l {JOIN} {services.JOIN}")
    bench.execute("DROP VIEW owned; DROP VIEW lines; DROP VIEW older")


def _find_altered(slices: Iterable[Current], home: Home) -> dict[str, str]:
    """The accepted files that are no longer what was accepted: sha256 of the bill -> sentence."""
    bills = {s.sha256: s for s in slices}
    return {sha: sentence for sha, s in bills.items() if (sentence := _file_fault(s, charges_path(home, sha)))}


def _file_fault(part: Current, path: Path) -> str:
    if not path.exists():
        return f"The charges read from {part.name} are missing ({path.name})."
    if sha256_file(path) != part.charges_sha256:
        return f"The charges read from {part.name} were altered after they were accepted ({path.name})."
    return ""


def _load(bench: duckdb.DuckDBPyConnection, table: str, slices: Iterable[Current], home: Home, columns: str) -> None:
    """Read the slices' lines out of their bills' files; an account's lines come from one bill only."""
    by_bill: dict[tuple[str, str], list[str]] = defaultdict(list)
    for part in slices:
        by_bill[part.sha256, part.cycle].append(part.account)
    bench.execute(f"CREATE OR REPLACE VIEW {table} AS {_select(by_bill, home, columns)}")


def _select(by_bill: dict[tuple[str, str], list[str]], home: Home, columns: str) -> str:
    """The first part has no line: it names every column, also those that an older version did not write."""
    known = {**CHARGES, **BUY, "record_id": "VARCHAR"}
    typed = ", ".join(f"CAST(NULL AS {kind}) AS {c}" for c, kind in known.items() if c not in MADE)
    return " UNION ALL BY NAME ".join(
        [
            f"SELECT {columns} FROM (SELECT {typed}) WHERE false",
            *(
                f"SELECT {columns}{source if columns == '*' else ''} FROM {parquet([charges_path(home, sha)])} "
                f"WHERE cycle = {quote(cycle)} AND account_id IN ({', '.join(quote(a) for a in sorted(accounts))})"
                for (sha, cycle), accounts in sorted(by_bill.items())
                for source in [f", {quote(sha)} AS source_sha256"]
            ),
        ]
    )


def _own(bench: duckdb.DuckDBPyConnection, inputs: Inputs) -> None:
    bench.execute("CREATE TABLE owners (account_id VARCHAR, customer_id VARCHAR, valid_from DATE, valid_to DATE)")
    owners = [(o.account_id, o.customer_id, o.valid_from or date.min, o.valid_to or date.max) for o in inputs.owners]
    insert(bench, "owners", owners)
    names = ", ".join(quote(c) for c in sorted(inputs.customers)) or "''"
    bench.execute(f"""
        CREATE TABLE originals AS
        SELECT account_id, order_id, min(bill_date) AS original_day FROM (
            SELECT account_id, unnest([order_id, trade_id]) AS order_id, bill_date
            FROM (SELECT {", ".join(ORDER_COLUMNS)} FROM older UNION ALL SELECT {", ".join(ORDER_COLUMNS)} FROM lines)
            WHERE bill_type IN {ORDERS})
        WHERE order_id IN (SELECT original_order_id FROM lines WHERE bill_type IN {REFUNDS}) GROUP BY ALL""")
    bench.execute(f"""
        CREATE VIEW owned AS
        SELECT l.*, o.customer_id, coalesce(original_day, l.bill_date) AS price_day,
            l.bill_type NOT IN {REFUNDS} OR original_day IS NOT NULL AS is_original_known
        FROM lines l
        LEFT JOIN originals r ON r.account_id = l.account_id -- equalities alone: else every line is held to every order
            AND r.order_id = CASE WHEN l.bill_type IN {REFUNDS} THEN l.original_order_id END
        LEFT JOIN owners o ON o.account_id = l.account_id AND o.valid_from <= coalesce(original_day, l.bill_date)
            AND coalesce(original_day, l.bill_date) < o.valid_to
        WHERE (o.customer_id IN ({names}) OR o.customer_id IS NULL){_left_out(inputs)}""")


def _left_out(inputs: Inputs) -> str:
    """Without the lines of accounts of which finance accepted that Huawei charges nothing."""
    pairs = ", ".join(f"({quote(customer)}, {quote(account)})" for customer, account in sorted(inputs.left_out))
    return f" AND (coalesce(o.customer_id, ''), l.account_id) NOT IN ({pairs})" if pairs else ""
