"""A cell that cannot be read refuses its account, names itself, and lets the bill's other accounts in."""

import pytest

from crossfoot.core.finding import Reach
from tests.portal import LIST_X_1, Portal, line
from tests.time.facts import FINAL, OCTOBER, blocks, editions, to_date

MEMBER = "customerBill_202610_0001.csv"
AMOUNT = "The cell cannot be read: it must hold an amount with at most 8 decimals, such as 12.34000000."
CELLS = {
    "letters in an amount": ("amount", "12a.4", "Amount Due", AMOUNT),
    "nine decimals": ("official_amount", "0.123456789", "List Price", AMOUNT),
    "an exponent": ("official_amount", "1E-9", "List Price", AMOUNT),
    "thousands separators": ("debt_amount", "1,234.50", "Outstanding Amount", AMOUNT),
    "a decimal comma": ("official_amount", "1,5", "List Price", AMOUNT),
    "a sign of money": ("official_amount", "$5", "List Price", AMOUNT),
    "no number": ("official_amount", "NaN", "List Price", AMOUNT),
    "infinity": ("coupon_amount", "Infinity", "Cash Coupon", AMOUNT),
    "digits of another script": ("official_amount", "１２", "List Price", AMOUNT),
    "more than a bill can hold": ("official_amount", "12345678901.00", "List Price", AMOUNT),
    "blanks within": ("official_amount", "1 000", "List Price", AMOUNT),
    "the wrong cycle": ("cycle", "2026-09", "Billing Cycle", "The cell cannot be read: it must hold the cycle of the file, 2026-10."),
    "no date": ("bill_date", "", "Expenditure Date", "The cell is empty: it must hold a date such as 2026-10-31."),
    "a date of another form": ("bill_date", "04/10/2026", "Expenditure Date", "The cell cannot be read: it must hold a date such as 2026-10-31."),
    "a date that is in no calendar": ("bill_date", "2026-10-32", "Expenditure Date", "The cell cannot be read: it must hold a date such as 2026-10-31."),
    "no bill type": ("bill_type", "", "Bill Type", "The cell is empty: it must hold a value."),
    "no amount at all": ("official_amount", " ", "List Price", AMOUNT),
    "a time that is none": ("trade_time", "yesterday", "Transaction Time", "The cell cannot be read: it must hold a time such as 2026-10-31 23:00:00 GMT+08:00."),
    "too many decimals in a quantity": ("usage", "0.12345678901", "Usage", "The cell cannot be read: it must hold a quantity with at most 10 decimals, such as 0.5."),
}  # fmt: skip


@pytest.fixture
def shop(portal: Portal) -> Portal:
    """Two customers, published once: 10.00 and 5.00."""
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill(to_date("20261005"), [line("acct-a1", "2026-10-04", "10"), line("acct-b1", "2026-10-04", "5")]))
    portal.publish()
    return portal


@pytest.mark.parametrize("kind", CELLS)
def test_an_unreadable_cell_refuses_its_account_by_name(shop: Portal, kind: str) -> None:
    key, written, column, message = CELLS[kind]
    bill = [
        line("acct-a1", "2026-10-04", "11"),
        line("acct-b1", "2026-10-04", "6"),
        line("acct-a2", "2026-10-04", "1") | {key: written},
        line("acct-a2", "2026-10-05", "2"),
    ]
    [receipt] = shop.ingest(shop.bill(FINAL, bill))

    assert (receipt.is_accepted, receipt.is_clean, receipt.rows) == (True, False, 2)
    assert receipt.totals["USD"]["list_cost"] == "17.00000000"
    [found] = receipt.findings
    assert (found.reach, found.account, found.customer) == (Reach.ACCOUNT, "acct-a2", "")
    assert (found.file, found.record, found.column, found.value) == (MEMBER, 3, column, written)
    assert found.message == message
    assert found.next_step == "Ask Huawei for a corrected file and ingest it; the account's last good lines stay in force."

    [published] = shop.publish()
    assert (published.blocked, published.editions) == (("C0001",), (("C0002", 2, "final"),))
    [block] = blocks(shop, "C0001")
    assert (block.check, block.account, block.file, block.record) == ("refused-lines", "acct-a2", MEMBER, 3)
    assert (block.column, block.value) == (column, written)
    assert (shop.total(shop.alice, period=OCTOBER), shop.total(shop.charlie, period=OCTOBER)) == ("10.00", "6.00")


def test_the_last_good_lines_stay_in_force_until_a_good_bill_arrives(shop: Portal) -> None:
    shop.ingest(shop.bill(to_date("20261006"), [line("acct-a1", "2026-10-04", "11") | {"official_amount": "eleven"}]))
    shop.publish()
    assert (shop.total(shop.alice, period=OCTOBER), editions("C0001")) == ("10.00", [(1, "open")])

    shop.ingest(shop.bill(to_date("20261007"), [line("acct-a1", "2026-10-04", "12")]))
    [published] = shop.publish()
    assert (published.blocked, shop.total(shop.alice, period=OCTOBER)) == ((), "12.00")


def test_a_bad_file_older_than_a_good_one_refuses_nothing(shop: Portal) -> None:
    shop.ingest(shop.bill(to_date("20261004"), [line("acct-a1", "2026-10-03", "9") | {"official_amount": "nine"}]))
    [published] = shop.publish()
    assert (published.blocked, blocks(shop, "C0001")) == ((), [])


def test_a_cell_in_a_later_part_takes_back_the_lines_of_the_earlier_part(shop: Portal) -> None:
    import csv  # noqa: PLC0415
    import io  # noqa: PLC0415
    import tarfile  # noqa: PLC0415

    from tests.portal import pack  # noqa: PLC0415

    parts = {}
    for number, cost in ((1, "11"), (2, "eleven")):
        one = shop.bill("part.tar.gz", [line("acct-a1", "2026-10-04", "11") | {"official_amount": cost}, line("acct-b1", f"2026-10-0{number}", "3")])
        with tarfile.open(one) as tar:
            [member] = tar.getmembers()
            parts[f"customerBill_202610_000{number}.csv"] = tar.extractfile(member).read()  # type: ignore[union-attr]
    assert len(list(csv.reader(io.StringIO(parts["customerBill_202610_0002.csv"].decode())))) == 3
    [receipt] = shop.ingest(pack(shop.inbox / FINAL, parts))
    [found] = receipt.findings
    assert (found.file, found.record, receipt.rows) == ("customerBill_202610_0002.csv", 1, 2)
    shop.publish()
    assert (shop.total(shop.alice, period=OCTOBER), shop.total(shop.charlie, period=OCTOBER)) == ("10.00", "6.00")


def test_a_line_without_an_account_refuses_the_whole_bill(shop: Portal) -> None:
    bill = [line("acct-a1", "2026-10-04", "11"), line("", "2026-10-04", "1")]
    [receipt] = shop.ingest(shop.bill(FINAL, bill))
    assert (receipt.is_accepted, receipt.rows, receipt.totals) == (False, 0, {})
    [found] = receipt.findings
    assert (found.reach, found.file, found.record, found.column) == (Reach.FILE, MEMBER, 2, "Customer ID")
    [published] = shop.publish()
    assert (published.editions, shop.total(shop.alice, period=OCTOBER)) == ((), "10.00")
