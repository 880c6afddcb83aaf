"""A cell that cannot be read refuses its account, names itself, and lets the bill's other accounts in."""

import pytest

from crossfoot.core.finding import Reach
from tests.faults.archives import rewritten, unpacked
from tests.portal import LIST_X_1, Portal, line, pack
from tests.time.facts import FINAL, OCTOBER, blocks, editions, to_date

MEMBER = "customerBill_202610_0001.csv"
NEXT_STEP = "Ask Huawei for a corrected file and ingest it; the account's last good lines stay in force."
AMOUNT = (
    "The cell cannot be read: it must hold an amount with at most 8 decimals, such as 12.34000000, below 10000000000."
)
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
    "an empty amount": ("official_amount", "", "List Price", f"The cell is empty{AMOUNT.removeprefix('The cell cannot be read')}"),
    "no currency": ("currency", "", "Currency", "The cell is empty: it must hold a currency such as USD."),
    "a currency in words": ("currency", "US dollars", "Currency", "The cell cannot be read: it must hold a currency such as USD."),
    "a name too long for any catalogue": ("cloud_service_type_name", "x" * 201, "Product Type", "The cell cannot be read: it must hold a text of at most 200 characters."),
    "a time that is none": ("trade_time", "yesterday", "Transaction Time", "The cell cannot be read: it must hold a time such as 2026-10-31 23:00:00 GMT+08:00."),
    "too many decimals in a quantity": ("usage", "0.12345678901", "Usage", "The cell cannot be read: it must hold a quantity with at most 10 decimals, such as 0.5."),
}  # fmt: skip


@pytest.fixture
def shop(portal: Portal) -> Portal:
    """Two customers, published once: 10.00 and 5.00."""
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    portal.ingest(
        portal.bill(to_date("20261005"), [line("acct-a1", "2026-10-04", "10"), line("acct-b1", "2026-10-04", "5")])
    )
    portal.publish()
    return portal


def test_an_unreadable_cell_refuses_its_account_by_name(portal: Portal) -> None:
    """Every kind in one bill, each in an account and a month of its own; Beta's lines can be read."""
    victims = {kind: f"V{number}" for number, kind in enumerate(CELLS)}
    portal.customers("C0002,Beta,USD,acct-b1,,", *(f"{v},Victim {v},USD,acct-{v},," for v in victims.values()))
    portal.prices(LIST_X_1)
    before = [line("acct-b1", "2026-10-04", "5"), *(line(f"acct-{v}", "2026-10-04", "10") for v in victims.values())]
    portal.ingest(portal.bill(to_date("20261005"), before))
    portal.publish()

    bad = [line(f"acct-{v}", "2026-10-04", "11") | {CELLS[kind][0]: f"@{v}@"} for kind, v in victims.items()]
    path = portal.bill(FINAL, [line("acct-b1", "2026-10-04", "6"), *bad])
    [receipt] = portal.ingest(rewritten(path, {f"@{v}@": CELLS[kind][1] for kind, v in victims.items()}))

    assert (receipt.is_accepted, receipt.is_clean, receipt.rows) == (True, False, 1)
    assert receipt.totals == {
        "USD": {"rows": "1", "list_cost": "6.00000000", "amount": "6.00000000", "settlement_amount": None}
    }
    found = {f.account: f for f in receipt.findings}
    assert len(found) == len(receipt.findings) == len(victims)
    [published] = portal.publish()
    assert (published.blocked, published.editions) == (tuple(sorted(victims.values())), (("C0002", 2, "final"),))
    assert portal.total(portal.charlie, period=OCTOBER) == "6.00"
    for record, (kind, victim) in enumerate(victims.items(), start=2):
        _, written, column, message = CELLS[kind]
        seen = (MEMBER, record, column, written.strip()[:120])
        cell = found[f"acct-{victim}"]
        assert (cell.reach, cell.customer, cell.message) == (Reach.ACCOUNT, "", message), kind
        assert (cell.file, cell.record, cell.column, cell.value.strip()) == seen, kind
        assert cell.next_step == NEXT_STEP, kind
        [block] = blocks(portal, victim)
        assert (block.check, block.account) == ("refused-lines", f"acct-{victim}"), kind
        assert (block.file, block.record, block.column, block.value.strip()) == seen, kind
        assert portal.total(portal.dana, victim, period=OCTOBER) == "10.00", kind


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


def test_a_cell_in_a_later_part_takes_back_the_lines_of_the_earlier_parts(shop: Portal) -> None:
    """Six parts: more than are read at once."""
    parts = {}
    for number, amount in enumerate(["1", "1", "1", "1", "1", "one"], start=1):
        bill = [line("acct-b1", "2026-10-04", "3"), line("acct-a1", "2026-10-04", "1") | {"amount": amount}]
        parts[f"customerBill_202610_000{number}.csv"] = unpacked(shop.bill(FINAL, bill))[MEMBER]
    [receipt] = shop.ingest(pack(shop.inbox / FINAL, parts))
    [found] = receipt.findings
    assert (found.file, found.record, found.value) == ("customerBill_202610_0006.csv", 2, "one")
    assert (receipt.rows, receipt.totals["USD"]["list_cost"]) == (6, "18.00000000")
    shop.publish()
    assert (shop.total(shop.alice, period=OCTOBER), shop.total(shop.charlie, period=OCTOBER)) == ("10.00", "18.00")


def test_a_line_without_an_account_refuses_the_whole_bill(shop: Portal) -> None:
    bill = [line("acct-a1", "2026-10-04", "11"), line("", "2026-10-04", "1")]
    [receipt] = shop.ingest(shop.bill(FINAL, bill))
    assert (receipt.is_accepted, receipt.rows, receipt.totals) == (False, 0, {})
    [found] = receipt.findings
    assert (found.reach, found.file, found.record, found.column) == (Reach.FILE, MEMBER, 2, "Customer ID")
    [published] = shop.publish()
    assert (published.editions, shop.total(shop.alice, period=OCTOBER)) == ((), "10.00")
