"""The columns of the two files in their order, with the header texts that Huawei writes in English and in Chinese.

Only the usage file names its currency, in the header text of every money column; only the bill says what the reseller owes.
"""

from typing import NamedTuple


class Column(NamedTuple):
    """A column by its key, with its header in both languages."""

    key: str
    en: str
    zh: str


COLUMNS = (
    Column("cycle", "Billing Cycle", "账期"),
    Column("bill_date", "Expenditure Date", "消费日期"),
    Column("id", "Record ID", "明细ID"),
    Column("customer_id", "Customer ID", "客户ID"),
    Column("account_name", "Account Name", "账号"),
    Column("bill_type", "Bill Type", "账单类型"),
    Column("charge_mode", "Billing Mode", "计费模式"),
    Column("cloud_service_type", "Product Type Code", "产品类型编码"),
    Column("cloud_service_type_name", "Product Type", "产品类型"),
    Column("resource_type", "Resource Type Code", "资源类型编码"),
    Column("resource_type_name", "Resource Type", "资源类型"),
    Column("product_id", "Product ID", "产品ID"),
    Column("product_name", "Product Name", "产品"),
    Column("product_spec_desc", "Specifications", "规格"),
    Column("sku_code", "SKU Code", "SKU编码"),
    Column("region", "Region Code", "区域编码"),
    Column("region_name", "Region", "区域"),
    Column("az_code", "AZ", "可用区"),
    Column("enterprise_project_id", "Enterprise Project ID", "企业项目ID"),
    Column("enterprise_project_name", "Enterprise Project", "企业项目"),
    Column("resource_id", "Resource ID", "资源ID"),
    Column("resource_name", "Resource Name", "资源名称"),
    Column("resource_tag", "Resource Tag", "资源标签"),
    Column("trade_id", "Order ID/Transaction ID", "订单号/交易号"),
    Column("order_id", "Order ID", "订单号"),
    Column("original_order_id", "Original Order ID", "原订单号"),
    Column("order_type", "Order Type", "订单类型"),
    Column("trade_time", "Transaction Time", "交易时间"),
    Column("effective_time", "Usage Start Time", "使用开始时间"),
    Column("expire_time", "Usage End Time", "使用结束时间"),
    Column("period_type", "Period Unit", "订单周期单位"),
    Column("period_num", "Period Count", "订单周期数"),
    Column("usage_type", "Usage Type Code", "使用量类型编码"),
    Column("usage", "Usage", "使用量"),
    Column("usage_unit", "Usage Unit", "使用量单位"),
    Column("free_resource_usage", "Package Usage", "套餐内使用量"),
    Column("ri_usage", "RI Usage", "预留实例内使用量"),
    Column("unit_price", "Unit Price", "单价"),
    Column("unit", "Unit Price Unit", "单价单位"),
    Column("official_amount", "List Price", "官网价"),
    Column("discount_amount", "Discount Amount", "优惠金额"),
    Column("truncated_amount", "Truncated Amount", "抹零金额"),
    Column("amount", "Amount Due", "应付金额"),
    Column("cash_amount", "Cash Payment", "现金支付"),
    Column("credit_amount", "Credit Payment", "信用额度支付"),
    Column("coupon_amount", "Cash Coupon", "代金券抵扣"),
    Column("flexipurchase_coupon_amount", "Flexi-Purchase Coupon", "现金券抵扣"),
    Column("stored_card_amount", "Stored-Value Card", "储值卡抵扣"),
    Column("bonus_amount", "Bonus", "奖励金"),
    Column("debt_amount", "Outstanding Amount", "欠费金额"),
    Column("adjustment_amount", "Written-off Amount", "已核销金额"),
    Column("settlement_amount", "Settlement Amount", "结算金额"),
    Column("currency", "Currency", "币种"),
)
MONEY = frozenset(
    (
        "unit_price",
        "official_amount",
        "discount_amount",
        "truncated_amount",
        "amount",
        "cash_amount",
        "credit_amount",
        "coupon_amount",
        "flexipurchase_coupon_amount",
        "stored_card_amount",
        "bonus_amount",
        "debt_amount",
        "adjustment_amount",
    )
)
ONLY_IN_BILL = frozenset(("settlement_amount", "currency"))


def bill_header(lang: str) -> list[str]:
    """The header of customerBill."""
    return [_text(column, lang) for column in COLUMNS]


def usage_header(lang: str, currency: str) -> list[str]:
    """The header of customerUsageV2."""
    suffix = f"({currency})" if lang == "zh" else f" ({currency})"
    return [
        _text(column, lang) + (suffix if column.key in MONEY else "")
        for column in COLUMNS
        if column.key not in ONLY_IN_BILL
    ]


def _text(column: Column, lang: str) -> str:
    return column.zh if lang == "zh" else column.en
