"""One customer's autumn, every figure worked out by hand.

INV-1 of 5 Aug, due 4 Sep: 100.00 + 8.00 tax = 108.00. INV-2 of 5 Sep, due 5 Oct: 50.00 + 4.00 = 54.00.
CN-1 of 10 Sep gives back 8.00 + 0.64 = 8.64 of INV-1.
Paid: P1 60.00 on 20 Aug for INV-1, with P2 3.00 withholding tax; P3 54.00 on 20 Sep, which names nothing but is INV-2 to
the cent; P4 10.00 on 1 Oct, an advance.

INV-1: 108.00 - 8.64 - 60.00 - 3.00 = 36.36 open. INV-2: 0.00. P4: -10.00. Owed: 36.36 - 10.00 = 26.36.
"""

from collections.abc import Callable

import pytest

from crossfoot.billing.acts import void_document
from crossfoot.core.errors import BadRequest
from tests.billing.desk import Desk, credit_note, invoice, payment

AUTUMN = (
    invoice("INV-1", "2026-08-05", "2026-09-04", "100.00+8.00"),
    invoice("INV-2", "2026-09-05", "2026-10-05", "50.00+4.00"),
    credit_note("CN-1", "INV-1", "2026-09-10", "8.00+0.64"),
)
PAID = (
    payment("P1", "2026-08-20", "60.00", "INV-1 part"),
    payment("P2", "2026-08-20", "3.00", "INV-1", "withholding_tax"),
    payment("P3", "2026-09-20", "54.00", "with thanks"),
    payment("P4", "2026-10-01", "10.00", "advance"),
)


@pytest.fixture
def autumn(desk: Desk) -> Desk:
    desk.invoices(*AUTUMN)
    desk.payments(*PAID)
    return desk


def test_every_entry_stands_as_worked_out(autumn: Desk) -> None:
    assert autumn.shown() == {
        "INV-1": ("108.00", "71.64", "36.36", "Overdue"),
        "INV-2": ("54.00", "54.00", "0.00", "Paid"),
        "CN-1": ("-8.64", "-8.64", "0.00", "Allocated"),
        "P1": ("-60.00", "-60.00", "0.00", "Allocated"),
        "P2": ("-3.00", "-3.00", "0.00", "Allocated"),
        "P3": ("-54.00", "-54.00", "0.00", "Allocated"),
        "P4": ("-10.00", "0.00", "-10.00", "Unallocated"),
    }
    table = autumn.portal.table("invoices-and-payments", autumn.portal.alice)
    assert table.totals == ({"currency": "USD", "amount_due": "26.36", "amount_paid": "0.00", "balance": "26.36"},)
    assert {row["document"]: row["days_overdue"] for row in table.rows() if row["days_overdue"]} == {"INV-1": "41"}


@pytest.mark.parametrize(
    ("last_day", "not_due", "ages", "unallocated", "balance"),
    [
        ("2026-09-04", "45.00", ["0.00"] * 4, "0.00", "45.00"),  # 108 - 63; due today is not late
        ("2026-09-05", "54.00", ["45.00", "0.00", "0.00", "0.00"], "0.00", "99.00"),
        ("2026-10-04", "0.00", ["36.36", "0.00", "0.00", "0.00"], "-10.00", "26.36"),  # the 30th day
        ("2026-10-05", "0.00", ["0.00", "36.36", "0.00", "0.00"], "-10.00", "26.36"),  # the 31st
    ],
)
def test_ageing_on_four_days(  # noqa: PLR0913 - what is worked out for a day
    autumn: Desk, last_day: str, not_due: str, ages: list[str], unallocated: str, balance: str
) -> None:
    table = autumn.portal.table("ageing", autumn.portal.dana, period=f"2026-08-01..{last_day}")
    [row] = table.rows()
    keys = ("overdue_30", "overdue_60", "overdue_90", "overdue_more")
    assert (row["customer"], row["customer_name"]) == ("C0001", "Alpha")
    assert (row["not_due"], [row[k] for k in keys], row["unallocated"], row["balance"]) == (
        not_due,
        ages,
        unallocated,
        balance,
    )
    assert table.totals[0] == {k: v for k, v in row.items() if not k.startswith("customer")}


