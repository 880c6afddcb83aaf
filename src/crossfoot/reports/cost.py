"""Usage to cost, and the charges behind it."""

from datetime import date

from crossfoot.core.words import mark as _
from crossfoot.reports import vocabulary as v
from crossfoot.reports.spec import Change, Kind, Report

_FILTERS = (
    v.SERVICE,
    v.SERVICE_CATEGORY,
    v.REGION,
    v.ACCOUNT,
    v.PROJECT,
    v.PRODUCT,
    v.SKU,
    v.RESOURCE,
    v.BILL_TYPE,
    v.CHARGE_CATEGORY,
    v.DAY,
    v.WEEK,
    v.MONTH,
    v.UNIT,
    v.CURRENCY,
)

USAGE_TO_COST = Report(
    key="usage-to-cost",
    title=_("Usage to cost"),
    question=_("What did I spend it on?"),
    how_to_read=_(
        "Each row adds up the charges of one group. Every shown figure is rounded alone; where the rounded rows miss "
        "the rounded total, a Rounding row carries the difference, so the column always adds up. Open a row to see "
        "the charges behind it, each with the record of the source file it came from."
    ),
    by=(
        v.SERVICE,
        v.SERVICE_CATEGORY,
        v.REGION,
        v.ACCOUNT,
        v.PROJECT,
        v.PRODUCT,
        v.SKU,
        v.RESOURCE,
        v.BILL_TYPE,
        v.CHARGE_CATEGORY,
        v.DAY,
        v.WEEK,
        v.MONTH,
        v.CURRENCY,
    ),
    tags=True,
    default_by="service",
    measures=(v.LIST_COST, v.BILLED_COST, v.QUANTITY),
    filters=_FILTERS,
    drill="charges",
    revision=2,
    changes=(
        Change(
            revision=2,
            day=date(2026, 11, 27),
            sentence=_(
                "A service has one name for each of Huawei's codes: what was two rows where bills were in English and in "
                "Chinese is one row with their sum. Its code stands beside it, and services have categories."
            ),
            columns=("service_category", "service_code"),
        ),
    ),
)

CHARGES = Report(
    key="charges",
    title=_("Charges"),
    question=_("Which lines make up this figure?"),
    how_to_read=_(
        "One row is one billed line, with all 8 decimals, so the lines add up to the exact total. The last columns "
        "name the source file and the record in it (record 1 is the first after the header)."
    ),
    tags=True,
    measures=(v.LIST_COST, v.BILLED_COST),
    filters=(*_FILTERS, v.ORDER),
    # What a reader compares stands first; codes, ids and the way back to the source follow.
    lines=(
        v.line("bill_date", _("Bill date"), "bill_date", v.DAY.help, Kind.DATE),
        v.line("service", _("Service"), "service_name", v.SERVICE.help),
        v.line("description", _("Description"), "charge_description", _("Product and specification in words.")),
        v.line("resource_name", _("Resource name"), "resource_name", _("The resource's own name.")),
        v.line("quantity", _("Quantity"), "usage_quantity", v.QUANTITY.help, Kind.QUANTITY),
        v.line("unit", _("Unit"), "usage_unit", v.UNIT.help, Kind.UNIT),
        v.line("list_cost", _("List cost"), "list_cost", v.LIST_COST.help, Kind.MONEY),
        v.line("billed_cost", _("Cost (excl. tax)"), "billed_cost", v.BILLED_COST.help, Kind.MONEY),
        v.line("account_name", _("Account name"), "account_name", _("The account's own name.")),
        v.line("project_name", _("Project name"), "project_name", _("The project's own name.")),
        v.line("region_name", _("Region name"), "region_name", _("The region in words.")),
        v.line("month", _("Month"), "cycle", v.MONTH.help),
        v.line("service_code", v.SERVICE_CODE.label, "service_code", v.SERVICE_CODE.help),
        v.line(
            "source_service", _("Service on the bill"), "source_service_name", _("The service as the bill calls it.")
        ),
        v.line("service_category", _("Service category"), "service_category", v.SERVICE_CATEGORY.help),
        v.line(
            "service_subcategory", _("Service subcategory"), "service_subcategory", _("The kind within the category.")
        ),
        v.line("charge_category", _("Charge category"), "charge_category", v.CHARGE_CATEGORY.help),
        v.line("charge_frequency", _("Charge frequency"), "charge_frequency", _("One-Time, Recurring or Usage-Based.")),
        v.line("bill_type", _("Bill type"), "bill_type", v.BILL_TYPE.help),
        v.line("charge_mode", _("Billing mode"), "charge_mode", _("The source's code: yearly/monthly, pay-per-use …")),
        v.line("account", _("Account"), "account_id", v.ACCOUNT.help),
        v.line("project", _("Project"), "project_id", v.PROJECT.help),
        v.line("region", _("Region"), "region_id", v.REGION.help),
        v.line("availability_zone", _("Availability zone"), "availability_zone", _("The zone within the region.")),
        v.line("resource_type", _("Resource type"), "resource_type_name", _("Kind of resource within the service.")),
        v.line("resource", _("Resource"), "resource_id", v.RESOURCE.help),
        v.line("tags", _("Tags"), "tags_raw", _("The tags as the source wrote them: key:value; …")),
        v.line("product", _("Product"), "product_id", v.PRODUCT.help),
        v.line("product_name", _("Product name"), "product_name", _("The product in words.")),
        v.line("specification", _("Specification"), "specification", _("Size and kind within the product.")),
        v.line("sku", _("SKU"), "sku_code", v.SKU.help),
        v.line("trade_id", _("Transaction"), "trade_id", _("Order or transaction number of the charge.")),
        v.line("order_id", _("Order"), "order_id", _("The order of a purchase or renewal.")),
        v.line("original_order_id", _("Original order"), "original_order_id", _("On refunds: the order given back.")),
        v.line("trade_at", _("Charged at"), "trade_at", _("When the charge was made, in UTC."), Kind.INSTANT),
        v.line("charge_start", _("Usage start"), "charge_start", _("Start of the usage window, UTC."), Kind.INSTANT),
        v.line("charge_end", _("Usage end"), "charge_end", _("End of the usage window, UTC, exclusive."), Kind.INSTANT),
        v.line("usage_type", _("Usage type"), "usage_type", _("What is metered.")),
        v.line("package_quantity", _("From packages"), "package_quantity", _("Covered by a package."), Kind.QUANTITY),
        v.line("reserved_quantity", _("Reserved"), "reserved_quantity", _("Covered by a reservation."), Kind.QUANTITY),
        v.line(
            "list_unit_price", _("List unit price"), "list_unit_price", _("Public price of one unit."), Kind.QUANTITY
        ),
        v.line("charge_key", _("Charge key"), "charge_key", _("Names this charge for ever, in every edition.")),
        v.line("source_file", _("Source file"), "source_file", _("The file within the bill that carried the line.")),
        v.line("source_record", _("Source record"), "source_record", _("Its record number in that file.")),
        v.line("source_sha256", _("Source sha256"), "source_sha256", _("The sha256 of the bill as received.")),
    ),
    revision=2,
    changes=(
        Change(
            revision=2,
            day=date(2026, 11, 27),
            sentence=_(
                "A service has one name for each of Huawei's codes. The bill's own word for it, its code and its category "
                "are columns."
            ),
            columns=("service_code", "source_service", "service_category", "service_subcategory", "order"),
        ),
    ),
)
