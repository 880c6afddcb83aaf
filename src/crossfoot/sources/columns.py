"""The alias table: what a column of a Huawei file is called in English and Chinese, and what it holds.

Files are read by their header, never by position. Currency may stand in the header text: `List Price (USD)`, `单价(¥)`.
Sources: the partner file columns as far as Huawei documents them; a column not listed here is reported, not lost: the
landed file keeps it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

CURRENCY_IN_HEADER = re.compile(r"^(?P<name>.+?)\s*[(（](?P<currency>[A-Z]{3}|[¥￥$€])[)）]$")
SIGNS = {"¥": "CNY", "￥": "CNY", "$": "USD", "€": "EUR"}


class Holds(StrEnum):
    """What a column holds, and so how its text is read."""

    TEXT = "text"
    CYCLE = "cycle"
    DATE = "date"
    INSTANT = "instant"
    MONEY = "money"  # 8 decimals
    QUANTITY = "quantity"  # 10 decimals
    PRICE = "price"  # 10 decimals; empty where pricing is not simple


@dataclass(frozen=True)
class SourceColumn:
    """A column by its key, with its headers."""

    key: str
    english: str
    chinese: str
    holds: Holds = Holds.TEXT
    required: bool = False


COLUMNS: tuple[SourceColumn, ...] = (
    SourceColumn("cycle", "Billing Cycle", "账期", Holds.CYCLE, required=True),
    SourceColumn("bill_date", "Expenditure Date", "消费日期", Holds.DATE, required=True),
    SourceColumn("id", "Record ID", "明细ID"),
    SourceColumn("customer_id", "Customer ID", "客户ID", required=True),
    SourceColumn("account_name", "Account Name", "账号"),
    SourceColumn("indirect_partner_id", "Partner ID", "二级经销商ID"),
    SourceColumn("bill_type", "Bill Type", "账单类型", required=True),
    SourceColumn("charge_mode", "Billing Mode", "计费模式"),
    SourceColumn("cloud_service_type", "Product Type Code", "产品类型编码"),
    SourceColumn("cloud_service_type_name", "Product Type", "产品类型"),
    SourceColumn("resource_type", "Resource Type Code", "资源类型编码"),
    SourceColumn("resource_type_name", "Resource Type", "资源类型"),
    SourceColumn("product_id", "Product ID", "产品ID"),
    SourceColumn("product_name", "Product Name", "产品"),
    SourceColumn("product_spec_desc", "Specifications", "规格"),
    SourceColumn("sku_code", "SKU Code", "SKU编码"),
    SourceColumn("region", "Region Code", "区域编码"),
    SourceColumn("region_name", "Region", "区域"),
    SourceColumn("az_code", "AZ", "可用区"),
    SourceColumn("enterprise_project_id", "Enterprise Project ID", "企业项目ID"),
    SourceColumn("enterprise_project_name", "Enterprise Project", "企业项目"),
    SourceColumn("resource_id", "Resource ID", "资源ID"),
    SourceColumn("resource_name", "Resource Name", "资源名称"),
    SourceColumn("resource_tag", "Resource Tag", "资源标签"),
    SourceColumn("trade_id", "Order ID/Transaction ID", "订单号/交易号"),
    SourceColumn("order_id", "Order ID", "订单号"),
    SourceColumn("original_order_id", "Original Order ID", "原订单号"),
    SourceColumn("order_type", "Order Type", "订单类型"),
    SourceColumn("trade_time", "Transaction Time", "交易时间", Holds.INSTANT),
    SourceColumn("effective_time", "Usage Start Time", "使用开始时间", Holds.INSTANT),
    SourceColumn("expire_time", "Usage End Time", "使用结束时间", Holds.INSTANT),
    SourceColumn("period_type", "Period Unit", "订单周期单位"),
    SourceColumn("period_num", "Period Count", "订单周期数", Holds.QUANTITY),
    SourceColumn("usage_type", "Usage Type Code", "使用量类型编码"),
    SourceColumn("usage", "Usage", "使用量", Holds.QUANTITY),
    SourceColumn("usage_unit", "Usage Unit", "使用量单位"),
    SourceColumn("free_resource_usage", "Package Usage", "套餐内使用量", Holds.QUANTITY),
    SourceColumn("ri_usage", "RI Usage", "预留实例内使用量", Holds.QUANTITY),
    SourceColumn("unit_price", "Unit Price", "单价", Holds.PRICE),
    SourceColumn("unit", "Unit Price Unit", "单价单位"),
    SourceColumn("official_amount", "List Price", "官网价", Holds.MONEY, required=True),
    SourceColumn("discount_amount", "Discount Amount", "优惠金额", Holds.MONEY),
    SourceColumn("truncated_amount", "Truncated Amount", "抹零金额", Holds.MONEY),
    SourceColumn("amount", "Amount Due", "应付金额", Holds.MONEY),
    SourceColumn("cash_amount", "Cash Payment", "现金支付", Holds.MONEY),
    SourceColumn("credit_amount", "Credit Payment", "信用额度支付", Holds.MONEY),
    SourceColumn("coupon_amount", "Cash Coupon", "代金券抵扣", Holds.MONEY),
    SourceColumn("flexipurchase_coupon_amount", "Flexi-Purchase Coupon", "现金券抵扣", Holds.MONEY),
    SourceColumn("stored_card_amount", "Stored-Value Card", "储值卡抵扣", Holds.MONEY),
    SourceColumn("bonus_amount", "Bonus", "奖励金", Holds.MONEY),
    SourceColumn("debt_amount", "Outstanding Amount", "欠费金额", Holds.MONEY),
    SourceColumn("adjustment_amount", "Written-off Amount", "已核销金额", Holds.MONEY),
    SourceColumn("settlement_amount", "Settlement Amount", "结算金额", Holds.MONEY),
    SourceColumn("currency", "Currency", "币种"),
)
# What other sources carry beside it; costs as received belong to Buy (money.md).
MORE: tuple[SourceColumn, ...] = (
    SourceColumn("charge_frequency", "Charge Frequency", "计费频率"),
    SourceColumn("service_category", "Service Category", "服务类别"),
    SourceColumn("service_subcategory", "Service Subcategory", "服务子类别"),
    SourceColumn("received_contracted_cost", "Contracted Cost", "合同价", Holds.MONEY),
    SourceColumn("received_effective_cost", "Effective Cost", "摊销成本", Holds.MONEY),
)
PAYMENT_PARTS = (
    "cash_amount",
    "credit_amount",
    "coupon_amount",
    "flexipurchase_coupon_amount",
    "stored_card_amount",
    "bonus_amount",
    "debt_amount",
    "adjustment_amount",
)
ALL = (*COLUMNS, *MORE)
KEYS = tuple(c.key for c in ALL)
BY_KEY = {c.key: c for c in ALL}
_BY_HEADER = {name.casefold(): c.key for c in COLUMNS for name in (c.english, c.chinese, c.key)}


@dataclass(frozen=True)
class Header:
    """A header line understood: the key of each position ('' where unknown) and the currency that it names."""

    keys: tuple[str, ...]
    currency: str
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    doubled: tuple[str, ...]
    currencies: tuple[str, ...]


def read_header(cells: list[str]) -> Header:
    """Match header cells to keys, in either language, with or without a currency in the text."""
    keys, currencies, unknown = [], set(), []
    for cell in cells:
        key, currency = _match(cell.strip())
        keys.append(key)
        if currency:
            currencies.add(currency)
        if not key:
            unknown.append(cell.strip())
    found = [k for k in keys if k]
    return Header(
        keys=tuple(keys),
        currency=min(currencies) if len(currencies) == 1 else "",
        unknown=tuple(unknown),
        missing=tuple(c.english for c in COLUMNS if c.required and c.key not in found),
        doubled=tuple(sorted({BY_KEY[k].english for k in found if found.count(k) > 1})),
        currencies=tuple(sorted(currencies)),
    )


def _match(text: str) -> tuple[str, str]:
    key = _BY_HEADER.get(text.casefold())
    if key:
        return key, ""
    split = CURRENCY_IN_HEADER.match(text)
    if split is None:
        return "", ""
    currency = split["currency"]
    return _BY_HEADER.get(split["name"].strip().casefold(), ""), SIGNS.get(currency, currency)
