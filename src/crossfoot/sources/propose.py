"""Proposes a column map for a file from its headers: Huawei's names in both languages, Partner Center's, and FOCUS's."""

from collections.abc import Sequence
from dataclasses import replace

from crossfoot.sources.column_map import JOIN, ColumnMap
from crossfoot.sources.columns import ALL, CURRENCY_IN_HEADER, SIGNS

# What Partner Center and customers' own consoles call what a bill calls otherwise.
MORE_NAMES = {
    "official_amount": (
        "customer expenditure amount",
        "official website price",
        "list cost",
        "original price",
        "客户消费金额",
        "官网价",
    ),
    "settlement_amount": ("partner settlement amount", "settlement price", "billed cost", "伙伴结算金额", "结算价"),
    "bill_date": (
        "date",
        "bill date",
        "customer transaction time",
        "expenditure time",
        "消费时间",
        "客户交易时间",
        "账单日期",
    ),
    "customer_id": ("account id", "customer domain id", "客户账号ID"),
    "cloud_service_type_name": ("service", "service name", "service type", "云服务", "服务类型"),
    "cloud_service_type": ("service code", "service type code"),
    "product_name": ("description", "charge description"),
    "usage": ("quantity", "consumed quantity"),
    "trade_time": ("transaction time",),
    "resource_tag": ("tags", "标签"),
    "enterprise_project_name": ("project", "企业项目名称"),
    "region_name": ("region name",),
}
MODES_EN = ("Pay-per-use", "Yearly/monthly", "RI subscription", "RI hourly", "SP subscription", "SP hourly", "SP used")
MODES_ZH = ("按需", "包年/包月", "预留实例订购", "预留实例按时计费", "节省计划订购", "节省计划按时计费", "节省计划使用")
# Expenditure is a use, a purchase, an hour of a plan, or what a plan covers; refunds and adjustments do not ask the mode.
EXPENDITURE = ("5", "1", "1", "12", "1", "12", "23")
BILL_WORDS = {
    **{f"Expenditure{JOIN}{mode}": code for mode, code in zip(MODES_EN, EXPENDITURE, strict=True)},
    **{f"Refund{JOIN}{mode}": "4" for mode in MODES_EN},
    **{f"Adjustment{JOIN}{mode}": "9" for mode in MODES_EN},
    **{f"消费{JOIN}{mode}": code for mode, code in zip(MODES_ZH, EXPENDITURE, strict=True)},
    **{f"退款{JOIN}{mode}": "4" for mode in MODES_ZH},
    **{f"调账{JOIN}{mode}": "9" for mode in MODES_ZH},
}


def propose_map(headers: Sequence[str]) -> ColumnMap:
    """The best guess; its `missing` says what a person must still choose."""
    columns: dict[str, tuple[str, ...]] = {}
    constants: dict[str, str] = {}
    for header in headers:
        name, currency = _plain(header)
        key = _BY_NAME.get(name)
        if key and key not in columns:
            columns[key] = (header,)
        if currency and key:
            constants.setdefault("currency", currency)
    if "currency" in columns:
        constants.pop("currency", None)
    found = ColumnMap(columns=columns, constants=constants)
    if "bill_type" in columns and "charge_mode" in columns:
        both = (*columns["bill_type"], *columns["charge_mode"])
        return replace(found, columns={**columns, "bill_type": both}, words={"bill_type": BILL_WORDS})
    return found


def unmatched(headers: Sequence[str], found: ColumnMap) -> tuple[str, ...]:
    """The columns that nothing of ours is filled from."""
    used = {name for names in found.columns.values() for name in names}
    return tuple(header for header in headers if header not in used)


def _plain(header: str) -> tuple[str, str]:
    text = header.strip()
    split = CURRENCY_IN_HEADER.match(text)
    if split:
        return split["name"].strip().casefold(), SIGNS.get(split["currency"], split["currency"])
    return text.casefold(), ""


_BY_NAME = {
    **{name.casefold(): key for key, names in MORE_NAMES.items() for name in names},
    **{name.casefold(): c.key for c in ALL for name in (c.english, c.chinese, c.key)},
}
