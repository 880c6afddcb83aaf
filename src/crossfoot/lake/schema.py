"""The columns of the lake. Data only: names follow FOCUS where FOCUS has the word."""

CENT8 = "DECIMAL(18,8)"  # Huawei's own precision
SELL = "DECIMAL(38,8)"
QUANTITY = "DECIMAL(38,10)"
ROW_GROUP = 122_880  # rows that a reader takes or leaves as one; a larger customer-month is kept by bill date

# A customer's charges. Nothing here is, or can be turned into, what the reseller pays.
CHARGES: dict[str, str] = {
    "charge_key": "VARCHAR",
    "customer_id": "VARCHAR",
    "cycle": "VARCHAR",
    "bill_date": "DATE",
    "account_id": "VARCHAR",
    "account_name": "VARCHAR",
    "bill_type": "VARCHAR",
    "charge_category": "VARCHAR",
    "charge_frequency": "VARCHAR",
    "charge_mode": "VARCHAR",
    "charge_description": "VARCHAR",
    "service_code": "VARCHAR",
    "service_name": "VARCHAR",  # one for each known code
    "source_service_name": "VARCHAR",  # the source's own word
    "service_category": "VARCHAR",
    "service_subcategory": "VARCHAR",
    "resource_type_code": "VARCHAR",
    "resource_type_name": "VARCHAR",
    "product_id": "VARCHAR",
    "product_name": "VARCHAR",
    "specification": "VARCHAR",
    "sku_code": "VARCHAR",
    "region_id": "VARCHAR",
    "region_name": "VARCHAR",
    "availability_zone": "VARCHAR",
    "project_id": "VARCHAR",
    "project_name": "VARCHAR",
    "resource_id": "VARCHAR",
    "resource_name": "VARCHAR",
    "tags": "MAP(VARCHAR, VARCHAR)",
    "tags_raw": "VARCHAR",
    "trade_id": "VARCHAR",
    "order_id": "VARCHAR",
    "original_order_id": "VARCHAR",
    "order_type": "VARCHAR",
    "trade_at": "TIMESTAMP",
    "charge_start": "TIMESTAMP",
    "charge_end": "TIMESTAMP",
    "period_type": "VARCHAR",
    "period_num": QUANTITY,
    "usage_type": "VARCHAR",
    "usage_quantity": QUANTITY,
    "usage_unit": "VARCHAR",
    "package_quantity": QUANTITY,
    "reserved_quantity": QUANTITY,
    "list_unit_price": QUANTITY,
    "price_unit": "VARCHAR",
    "currency": "VARCHAR",
    "list_cost": CENT8,
    "billed_cost": SELL,
    "source_file": "VARCHAR",
    "source_record": "BIGINT",
    "source_sha256": "VARCHAR",
}

# What the reseller pays, in a tree of its own, joined by charge_key.
BUY: dict[str, str] = {
    "charge_key": "VARCHAR",
    "customer_id": "VARCHAR",
    "cycle": "VARCHAR",
    "bill_date": "DATE",
    "account_id": "VARCHAR",
    "service_name": "VARCHAR",
    "bill_type": "VARCHAR",
    "currency": "VARCHAR",
    "discount_amount": CENT8,
    "truncated_amount": CENT8,
    "amount": CENT8,
    "cash_amount": CENT8,
    "credit_amount": CENT8,
    "coupon_amount": CENT8,
    "flexipurchase_coupon_amount": CENT8,
    "stored_card_amount": CENT8,
    "bonus_amount": CENT8,
    "debt_amount": CENT8,
    "adjustment_amount": CENT8,
    "settlement_amount": CENT8,
    "received_contracted_cost": CENT8,
    "received_effective_cost": CENT8,
}

# The daily rollup of a customer-month: every dimension in it can be answered without the lines.
DAILY_KEYS = (
    "customer_id",
    "cycle",
    "bill_date",
    "account_id",
    "account_name",
    "project_id",
    "project_name",
    "service_code",
    "service_name",
    "service_category",
    "region_id",
    "region_name",
    "bill_type",
    "charge_category",
    "currency",
)
# Where a line came from is not part of what it says: another file with the same lines makes no new edition.
NOT_CONTENT = frozenset({"source_file", "source_record", "source_sha256"})
