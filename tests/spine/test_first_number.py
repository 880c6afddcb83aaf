"""The thinnest whole way: a bill of 20 lines, its sums worked out on paper, becomes a number."""

from tests.portal import LIST_X_1, Portal, line


def test_one_line_becomes_a_number(portal: Portal) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    bill = portal.bill("customerBill_202610.tar.gz", [line("acct-a1", "2026-10-03", "12.34000000")])
    [receipt] = portal.ingest(bill)
    assert receipt.is_clean, receipt.findings
    [published] = portal.publish()
    assert published.editions == (("C0001", 1, "final"),)
    assert portal.total(portal.alice, period="2026-10") == "12.34"
