"""Makes the workload: FOCUS exports of a reseller, one a month, of 55 columns; the same for the same size.

The first customer has a fixed number of lines, however many the others have, so that its pages can be compared as the
table grows. 2,000,000 lines, 100 customers, 3 months is M; 20,000,000, 300, 12 is L.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

FIRST = 100_000  # lines of the first customer in a month


@dataclass(frozen=True)
class Size:
    """How large a reseller is."""

    name: str
    rows: int
    customers: int
    months: int

    @property
    def cycles(self) -> list[str]:
        """The months, in order."""
        return [f"{2026 + (7 + i) // 12}-{(7 + i) % 12 + 1:02}" for i in range(self.months)]


S = Size("S", 3 * FIRST, 1, 3)
M = Size("M", 2_000_000, 100, 3)
L = Size("L", 20_000_000, 300, 12)
SIZES = {size.name: size for size in (S, M, L)}
FIRST_CUSTOMER = "T001"

# What is drawn for each line; hash() makes the same line for the same number.
_DRAWN = """
SELECT i, CASE WHEN i < {first} THEN 1 ELSE 2 + CAST(floor({others} * pow(hash(i, 1) % 1000000 / 1e6, 2.2)) AS INT) END AS n,
    CAST(floor(40 * pow(hash(i, 4) % 1000000 / 1e6, 2.0)) AS INT) AS svc, CAST(hash(i, 5) % 12 AS INT) AS reg,
    CAST(hash(i, 6) % 400 AS INT) AS res, CAST(hash(i, 7) % 1000 AS INT) AS cat, CAST(hash(i, 9) % 6 AS INT) AS sub,
    TIMESTAMP '{start}' + to_hours(CAST(hash(i, 3) % {hours} AS INT)) AS hour,
    CAST(exp(hash(i, 8) % 1000000 / 1e6 * 9 - 5) AS DECIMAL(18,6)) AS qty
