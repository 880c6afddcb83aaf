"""The checks, in the order in which they are read. Each is a function from a Candidate to findings."""

from collections.abc import Callable
from dataclasses import dataclass

from crossfoot.checks import lines, months
from crossfoot.checks.candidate import Candidate
from crossfoot.core.finding import Finding, Reach


@dataclass(frozen=True)
class Check:
    """A check with the farthest reach of what it may block (money.md R17)."""

    key: str
    reach: Reach
    run: Callable[[Candidate], list[Finding]]


CHECKS: tuple[Check, ...] = (
    Check("refused-lines", Reach.CUSTOMER_MONTH, months.check_refusals),
    Check("control-totals", Reach.CUSTOMER_MONTH, months.check_control_totals),
    Check("duplicates", Reach.CUSTOMER_MONTH, months.check_duplicates),
    Check("amount-sums", Reach.CUSTOMER_MONTH, lines.check_amount_sums),
    Check("currency", Reach.CUSTOMER_MONTH, lines.check_currencies),
    Check("bill-type", Reach.CUSTOMER_MONTH, lines.check_bill_types),
    Check("priced", Reach.CUSTOMER_MONTH, lines.check_priced),
    Check("bill-date", Reach.CUSTOMER_MONTH, lines.check_dates),
    Check("service-code", Reach.ROW, lines.check_services),
    Check("completeness", Reach.CUSTOMER_MONTH, months.check_completeness),
    Check("no-final-charges", Reach.ACCOUNT, months.check_final_charges),
    Check("account-mapped", Reach.ACCOUNT, months.check_accounts),
    Check("kept-credits", Reach.ROW, lines.check_kept_credits),
    Check("compensation", Reach.ROW, lines.check_compensations),
)


def run_checks(candidate: Candidate) -> list[Finding]:
    """All findings of all checks."""
    return [finding for check in CHECKS for finding in check.run(candidate)]