def test_ageing_knows_61_and_91_days(autumn: Desk, clock: Callable[[str], None]) -> None:
    """INV-1 fell due on 4 Sep: 3 Nov is the 60th day after it, 4 Nov the 61st, 3 Dec the 90th, 4 Dec the 91st."""
    for day, column in (
        ("2026-11-03", "overdue_60"),
        ("2026-11-04", "overdue_90"),
        ("2026-12-03", "overdue_90"),
        ("2026-12-04", "overdue_more"),
    ):
        clock(f"{day} 00:01")
        [row] = autumn.rows("ageing", autumn.portal.dana)
        assert row[column] == "36.36", day


def test_the_statement_foots_and_asks_for_no_allocation(autumn: Desk) -> None:
    """September: 108 - 60 - 3 = 45.00 before; + 54.00; - 8.64; - 54.00 leaves 36.36. Charged 54.00, taken off 62.64."""
    table = autumn.portal.table("statement", autumn.portal.alice, period="2026-09")
    assert [
        (r["document_on"], r["document_kind"], r["document"], r["debit"], r["credit"], r["moved"], r["running_balance"])
        for r in table.rows()
    ] == [
        ("2026-09-01", "Opening balance", None, None, None, "45.00", "45.00"),
        ("2026-09-05", "Invoice", "INV-2", "54.00", None, "54.00", "99.00"),
        ("2026-09-10", "Credit note", "CN-1", None, "8.64", "-8.64", "90.36"),
        ("2026-09-20", "Payment", "P3", None, "54.00", "-54.00", "36.36"),
    ]
    assert table.totals == ({"currency": "USD", "debit": "54.00", "credit": "62.64", "moved": "36.36"},)


def test_what_is_still_to_come_is_not_told(autumn: Desk) -> None:
    """It is 15 October: a statement of this month is one up to today, and one of November is none."""
    assert autumn.rows("statement", autumn.portal.alice, period="2026-10")[-1]["running_balance"] == "26.36"
    for key, user in (("statement", autumn.portal.alice), ("ageing", autumn.portal.dana)):
        with pytest.raises(BadRequest, match="2026-11 is still to come"):
            autumn.rows(key, user, period="2026-11")


def test_a_void_frees_what_was_paid_and_reverses_the_statement(autumn: Desk, clock: Callable[[str], None]) -> None:
    """On 20 Oct INV-2 is void: its 54.00 are free again, and the statement of October shows -54.00, not that of September."""
    clock("2026-10-20 09:00")
    dana = autumn.scope(autumn.portal.dana, "C0001")
    key = next(
        r["entry"]
        for r in autumn.rows("invoices-and-payments", autumn.portal.dana, "C0001")
        if r["document"] == "INV-2"
    )
    void_document(dana, str(key), "billed twice")
    shown = autumn.shown()
    assert shown["INV-2"] == ("0.00", "0.00", "0.00", "Void")
    assert shown["P3"] == ("-54.00", "0.00", "-54.00", "Unallocated")
    october = autumn.rows("statement", autumn.portal.alice, period="2026-10")
    assert [(r["document_kind"], r["document"], r["moved"]) for r in october] == [
        ("Opening balance", None, "36.36"),
        ("Payment", "P4", "-10.00"),
        ("Voided", "INV-2", "-54.00"),
    ]
    assert [r["moved"] for r in autumn.rows("statement", autumn.portal.alice, period="2026-09")][-1] == "-54.00"
    with pytest.raises(BadRequest, match="void already"):
        void_document(dana, str(key), "again")
    assert autumn.invoices(*AUTUMN).of("unchanged")  # the file of then changes nothing, and does not bring it back
    assert autumn.shown() == shown


