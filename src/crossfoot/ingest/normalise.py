"""Raw text of a bill's lines -> typed charges, in SQL; with the findings on every cell that cannot be read.

`raw` holds text under the source's keys, plus `part`, which numbers the files in `parts`; `lines` holds the lake's words plus the
amounts that belong to Buy. Nothing is rounded here: a cell with too many decimals is a finding, never a cast.
"""

import re
from dataclasses import replace
from typing import NamedTuple

import duckdb

from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.ingest.engine import quote
from crossfoot.ingest.tag_cells import find_bad_tags, parse_tag_cells
from crossfoot.lake.schema import BUY, CENT8, NOT_CONTENT, QUANTITY
from crossfoot.sources.bill import refusal
from crossfoot.sources.columns import ALL, BY_KEY, KEYS, Holds
from crossfoot.sources.layout import Layout

PATTERNS = {
    Holds.MONEY: r"^-?[0-9]{1,10}(\.[0-9]{1,8})?$",
    Holds.QUANTITY: r"^-?[0-9]{1,27}(\.[0-9]{1,10})?$",
    Holds.PRICE: r"^-?[0-9]{1,27}(\.[0-9]{1,10})?$",
    Holds.CYCLE: r"^2[01][0-9]{2}-?(0[1-9]|1[0-2])$",
    Holds.DATE: r"^2[01][0-9]{2}-[0-9]{2}-[0-9]{2}$",
}
TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]( GMT[+]08:00|([.][0-9]+)?Z)?$"
LAST = "TIMESTAMP '9999-12-31 15:59:59'"  # the last instant that can also be told in GMT+08:00
WANTED = {
    Holds.MONEY: "an amount with at most 8 decimals, such as 12.34000000, below 10000000000",
    Holds.QUANTITY: "a quantity with at most 10 decimals, such as 0.5",
    Holds.PRICE: "a price with at most 10 decimals, such as 0.0123456789",
    Holds.DATE: "a date such as 2026-10-31",
    Holds.INSTANT: "a time such as 2026-10-31 23:00:00 GMT+08:00",
    Holds.CYCLE: "a month such as 2026-10",
}
MAX_FINDINGS = 1000
CURRENCY = "^[A-Za-z]{3}$"
# What core.legible shows as something else, so that no account is told by it.
UNSEEN = r"[\x00-\x1f\x7f-\x{9f}\x{fffe}\x{ffff}]"
LONGEST = {"customer_id": 128, "cloud_service_type": 200, "cloud_service_type_name": 200}  # what the catalogue can hold
# A cast to 64 bits is five times quicker than one to 128, and nearly every quantity fits; what does not takes the other.
QUICK = f"coalesce(CAST(try_cast({{0}} AS DECIMAL(18,10)) AS {QUANTITY}), CAST({{0}} AS {QUANTITY}))"
# Identity of a charge: what it is for, not what it costs, so that a corrected amount keeps its key. The record id is
# left out: it is not known to be the same in the month-to-date file and in the final bill.
IDENTITY = (
    "account_id",
    "cycle",
    "bill_date",
    "bill_type",
    "charge_mode",
    "service_code",
    "resource_type_code",
    "product_id",
    "sku_code",
    "region_id",
    "project_id",
    "resource_id",
    "usage_type",
    "trade_id",
    "order_id",
    "original_order_id",
    "charge_start",
    "charge_end",
)
IDENTITY_TEXT = "concat_ws(chr(31), " + ", ".join(f"coalesce(CAST({c} AS VARCHAR), chr(0))" for c in IDENTITY) + ")"
SAYS_NOTHING = {"tags", "record_id", *NOT_CONTENT}  # the tags are said by tags_raw


def instant_sql(column: str) -> str:
    """Text to UTC: `... GMT+08:00` and bare times are GMT+08:00 (files), `...Z` is UTC (API); anything else is null."""
    clock = f"try_cast(replace(left({column}, 19), 'T', ' ') AS TIMESTAMP)"
    return f"CASE WHEN ends_with({column}, 'Z') THEN {clock} ELSE {clock} - INTERVAL 8 HOUR END"


def bad_sql(key: str) -> str:
    """A condition that is true where the cell holds something that its column cannot hold."""
    holds = BY_KEY[key].holds
    pattern = PATTERNS.get(holds, TIME)
    tests = [f"NOT regexp_full_match({key}, '{pattern}')"]
    if holds is Holds.DATE:
        tests.append(f"try_cast({key} AS DATE) IS NULL")
    if holds is Holds.INSTANT:
        tests.append(f"coalesce(({instant_sql(key)}) NOT BETWEEN TIMESTAMP '1000-01-01' AND {LAST}, true)")
    return f"({key} IS NOT NULL AND ({' OR '.join(tests)}))"


