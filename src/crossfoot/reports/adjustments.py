"""Refunds and adjustments: what was given back, corrected or charged beside the usage, line by line."""

from crossfoot.core.words import mark as _
from crossfoot.reports import vocabulary as v
from crossfoot.reports.cost import CHARGES
from crossfoot.reports.spec import Dimension, Report

# Credits and adjustments that the reseller keeps are sold to nobody, so they are no news for the customer (money.md R8).
_KIND = """CASE
    WHEN bill_type IS NULL THEN 'Invoice rounding'
    WHEN bill_type IN ('4', '20', '24') OR (bill_type IN ('Usage', 'Purchase') AND list_cost < 0) THEN 'Refund'
    WHEN bill_type = '13' THEN 'Handling fee'
    WHEN bill_type = '9' THEN 'Compensation'
    WHEN bill_type = '16' THEN 'Deduction'
    WHEN charge_category IN ('Credit', 'Adjustment') AND billed_cost <> 0 THEN charge_category
END"""

KIND = Dimension(
    key="kind",
    label=_("Kind"),
    sql=_KIND,
    help=_(
        "Refund: an order or usage given back. Handling fee: what giving back cost. Compensation and deduction: Huawei's "
        "own, passed on. Credit: money off your charges. Adjustment: a later change. Invoice rounding: what makes a closed "
        "month equal its payable amount."
    ),
    words=(
        _("Refund"),
        _("Handling fee"),
        _("Compensation"),
        _("Deduction"),
        _("Credit"),
        _("Adjustment"),
        _("Invoice rounding"),
    ),
)
ORIGINAL = "original_order_id"
_SHOWN = (
    "bill_date",
    "service",
    "description",
    "list_cost",
    "billed_cost",
    ORIGINAL,
    "resource_name",
    "account_name",
    "project_name",
    "region_name",
    "month",
    "charge_category",
    "bill_type",
    "account",
    "project",
    "region",
    "resource",
    "tags",
    "trade_id",
    "order_id",
    "charge_start",
    "charge_end",
    "charge_key",
    "source_file",
    "source_record",
    "source_sha256",
)
_BY_KEY = {column.key: column for column in CHARGES.lines}
_LINES = tuple(_BY_KEY[key] for key in _SHOWN)

REFUNDS_AND_ADJUSTMENTS = Report(
    key="refunds-and-adjustments",
    title=_("Refunds and adjustments"),
    question=_("What was given back or corrected?"),
    how_to_read=_(
        "One row is one billed line that is neither plain usage nor a plain purchase, with all 8 decimals. A minus is money "
        "in your favour. A refund opens the charges of the order that it gives back."
    ),
    tags=True,
    measures=(v.LIST_COST, v.BILLED_COST),
    filters=(KIND, *(d for d in CHARGES.filters if d is not v.UNIT)),
    lines=(_LINES[0], v.line(KIND.key, KIND.label, KIND.sql, KIND.help), *_LINES[1:]),
    only=f"({_KIND}) IS NOT NULL",
    drill="charges",
    opens=ORIGINAL,
)
