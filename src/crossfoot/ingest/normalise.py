"""Raw text of a bill's lines -> typed charges, in SQL; with the findings on every cell that cannot be read.

`raw` holds text under the source's keys, plus `line_file` and `record`; `lines` holds the lake's words plus the
amounts that belong to Buy. Nothing is rounded here: a cell with too many decimals is a finding, never a cast.
"""

import duckdb
import pyarrow as pa

from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.ingest.tags import parse_tags
from crossfoot.lake.schema import CENT8, QUANTITY
from crossfoot.sources.columns import BY_KEY, COLUMNS, KEYS, Holds

PATTERNS = {
    Holds.MONEY: r"^-?[0-9]{1,10}(\.[0-9]{1,8})?$",
    Holds.QUANTITY: r"^-?[0-9]{1,27}(\.[0-9]{1,10})?$",
    Holds.PRICE: r"^-?[0-9]{1,27}(\.[0-9]{1,10})?$",
    Holds.CYCLE: r"^[0-9]{4}-?(0[1-9]|1[0-2])$",
}
WANTED = {
    Holds.MONEY: "an amount with at most 8 decimals, such as 12.34000000",
    Holds.QUANTITY: "a quantity with at most 10 decimals, such as 0.5",
    Holds.PRICE: "a price with at most 10 decimals, such as 0.0123456789",
    Holds.DATE: "a date such as 2026-10-31",
    Holds.INSTANT: "a time such as 2026-10-31 23:00:00 GMT+08:00",
    Holds.CYCLE: "a month such as 2026-10",
}
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
# Equal lines legitimately repeat; among them the order of what remains decides, and never the order in the file.
AMONG_EQUALS = "list_cost, amount, usage_quantity, tags_raw, resource_name, source_file, source_record"


def instant_sql(column: str) -> str:
    """Text to UTC: `... GMT+08:00` and bare times are GMT+08:00 (files), `...Z` is UTC (API)."""
    clock = f"try_cast(replace(left({column}, 19), 'T', ' ') AS TIMESTAMP)"
    return (
        f"CASE WHEN {column} SIMILAR TO '.{{19}}( GMT\\+08:00)?' THEN {clock} - INTERVAL 8 HOUR "
        f"WHEN {column} SIMILAR TO '.{{19}}(\\.[0-9]+)?Z' THEN {clock} END"
    )


def bad_sql(key: str) -> str:
    """A condition that is true where the cell holds something that its column cannot hold."""
    holds = BY_KEY[key].holds
    if holds in PATTERNS:
        return f"({key} IS NOT NULL AND NOT regexp_full_match({key}, '{PATTERNS[holds]}'))"
    if holds is Holds.DATE:
        return f"({key} IS NOT NULL AND (length({key}) <> 10 OR try_cast({key} AS DATE) IS NULL))"
    return f"({key} IS NOT NULL AND ({instant_sql(key)}) IS NULL)"


def find_bad_cells(bench: duckdb.DuckDBPyConnection, cycle: str, present: set[str]) -> list[Finding]:
    """The findings on `raw`: cells that cannot be read, required cells that are empty, lines of another cycle."""
    tests = {c.key: bad_sql(c.key) for c in COLUMNS if c.key in present and c.holds is not Holds.TEXT}
    for column in COLUMNS:
        if column.required:
            tests[column.key] = f"({column.key} IS NULL OR {tests.get(column.key, 'false')})"
    tests["cycle"] = f"({tests['cycle']} OR replace(cycle, '-', '') <> '{cycle.replace('-', '')}')"
    counts = bench.execute(
        "SELECT " + ", ".join(f"count(*) FILTER (WHERE {test})" for test in tests.values()) + " FROM raw"
    ).fetchone()
    found: list[Finding] = []
    for (key, test), count in zip(tests.items(), counts or (), strict=True):
        if count:
            found.extend(_bad_cells(bench, cycle, key, test))
    return found


