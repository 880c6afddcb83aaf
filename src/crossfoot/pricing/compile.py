"""The price book as SQL: prices a table of lines at once, equal to `rate.py` to the last digit.

In: `owned` (lines with customer_id, price_day, is_original_known) and the approved rules. Out: `factors` and the
expressions for Sell and category. Casts are explicit: a product of decimals would overflow or turn into a float.
"""

from collections.abc import Iterable

import duckdb

from crossfoot.lake.schema import CENT8
from crossfoot.pricing.rate import BASIS, CATEGORY, COMMITTED, PLAN_USED, Basis, Rule

FACTOR = "DECIMAL(9,8)"


def load_rules(bench: duckdb.DuckDBPyConnection, rules: Iterable[Rule]) -> None:
    """Put the approved rules into the workbench as `rules`."""
    bench.execute(
        "CREATE OR REPLACE TABLE rules (action VARCHAR, customer VARCHAR, service VARCHAR, "
        f"valid_from DATE, valid_to DATE, factor {FACTOR}, rank INTEGER)"
    )
    rows = [(r.action, r.customer, r.service, r.valid_from, r.valid_to, r.factor, r.rank) for r in rules]
    if rows:
        bench.executemany("INSERT INTO rules VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


# One factor per customer, service, day and kind: a month has few of those, however many lines it has.
FACTORS = """
CREATE OR REPLACE TABLE factors AS
SELECT k.customer_id, k.service_code, k.service_name, k.price_day, k.action,
    arg_max(r.factor, 2 * r.rank + CASE WHEN r.service = k.service_code THEN 1 ELSE 0 END) AS factor
FROM (SELECT DISTINCT customer_id, service_code, service_name, price_day,
        CASE WHEN is_original_known THEN 'list_pct' ELSE 'refund_pct' END AS action FROM {lines}) k
JOIN rules r ON r.action = k.action AND r.customer IN ('', k.customer_id)
    AND (r.service = '' OR r.service = k.service_code OR r.service = k.service_name)
    AND r.valid_from <= k.price_day AND (r.valid_to IS NULL OR k.price_day < r.valid_to)
GROUP BY ALL"""

JOIN = """LEFT JOIN factors f ON f.customer_id = l.customer_id AND f.service_code IS NOT DISTINCT FROM l.service_code
    AND f.service_name IS NOT DISTINCT FROM l.service_name AND f.price_day = l.price_day
    AND f.action = CASE WHEN l.is_original_known THEN 'list_pct' ELSE 'refund_pct' END"""


def _types(basis: Basis) -> str:
    return ", ".join(f"'{code}'" for code, b in BASIS.items() if b is basis)


COVERED = (
    "l.bill_type = '5' AND l.usage_quantity > 0 "
    "AND l.usage_quantity <= coalesce(l.package_quantity, 0) + coalesce(l.reserved_quantity, 0)"
)
IS_COMMITTED = f"l.bill_type = 'Usage' AND l.charge_mode = '{COMMITTED}'"
# List x factor. The inner cast leaves room: (28,8) x (9,8) is (37,16). Rounded half away from zero to 8 decimals, in
# 64 bits where the product fits (below 100, as nearly all lines): a hundred times quicker than in 128.
PRODUCT = "CAST(l.list_cost AS DECIMAL(28,8)) * f.factor"
PRICED = (
    f"coalesce(CAST(CAST(try_cast({PRODUCT} AS DECIMAL(18,16)) AS {CENT8}) AS DECIMAL(28,8)), "
    f"CAST({PRODUCT} AS DECIMAL(28,8)))"
)
BILLED_COST = f"""CAST(CASE
    WHEN l.bill_type IN ({_types(Basis.NOTHING)}) THEN 0
    WHEN l.bill_type IN ({_types(Basis.LIST)}) AND (l.charge_mode = '{PLAN_USED}' OR ({COVERED}) OR ({IS_COMMITTED})) THEN 0
    WHEN l.bill_type IN ({_types(Basis.PASS_ON)}) THEN l.amount
    WHEN l.bill_type IN ({_types(Basis.LIST)}, {_types(Basis.REFUND)}) THEN {PRICED}
    END AS DECIMAL(38,8))"""
CHARGE_CATEGORY = (
    "CASE "
    + " ".join(
        f"WHEN l.bill_type IN ({', '.join(repr(c) for c, v in CATEGORY.items() if v == name)}) THEN '{name}'"
        for name in dict.fromkeys(CATEGORY.values())
    )
    + " END"
)
