"""Checks that look at single lines: readable amounts that add up, known codes and currencies, a price for each."""

from collections.abc import Sequence

from crossfoot.checks.candidate import Candidate
from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.core.money import is_currency
from crossfoot.lake.schema import SELL
from crossfoot.pricing.rate import BASIS, KEPT, Basis
from crossfoot.sources.columns import PAYMENT_PARTS
from crossfoot.sources.services import OTHER, list_services

ASK_HUAWEI = "Ask Huawei for a corrected bill and ingest it; the other customers are published."


def check_amount_sums(candidate: Candidate) -> list[Finding]:
    """List = discount + truncated + due, and due = its eight parts, exactly, wherever the file carries them all."""
    of_list = ("discount_amount", "truncated_amount", "amount")
    whole, parts = _sum(of_list), _sum(PAYMENT_PARTS)
    return [
        *candidate.find_lines(
            "amount-sums",
            f"list_cost <> {whole}",
            column="List Price",
            value="list_cost",
            message="List Price is not Discount Amount + Truncated Amount + Amount Due.",
            next_step=ASK_HUAWEI,
            exact=("list_cost", *of_list),
        ),
        *candidate.find_lines(
            "amount-sums",
            f"amount <> {parts}",
            column="Amount Due",
            value="amount",
            message="Amount Due is not the sum of its payment parts.",
            next_step=ASK_HUAWEI,
            exact=("amount", *PAYMENT_PARTS),
        ),
    ]


def check_currencies(candidate: Candidate) -> list[Finding]:
    """Every line's currency is one of ISO 4217 and the one its customer is billed in."""
    seen = candidate.bench.execute("SELECT DISTINCT customer_id, currency FROM priced").fetchall()
    unknown = sorted({code for _, code in seen if not code or not is_currency(code)})
    found = []
    for code in unknown:
        found += candidate.find_lines(
            "currency",
            f"currency IS NOT DISTINCT FROM {_text(code)}",
            column="Currency",
            value="currency",
            message="The currency is not one of ISO 4217.",
            next_step=ASK_HUAWEI,
        )
    strange = {owner for owner, code in seen if code not in {*unknown, candidate.currencies.get(owner, code)}}
    for customer in sorted(strange):
        currency = candidate.currencies[customer]
        found += candidate.find_lines(
            "currency",
            f"customer_id = {_text(customer)} AND currency <> {_text(currency)} AND currency NOT IN ({_list(unknown)})",
            column="Currency",
            value="currency",
            message=f"The customer is billed in {currency}, and there is no exchange rate for this line.",
            next_step="Correct the customer's currency, or wait until exchange rates can be entered.",
        )
    return found


def check_bill_types(candidate: Candidate) -> list[Finding]:
    """Every bill type is one whose price rule is written down (money.md R2)."""
    return candidate.find_lines(
        "bill-type",
        f"bill_type NOT IN ({_list(sorted(BASIS))})",
        column="Bill Type",
        value="bill_type",
        message="The bill type is unknown, so nobody can say what this line costs.",
        next_step="Ask Huawei what it means and tell Crossfoot; the month is published once it is known.",
    )


def check_priced(candidate: Candidate) -> list[Finding]:
    """Every line has a price by an approved rule; a refund has the ratio of its original order."""
    return [
        *candidate.find_lines(
            "priced",
            f"billed_cost IS NULL AND customer_id IS NOT NULL AND is_original_known AND bill_type IN ({_list(sorted(BASIS))})",
            column="Product Type",
            value="source_service_name",
            message="No approved price rule covers this service on this date.",
            next_step="Import a rule with `crossfoot prices import` and approve it with `crossfoot prices approve`.",
        ),
        *candidate.find_lines(
            "priced",
            "billed_cost IS NULL AND customer_id IS NOT NULL AND NOT is_original_known",
            column="Original Order ID",
            value="original_order_id",
            message="The order that this refund gives back is in no bill received, so its price is unknown.",
            next_step="Ingest the bill that holds the order, or import and approve a refund_pct rule.",
        ),
    ]


def check_services(candidate: Candidate) -> list[Finding]:
    """A service code that the table does not have, where the source gives no category itself: said, and never a block."""
    known = _list([service.code for service in list_services()])
    return candidate.find_lines(
        "service-code",
        f"service_category = {_text(OTHER)} AND lower(service_code) NOT IN ({known})",
        column="Product Type Code",
        value="service_code",
        severity=Severity.NOTE,
        reach=Reach.ROW,
        message="Unknown service code: the service has the category Other and the name that the bill gives it.",
        next_step="Nothing to do for the amounts; tell Crossfoot which service it is.",
    )


def check_dates(candidate: Candidate) -> list[Finding]:
    """No bill date lies after its cycle. One before it is late usage: a note, never a block."""
    return [
        *candidate.find_lines(
            "bill-date",
            f"bill_date >= DATE '{candidate.end}'",
            column="Expenditure Date",
            value="bill_date",
            message="The date lies after the billing cycle.",
            next_step=ASK_HUAWEI,
        ),
        *candidate.find_lines(
            "late-usage",
            f"bill_date < DATE '{candidate.start}'",
            column="Expenditure Date",
            value="bill_date",
            severity=Severity.NOTE,
            reach=Reach.ROW,
            message="Usage of an earlier day that Huawei charges in this cycle.",
            next_step="Nothing to do: it is billed in this cycle.",
        ),
    ]


def check_kept_credits(candidate: Candidate) -> list[Finding]:
    """Credits and adjustments of an export lower what the reseller pays: kept, sold to nobody, and said."""
    return candidate.find_lines(
        "kept-credits",
        f"bill_type IN ({_list(sorted(KEPT))})",
        column="ChargeCategory",
        value="bill_type",
        severity=Severity.NOTE,
        reach=Reach.ROW,
        message="It changes what you owe and stays with you; the customer is charged nothing for it and given nothing.",
        next_step="Nothing to do if that is your agreement.",
    )


def check_compensations(candidate: Candidate) -> list[Finding]:
    """Huawei's compensations and deductions are passed on as they are, and said."""
    codes = _list(sorted(code for code, basis in BASIS.items() if basis is Basis.PASS_ON))
    return candidate.find_lines(
        "compensation",
        f"bill_type IN ({codes}) AND amount <> 0",
        column="Bill Type",
        value="bill_type",
        severity=Severity.NOTE,
        reach=Reach.ROW,
        message="Huawei's compensation or deduction is passed on to the customer as it is.",
        next_step="Nothing to do if that is your agreement.",
    )


def _sum(columns: Sequence[str]) -> str:
    """In 64 bits, and in 128 where that overflows: an error would stop every customer, where a finding stops one."""
    narrow, wide = (" + ".join(form.format(column) for column in columns) for form in ("{}", f"CAST({{}} AS {SELL})"))
    return f"coalesce(try({narrow}), {wide})"


def _text(value: str | None) -> str:
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"


def _list(values: list[str]) -> str:
    return ", ".join(_text(v) for v in values) or "''"