def find_bad_cells(bench: duckdb.DuckDBPyConnection, cycle: str, layout: Layout) -> list[Finding]:
    """The findings on `raw`: cells that cannot be read, required cells that are empty, lines of another cycle.

    Without a `cycle` every line says its own.
    """
    tests = {c.key: bad_sql(c.key) for c in ALL if c.key in layout.keys and c.holds is not Holds.TEXT}
    tests |= {key: f"(length({key}) > {longest})" for key, longest in LONGEST.items()}
    tests["customer_id"] = f"({tests['customer_id']} OR regexp_matches(customer_id, '{UNSEEN}'))"
    tests["currency"] = f"(NOT regexp_full_match(coalesce(currency, {quote(layout.currency)}), '{CURRENCY}'))"
    for column in ALL:
        if column.required:
            tests[column.key] = f"({column.key} IS NULL OR {tests.get(column.key, 'false')})"
    if cycle:
        tests["cycle"] = f"({tests['cycle']} OR replace(cycle, '-', '') <> '{cycle.replace('-', '')}')"
    counts = bench.execute(
        "SELECT " + ", ".join(f"count(*) FILTER (WHERE {test})" for test in tests.values()) + " FROM raw"
    ).fetchone()
    found: list[Finding] = []
    for (key, test), count in zip(tests.items(), counts or (), strict=True):
        if count:
            found.extend(_bad_cells(bench, cycle, layout, key, test))
    return list(dict.fromkeys(found))  # two keys may be read from one cell


