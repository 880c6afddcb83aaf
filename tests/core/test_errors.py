"""Exit codes and statuses are contract: other programs read them."""

import pytest

from crossfoot.core import errors
from crossfoot.core.finding import Finding, Reach, Severity


@pytest.mark.parametrize(
    ("error", "status", "exit_code"),
    [
        (errors.CrossfootError, 400, 2),
        (errors.BadRequest, 422, 2),
        (errors.NotFound, 404, 7),
        (errors.NotPermitted, 403, 7),
        (errors.RefusedByFindings, 409, 3),
        (errors.Unreconciled, 409, 4),
        (errors.Altered, 503, 6),
        (errors.Busy, 503, 3),
    ],
)
def test_statuses_and_exit_codes(error, status, exit_code):
    assert (error.status, error.exit_code) == (status, exit_code)
    assert error().sentence == error.__doc__.strip()
    assert error("Say why.").sentence == "Say why."


def test_a_finding_says_where_what_and_what_next():
    finding = Finding(
        check="amount-sums",
        severity=Severity.BLOCK,
        reach=Reach.CUSTOMER_MONTH,
        message="List Price is not the sum.",
        next_step="Ask Huawei.",
        file="bill_0001.csv",
        record=7,
        column="List Price",
        value="1.00",
        customer="C0001",
        cycle="2026-10",
        count=3,
    )
    assert finding.is_block
    assert finding.sentence == (
        "customer C0001, cycle 2026-10, bill_0001.csv, record 7, column List Price, value '1.00': "
        "List Price is not the sum. (3 records) Ask Huawei."
    )
    assert finding.as_json()["severity"] == "block"
    assert finding.as_json()["account"] == ""
