"""Billing periods: how the cost moves, by day, week and month."""

from crossfoot.core.words import mark as _
from crossfoot.reports import vocabulary as v
from crossfoot.reports.spec import Report

_WITHIN = (v.SERVICE, v.SERVICE_CATEGORY, v.REGION, v.ACCOUNT, v.PROJECT, v.BILL_TYPE, v.CHARGE_CATEGORY)

BILLING_PERIODS = Report(
    key="billing-periods",
    title=_("Billing periods"),
    question=_("How does it move?"),
    how_to_read=_(
        "One row is a day, a week from Monday to Sunday, or a month. Its cost stands beside the time that it is compared "
        "with; only whole days are compared, and a day that the other month does not have is left out on both sides. What "
        "is not whole yet is marked, and is never shown as zero."
    ),
    by=(v.DAY, v.WEEK, v.MONTH, *_WITHIN),
    tags=True,
    default_by="day",
    marks=(v.STATE,),
    measures=v.TREND,
    filters=(*_WITHIN, v.PRODUCT, v.SKU, v.RESOURCE, v.CURRENCY),
    drill="charges",
    is_trend=True,
)