def _bad_cells(bench: duckdb.DuckDBPyConnection, cycle: str, layout: Layout, key: str, test: str) -> list[Finding]:
    cell = f"coalesce(received_{key}, {key})" if key in dict(layout.changed) else key
    rows = bench.execute(
        f"SELECT customer_id, arg_min(line_file, raw.rowid), arg_min(raw.rowid - first, raw.rowid) + 1, "
        f"arg_min({cell}, raw.rowid), count(*), CASE WHEN count(DISTINCT cycle) = 1 THEN any_value(cycle) END "
        f"FROM raw JOIN parts USING (part) WHERE {test} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    if len(rows) > MAX_FINDINGS:
        _, file, record, value, _, _ = min(rows, key=lambda row: row[2])
        return [_many(layout, key, Place(file, record, value), sum(row[4] for row in rows))]
    return [
        Finding(
            check="readable",
            severity=Severity.BLOCK,
            reach=Reach.FILE if key == "customer_id" else Reach.ACCOUNT,
            file=file,
            record=record,
            column=layout.name_of(key, BY_KEY[key].english),
            value="" if value is None else str(value)[:120],
            account="" if key == "customer_id" else account or "",
            cycle=cycle or (seen if seen and re.fullmatch(PATTERNS[Holds.CYCLE], seen) else ""),
            count=count,
            message=f"The cell {'is empty' if value is None else 'cannot be read'}: "
            f"it must hold {layout.wants(key, _wanted(key, cycle))}.",
            next_step=f"Ask {layout.maker} for a corrected file and ingest it; the account's last good lines stay in force.",
        )
        for account, file, record, value, count, seen in rows
    ]


class Place(NamedTuple):
    """Where a cell stands, and what it holds."""

    file: str
    record: int
    value: object


def _many(layout: Layout, key: str, first: Place, count: int) -> Finding:
    """Where nearly every account is unreadable it is the file that is, and a list of accounts helps nobody."""
    message = f"Cells of more than {MAX_FINDINGS} accounts cannot be read: each must hold {layout.wants(key, _wanted(key, ''))}."
    step = f"Nothing was accepted. Ask {layout.maker} for a corrected file and ingest it."
    found = refusal(first.file, message, step)
    column = layout.name_of(key, BY_KEY[key].english)
    value = "" if first.value is None else str(first.value)[:120]
    return replace(found, check="readable", record=first.record, column=column, value=value, count=count)


def _wanted(key: str, cycle: str) -> str:
    if key == "cycle":
        return f"the cycle of the file, {cycle}" if cycle else WANTED[Holds.CYCLE]
    if key == "currency":
        return "a currency such as USD"
    some = f"a text of at most {LONGEST[key]} characters" if key in LONGEST else "a value"
    if key == "customer_id":
        some += ", all of which can be seen"
    return WANTED.get(BY_KEY[key].holds, some)


def normalise_lines(bench: duckdb.DuckDBPyConnection, layout: Layout) -> list[Finding]:
    """Append the lines of `raw` to `lines`, creating it at the first call. Accounts in `refused` are left out.

    The findings are on tags that cannot be read; their lines are kept without tags.
    """
    parse_tag_cells(bench)
    select = f"""SELECT *, sha256({IDENTITY_TEXT}) AS charge_key FROM (
        SELECT {", ".join(f"{sql} AS {name}" for name, sql in _columns(layout.currency).items())}
        FROM raw JOIN parts USING (part) LEFT JOIN tag_cells ON tag_cells.raw = raw.resource_tag
        WHERE customer_id NOT IN (FROM refused))"""
    there = bench.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'lines'").fetchone()
    bench.execute(f"INSERT INTO lines {select}" if there and there[0] else f"CREATE TABLE lines AS {select}")
    return find_bad_tags(bench, layout)


def _columns(currency: str) -> dict[str, str]:
    text = {
        "account_id": "customer_id",
        "account_name": "account_name",
        "bill_type": "bill_type",
        "charge_mode": "charge_mode",
        "service_code": "cloud_service_type",
        "service_name": "coalesce(cloud_service_type_name, cloud_service_type)",
        "resource_type_code": "resource_type",
        "resource_type_name": "resource_type_name",
        "product_id": "product_id",
        "product_name": "product_name",
        "specification": "product_spec_desc",
        "sku_code": "sku_code",
        "region_id": "region",
        "region_name": "region_name",
        "availability_zone": "az_code",
        "project_id": "CASE WHEN enterprise_project_id NOT IN ('null', '-1') THEN enterprise_project_id END",
        "project_name": "enterprise_project_name",
        "resource_id": "resource_id",
        "resource_name": "resource_name",
        "tags": "coalesce(tags, MAP {}::MAP(VARCHAR, VARCHAR))",
        "tags_raw": "resource_tag",
        "trade_id": "trade_id",
        "order_id": "order_id",
        "original_order_id": "original_order_id",
        "order_type": "order_type",
        "trade_at": instant_sql("trade_time"),
        "charge_start": instant_sql("effective_time"),
        "charge_end": instant_sql("expire_time"),
        "period_type": "period_type",
        "usage_type": "usage_type",
        "usage_unit": "usage_unit",
        "price_unit": "unit",
        "charge_frequency": "charge_frequency",
        "service_category": "service_category",
        "service_subcategory": "service_subcategory",
        "currency": f"coalesce(upper(currency), '{currency}')" if currency else "upper(currency)",
        "source_file": "line_file",
        "record_id": "id",
    }
    quantities = {
        "period_num": "period_num",
        "usage_quantity": "usage",
        "package_quantity": "free_resource_usage",
        "reserved_quantity": "ri_usage",
        "list_unit_price": "unit_price",
    }
    money = {"list_cost" if c.key == "official_amount" else c.key: c.key for c in ALL if c.holds is Holds.MONEY}
    return {
        "cycle": "left(replace(cycle, '-', ''), 4) || '-' || right(cycle, 2)",
        "bill_date": "CAST(bill_date AS DATE)",
        **text,
        **{name: f"CAST({key} AS {CENT8})" for name, key in money.items()},
        **{name: QUICK.format(key) for name, key in quantities.items()},
        "source_record": "raw.rowid - first + 1",
    }


def keyed_lines(bench: duckdb.DuckDBPyConnection) -> str:
    """SQL that gives equal lines different charge keys: the sha256 of the identity, and again with the ordinal if not 0."""
    bench.execute(f"""
        CREATE TABLE ordinals AS
        SELECT rowid AS line, row_number() OVER (PARTITION BY charge_key ORDER BY {_among_equals()}) - 1 AS ordinal
        FROM lines WHERE charge_key IN (SELECT charge_key FROM lines GROUP BY 1 HAVING count(*) > 1)""")
    key = "CASE WHEN ordinal > 0 THEN sha256(charge_key || chr(31) || ordinal) ELSE charge_key END AS charge_key"
    return f"SELECT lines.* REPLACE ({key}) FROM lines LEFT JOIN ordinals ON ordinals.line = lines.rowid"


def _among_equals() -> str:
    """Equal lines legitimately repeat: all that they say orders them, and never their order in the file.

    What the reseller pays comes last, so that it can move a key only between lines that a customer cannot tell apart.
    """
    says = [name for name in _columns("") if name not in {*IDENTITY, *SAYS_NOTHING}]
    return ", ".join([*sorted(says, key=lambda name: name in BUY), "source_file", "source_record"])


def raw_columns(layout: Layout) -> list[str]:
    """The select list that gives `raw` every key, with what a file does not have as null, and blanks as null."""
    trimmed = {"customer_id", "bill_type", "charge_mode", "currency"}  # codes that are compared
    there = {key: f"nullif(trim({sql}), '')" if key in trimmed else sql for key, sql in layout.cells}
    return [f"{there.get(key, 'CAST(NULL AS VARCHAR)')} AS {key}" for key in KEYS]