FROM range({base}, {base} + {rows}) r(i)"""
_PRICE = "CAST(0.01 + (svc * 37 % 97) / 100.0 AS DECIMAL(18,8))"
_MEASURED = "CASE svc % 3 WHEN 0 THEN 'Hours' WHEN 1 THEN 'GB' ELSE 'Requests' END"
_IF_COMMITTED = "CASE WHEN cat % 10 = 0 THEN {} END"
_COLUMNS = {
    "AvailabilityZone": "CASE WHEN sub % 2 = 0 THEN 'az' || (reg % 3 + 1) END",
    "BilledCost": "CAST(CASE WHEN cat < 8 THEN -1 ELSE 1 END * qty * price * 0.92 AS DECIMAL(18,6))",
    "BillingAccountId": "printf('BA-%06d', n * 17)",
    "BillingAccountName": "printf('Customer %03d Holdings Ltd', n)",
    "BillingAccountType": "'Reseller Customer'",
    "BillingCurrency": "'USD'",
    "BillingPeriodStart": "CAST(date_trunc('month', hour) AS DATE)",
    "BillingPeriodEnd": "CAST(date_trunc('month', hour) + INTERVAL 1 MONTH AS DATE)",
    "CapacityReservationId": "CAST(NULL AS VARCHAR)",
    "CapacityReservationStatus": "CAST(NULL AS VARCHAR)",
    "ChargeCategory": "CASE WHEN cat < 8 THEN 'Credit' WHEN cat < 12 THEN 'Adjustment' WHEN cat < 30 THEN 'Tax' WHEN cat < 80 THEN 'Purchase' ELSE 'Usage' END",
    "ChargeClass": "CASE WHEN cat < 4 THEN 'Correction' END",
    "ChargeDescription": "printf('Usage of svc-%02d flavor s%d.large.%d in region %d', svc, res % 7, sub + 1, reg)",
    "ChargeFrequency": "'Usage-Based'",
    "ChargePeriodStart": "hour",
    "ChargePeriodEnd": "hour + INTERVAL 1 HOUR",
    "CommitmentDiscountCategory": _IF_COMMITTED.format("'Spend'"),
    "CommitmentDiscountId": _IF_COMMITTED.format("'cd-' || (res % 20)"),
    "CommitmentDiscountName": _IF_COMMITTED.format("'Plan ' || (res % 20)"),
    "CommitmentDiscountQuantity": _IF_COMMITTED.format("qty"),
    "CommitmentDiscountStatus": _IF_COMMITTED.format("'Used'"),
    "CommitmentDiscountType": _IF_COMMITTED.format("'Savings'"),
    "CommitmentDiscountUnit": _IF_COMMITTED.format("'Hours'"),
    "ConsumedQuantity": "qty",
    "ConsumedUnit": _MEASURED,
    "ContractedCost": "CAST(qty * price * 0.95 AS DECIMAL(18,6))",
    "ContractedUnitPrice": "CAST(price * 0.95 AS DECIMAL(18,8))",
    "EffectiveCost": "CAST(qty * price * 0.9 AS DECIMAL(18,6))",
    "InvoiceId": "printf('INV-%s-%06d', strftime(hour, '%Y%m'), n)",
    "InvoiceIssuerName": "'Example Reseller'",
    "ListCost": "CAST(qty * price AS DECIMAL(18,6))",
    "ListUnitPrice": "price",
    "PricingCategory": "'Standard'",
    "PricingCurrency": "'USD'",
    "PricingQuantity": "qty",
    "PricingUnit": _MEASURED,
    "ProviderName": "'Huawei Cloud'",
    "PublisherName": "'Huawei Cloud'",
    "RegionId": "printf('ap-region-%02d', reg)",
    "RegionName": "printf('AP Region %02d', reg)",
    "ResourceId": "printf('res-%03d-%05d-%08x', n, res, hash(n, res) % 4294967296)",
    "ResourceName": "printf('vm-%03d-%05d', n, res)",
    "ResourceType": "'ecs.' || (res % 9)",
    "ServiceCategory": "CASE svc % 6 WHEN 0 THEN 'Compute' WHEN 1 THEN 'Storage' WHEN 2 THEN 'Networking' WHEN 3 THEN 'Databases' WHEN 4 THEN 'AI and Machine Learning' ELSE 'Management and Governance' END",
    "ServiceName": "printf('Service %02d', svc)",
    "ServiceSubcategory": "'Sub ' || (svc % 11)",
    "SkuId": "printf('sku-%02d-%02d-%d', svc, reg, sub)",
    "SkuMeter": "'meter-' || (svc % 13)",
    "SkuPriceDetails": """printf('{"flavor":"s%d.large","os":"linux"}', res % 7)""",
    "SkuPriceId": "printf('skp-%02d-%02d', svc, reg)",
    "SubAccountId": "printf('prj-%03d-%d', n, sub)",
    "SubAccountName": "printf('Project %d of %03d', sub, n)",
    "SubAccountType": "'Enterprise Project'",
    "Tags": """printf('{"cost-center":"CC-%d","env":"%s","app":"app%d"}', res % 25, CASE sub % 3 WHEN 0 THEN 'prod' WHEN 1 THEN 'test' ELSE 'dev' END, res % 60)""",
}


def generate(folder: Path, size: Size) -> None:
    """Write `exports/<cycle>.csv`, `customers.csv` and `prices.csv` below `folder`."""
    (folder / "exports").mkdir(parents=True)
    with duckdb.connect() as duck:
        duck.execute("SET memory_limit='1200MB'; SET threads=2; SET preserve_insertion_order=false")
        for i, cycle in enumerate(size.cycles):
            hours = duck.execute(f"SELECT 24 * day(last_day(DATE '{cycle}-01'))").fetchone()
            rows = size.rows // size.months
            drawn = _DRAWN.format(
                first=i * rows + FIRST, others=max(size.customers - 1, 1), start=f"{cycle}-01",
                hours=hours[0] if hours else 0, base=i * rows, rows=rows,
            )  # fmt: skip
            columns = ", ".join(f"{sql} AS {name}" for name, sql in _COLUMNS.items())
            duck.execute(
                f"COPY (SELECT {columns} FROM (SELECT *, {_PRICE} AS price FROM ({drawn})) ORDER BY BillingAccountId, "
                f"ChargePeriodStart) TO '{folder}/exports/{cycle}.csv' (HEADER)"
            )
    customers = [f"T{n:03},Customer {n:03},USD,BA-{n * 17:06},," for n in range(1, size.customers + 1)]
    head = "customer_id,name,currency,account_id,valid_from,valid_to"
    (folder / "customers.csv").write_text("\n".join([head, *customers, ""]))
    rule = "rule_id,valid_from,valid_to,customer_id,service,action,value\nR1,2020-01-01,,,,list_pct,100\n"
    (folder / "prices.csv").write_text(rule)
