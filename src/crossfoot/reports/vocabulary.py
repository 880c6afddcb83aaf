"""Each word of the product, once: the dimensions and measures that reports are made of, with their definitions."""

from crossfoot.core.errors import BadRequest
from crossfoot.core.words import mark as _
from crossfoot.reports.spec import Column, Dimension, Kind, Measure

CURRENCY = Dimension(
    key="currency",
    label=_("Currency"),
    sql="currency",
    help=_("The currency you are billed in. Sums never cross currencies."),
)
SERVICE_CODE = Column(
    key="service_code",
    label=_("Service code"),
    sql="service_code",
    help=_("Huawei's code of the service. It stays what it is, whatever the service is called."),
    kind=Kind.CODE,
)
SERVICE = Dimension(
    key="service",
    label=_("Service"),
    sql="service_name",
    code=SERVICE_CODE,
    help=_(
        "The cloud service charged: one name for each of Huawei's service codes, in whatever language the bill was. A "
        "code that Crossfoot does not know keeps the name that the bill gives it."
    ),
    empty=_("Agreement and rounding"),
)
SERVICE_CATEGORY = Dimension(
    key="service_category",
    label=_("Service category"),
    sql="service_category",
    help=_("What kind of service it is, in the words of FOCUS: Compute, Storage, Databases and so on."),
    empty=_("No category"),
)
REGION = Dimension(
    key="region",
    label=_("Region"),
    sql="region_id",
    name_sql="region_name",
    name_label=_("Region name"),
    help=_("Where the resource runs. Services without a place have none."),
    empty=_("No region"),
)
ACCOUNT = Dimension(
    key="account",
    label=_("Account"),
    sql="account_id",
    name_sql="account_name",
    name_label=_("Account name"),
    help=_("The Huawei Cloud account that used the service."),
    empty=_("No account"),
)
PROJECT = Dimension(
    key="project",
    label=_("Project"),
    sql="project_id",
    name_sql="project_name",
    name_label=_("Project name"),
    help=_("The enterprise project of the resource. 0 is the default project of an account."),
    empty=_("No project"),
)
PRODUCT = Dimension(
    key="product",
    label=_("Product"),
    sql="product_id",
    name_sql="product_name",
    name_label=_("Product name"),
    help=_("The product of the service's price list."),
    empty=_("No product"),
    has_unit=True,
)
SKU = Dimension(
    key="sku",
    label=_("SKU"),
    sql="sku_code",
    name_sql="specification",
    name_label=_("Specification"),
    help=_("The priced item within a product."),
    empty=_("No SKU"),
    has_unit=True,
)
RESOURCE = Dimension(
    key="resource",
    label=_("Resource"),
    sql="resource_id",
    name_sql="resource_name",
    name_label=_("Resource name"),
    help=_("The single machine, disk, bucket or plan."),
    empty=_("No resource"),
    has_unit=True,
)
BILL_TYPE = Dimension(
    key="bill_type",
    label=_("Bill type"),
    sql="bill_type",
    help=_("Huawei's code for the kind of line: 1 purchase, 5 use, 4 refund, 15 tax and so on."),
    empty=_("Agreement and rounding"),
)
ORDER = Dimension(
    key="order",
    label=_("Order"),
    sql="order_id",
    help=_("The order of a purchase or renewal."),
    empty=_("No order"),
)
CHARGE_CATEGORY = Dimension(
    key="charge_category",
    label=_("Charge category"),
    sql="charge_category",
    help=_("Usage, Purchase, Credit, Adjustment or Tax, as FOCUS defines them."),
)
DAY = Dimension(
    key="day",
    label=_("Day"),
    sql="bill_date",
    help=_("The date on the bill, cut at midnight in the time zone that the report names: Huawei's is GMT+08:00."),
    kind=Kind.DATE,
)
WEEK = Dimension(
    key="week",
    label=_("Week"),
    sql="CAST(date_trunc('week', bill_date) AS DATE)",
    help=_("The Monday of the week of the bill date."),
    kind=Kind.DATE,
)
MONTH = Dimension(
    key="month",
    label=_("Month"),
    sql="cycle",
    help=_("The billing cycle that carries the charge. Late usage is in the cycle that bills it."),
)
TIMES = (DAY.key, WEEK.key, MONTH.key)
UNIT = Dimension(
    key="unit",
    label=_("Unit"),
    sql="usage_unit",
    help=_("The unit of the quantity. Quantities add up only within one unit."),
    kind=Kind.UNIT,
    empty=_("No unit"),
)
LIST_COST = Measure(
    key="list_cost",
    label=_("List cost"),
    sql="list_cost",
    help=_(
        "Huawei's public price before any agreement, as its console shows it, for reference. Lines of Huawei's own tax "
        "are in it; you are not billed for them, so the difference to your cost is not your discount alone."
    ),
)
BILLED_COST = Measure(
    key="billed_cost",
    label=_("Cost (excl. tax)"),
    sql="billed_cost",
    help=_("What you are billed under your agreement, after credits and adjustments, before tax."),
)
QUANTITY = Measure(
    key="quantity",
    label=_("Quantity"),
    sql="usage_quantity",
    help=_("What was metered, in the unit beside it. Purchases have none."),
    kind=Kind.QUANTITY,
)
COMPARED_COST = Measure(
    key="compared_cost",
    label=_("Cost on compared days"),
    sql="billed_cost",
    help=_("The part of the cost that falls on days which are whole and have a partner in the month before."),
    within=("month",),
    empty=_("not compared"),
)
SAME_DAYS = Measure(
    key="same_days",
    label=_("Same days a month earlier"),
    sql="billed_cost",
    help=_(
        "The cost of the same days of the month before, day by day. A day that either month does not have, or whose data "
        "are not whole, is left out on both sides."
    ),
    within=("day", "month"),
    empty=_("not compared"),
)
SAME_DAYS_CHANGE = Measure(
    key="same_days_change",
    label=_("Change on these days"),
    sql="billed_cost",
    help=_("The cost on compared days less the cost of the same days a month earlier."),
    within=("day", "month"),
    empty=_("not compared"),
)
MONTH_BEFORE = Measure(
    key="month_before",
    label=_("Month before"),
    sql="billed_cost",
    help=_("The cost of the whole month before, where both months are closed."),
    within=("month",),
    empty=_("not compared"),
)
MONTH_CHANGE = Measure(
    key="month_change",
    label=_("Change on the month before"),
    sql="billed_cost",
    help=_("The cost less the cost of the month before."),
    within=("month",),
    empty=_("not compared"),
)
WEEK_BEFORE = Measure(
    key="week_before",
    label=_("Week before"),
    sql="billed_cost",
    help=_("The cost of the seven days before the week, where both weeks are whole."),
    within=("week",),
    empty=_("not compared"),
)
WEEK_CHANGE = Measure(
    key="week_change",
    label=_("Change on the week before"),
    sql="billed_cost",
    help=_("The cost less the cost of the week before."),
    within=("week",),
    empty=_("not compared"),
)
TREND = (
    BILLED_COST,
    MONTH_BEFORE,
    MONTH_CHANGE,
    WEEK_BEFORE,
    WEEK_CHANGE,
    COMPARED_COST,
    SAME_DAYS,
    SAME_DAYS_CHANGE,
)
STATE = Column(
    key="state",
    label=_("State"),
    sql="",
    help=_(
        "Complete: all of it is in the figures. Incomplete: charges of it are still to come. Partial: some of its days lie "
        "outside the period."
    ),
    words=(_("complete"), _("incomplete"), _("partial")),
)

TAG_PREFIX = "tag:"
MAX_TAG_KEY = 128


def tag(key: str) -> Dimension:
    """The dimension of one tag key, such as `tag:env`. The key itself is bound as a parameter, never put into SQL."""
    name = key.removeprefix(TAG_PREFIX)
    if not name or len(name) > MAX_TAG_KEY or "\x00" in name:
        raise BadRequest("The tag has no usable key: write tag:KEY, for example tag:env.")
    return Dimension(
        key=TAG_PREFIX + name,
        label=name,
        sql="tags[?]",
        help=_("The value of this tag on the resource; what does not carry the tag is shown as untagged."),
        empty=_("untagged"),
    )


def line(  # noqa: PLR0913 - the parts of a column
    key: str, label: str, sql: str, help_: str, kind: Kind = Kind.TEXT, *, words: tuple[str, ...] = (), empty: str = ""
) -> Column:
    """A column of a line report."""
    return Column(key=key, label=label, sql=sql, help=help_, kind=kind, words=words, empty=empty)