def test_as_of_a_moment_before_the_money_was_known(autumn: Desk, clock: Callable[[str], None]) -> None:
    """P5 came on 1 Oct by its value date, and was told to us on 20 Oct: as of the 16th INV-1 is still open with 36.36."""
    clock("2026-10-20 09:00")
    autumn.payments(payment("P5", "2026-10-01", "36.36", "INV-1"))
    assert autumn.shown()["INV-1"] == ("108.00", "108.00", "0.00", "Paid")
    earlier = autumn.shown(as_of="2026-10-16T00:00:00Z")
    assert earlier["INV-1"] == ("108.00", "71.64", "36.36", "Overdue")
    assert "P5" not in earlier
    september = {"as_of": "2026-10-16T00:00:00Z", "period": "2026-10"}
    assert [r["document"] for r in autumn.rows("statement", autumn.portal.alice, **september)] == [None, "P4"]


def test_an_open_item_counts_with_what_was_open(desk: Desk) -> None:
    """OLD-7 of 5 May over 107.00 was open with 57.00 at the end of 30 Sep; 20.00 came in October: 37.00 are left."""
    desk.invoices("SG01,C0001,invoice,OLD-7,2026-05-05,2026-06-04,USD,100.00,7.00,107.00,,,57.00,2026-09-30")
    desk.payments(payment("P1", "2026-10-02", "20.00", "OLD-7"))
    assert desk.shown()["OLD-7"] == ("107.00", "70.00", "37.00", "Overdue")
    assert desk.portal.table("invoices-and-payments", desk.portal.dana, "C0001").totals[0]["balance"] == "37.00"
    october = desk.rows("statement", desk.portal.dana, "C0001", period="2026-10")
    assert [(r["document_kind"], r["moved"]) for r in october] == [("Opening balance", "57.00"), ("Payment", "-20.00")]
    assert desk.rows("ageing", desk.portal.dana, period="2026-09-29..2026-09-29") == []  # before our time: not known


def test_a_refund_takes_from_what_was_paid_too_much(desk: Desk) -> None:
    """100.00 invoiced, 130.00 paid, 30.00 paid back: nothing is owed either way, and the columns of ageing agree."""
    desk.invoices(invoice("INV-1", "2026-08-05", "2026-09-04", "100.00"))
    desk.payments(
        payment("P1", "2026-08-20", "130.00", "INV-1"), payment("R1", "2026-09-01", "30.00", "INV-1 too much", "refund")
    )
    assert desk.shown() == {
        "INV-1": ("100.00", "100.00", "0.00", "Paid"),
        "P1": ("-130.00", "-100.00", "-30.00", "Part allocated"),
        "R1": ("30.00", "0.00", "30.00", "Refunded"),
    }
    [row] = desk.rows("ageing", desk.portal.dana)
    assert (row["unallocated"], row["balance"]) == ("0.00", "0.00")


def test_currencies_stay_apart_and_have_their_own_digits(desk: Desk) -> None:
    """1,500 yen and 12.345 dinars; a payment of 1500 dollars settles neither."""
    desk.invoices(
        "SG01,C0001,invoice,Y-1,2026-09-01,2026-09-30,JPY,1400,100,1500,,,,",
        "SG01,C0001,invoice,K-1,2026-09-01,2026-09-30,KWD,12.345,0,12.345,,,,",
    )
    desk.payments("P1,C0001,SG-001,,2026-09-05,USD,1500.00,cash")
    table = desk.portal.table("invoices-and-payments", desk.portal.dana, "C0001")
    assert {(t["currency"], t["balance"]) for t in table.totals} == {
        ("JPY", "1500"),
        ("KWD", "12.345"),
        ("USD", "-1500.00"),
    }
    assert [r["gross_amount"] for r in table.rows()] == ["1500", "12.345", "1500.00"]