def _bad_cells(bench: duckdb.DuckDBPyConnection, cycle: str, key: str, test: str) -> list[Finding]:
    rows = bench.execute(
        f"SELECT customer_id, arg_min(line_file, (line_file, record)), arg_min(record, (line_file, record)), "
        f"arg_min({key}, (line_file, record)), count(*) FROM raw WHERE {test} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    wanted = WANTED.get(BY_KEY[key].holds, "a value")
    if key == "cycle":
        wanted = f"the cycle of the file, {cycle}"
    return [
        Finding(
            check="readable",
            severity=Severity.BLOCK,
            reach=Reach.ACCOUNT if account else Reach.FILE,
            file=file,
            record=record,
            column=BY_KEY[key].english,
            value="" if value is None else str(value)[:120],
            account=account or "",
            cycle=cycle,
            count=count,
            message=f"{'The cell is empty' if value is None else 'The cell cannot be read'}: it must hold {wanted}.",
            next_step="Ask Huawei for a corrected file and ingest it; the account's last good lines stay in force.",
        )
        for account, file, record, value, count in rows
    ]


def normalise_lines(bench: duckdb.DuckDBPyConnection, currency: str) -> None:
    """Append the lines of `raw` to `lines`, creating it at the first call. Accounts in `refused` are left out."""
    tags = pa.table(
        {
            "raw": pa.array(
                rows := [r[0] for r in bench.execute("SELECT DISTINCT resource_tag FROM raw").fetchall() if r[0]]
            ),
            "tags": pa.array([list(parse_tags(r).items()) for r in rows], pa.map_(pa.string(), pa.string())),
        }
    )
    bench.register("tag_cells", tags)
    select = f"""SELECT {", ".join(f"{sql} AS {name}" for name, sql in _columns(currency).items())}
        FROM raw LEFT JOIN tag_cells ON tag_cells.raw = raw.resource_tag
        WHERE customer_id NOT IN (SELECT account_id FROM refused) ORDER BY raw.rowid"""
    there = bench.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'lines'").fetchone()
    bench.execute(f"INSERT INTO lines {select}" if there and there[0] else f"CREATE TABLE lines AS {select}")
    bench.unregister("tag_cells")


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
        "currency": f"coalesce(upper(currency), '{currency}')" if currency else "upper(currency)",
        "source_file": "line_file",
        "record_id": "id",
    }
    numbers = {
        "period_num": ("period_num", QUANTITY),
        "usage_quantity": ("usage", QUANTITY),
        "package_quantity": ("free_resource_usage", QUANTITY),
        "reserved_quantity": ("ri_usage", QUANTITY),
        "list_unit_price": ("unit_price", QUANTITY),
        "list_cost": ("official_amount", CENT8),
    }
    money = {c.key: (c.key, CENT8) for c in COLUMNS if c.holds is Holds.MONEY and c.key != "official_amount"}
    return {
        "cycle": "left(replace(cycle, '-', ''), 4) || '-' || right(cycle, 2)",
        "bill_date": "CAST(bill_date AS DATE)",
        **text,
        **{name: f"CAST({key} AS {kind})" for name, (key, kind) in (numbers | money).items()},
        "source_record": "record",
    }


def key_lines(bench: duckdb.DuckDBPyConnection) -> str:
    """SQL that gives `lines` their charge keys, sorted as they are kept."""
    identity = "concat_ws(chr(31), " + ", ".join(f"coalesce(CAST({c} AS VARCHAR), chr(0))" for c in IDENTITY) + ")"
    return f"""
        SELECT * EXCLUDE (identity, ordinal), sha256(identity || chr(31) || ordinal) AS charge_key FROM (
            SELECT *, row_number() OVER (PARTITION BY identity ORDER BY {AMONG_EQUALS}) - 1 AS ordinal
            FROM (SELECT *, {identity} AS identity FROM lines))
        ORDER BY account_id, bill_date, charge_key"""


def raw_columns(present: tuple[str, ...]) -> str:
    """The select list that gives `raw` every key, with what a file does not have as null, and blanks as null."""
    return ", ".join(f"nullif(trim({k}), '') AS {k}" if k in present else f"CAST(NULL AS VARCHAR) AS {k}" for k in KEYS)
