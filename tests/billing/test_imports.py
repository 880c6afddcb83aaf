"""What an import takes, keeps and refuses. A file is imported whole or not at all, and the same file twice is one."""

import pytest

from crossfoot.billing.models import Allocation, Document, DocumentLine, Payment
from crossfoot.core.errors import BadRequest, RefusedByFindings
from tests.billing.desk import Desk, credit_note, csv, invoice, payment

GOOD = invoice("INV-1", "2026-08-05", "2026-09-04", "100.00+8.00")


def counts() -> tuple[int, ...]:
    from crossfoot.access.rls import as_staff

    with as_staff():
        return tuple(model.objects.count() for model in (Document, DocumentLine, Payment, Allocation))


def test_the_same_files_twice_are_once(desk: Desk) -> None:
    lines = ("SG01,INV-1,1,acct-a1,Elastic Cloud Server,SR,60.00", "SG01,INV-1,2,acct-a1,Object Storage,SR,40.00")
    paid = payment("P1", "2026-08-20", "108.00", "INV-1")
    for state in ("new", "unchanged"):
        assert [c.state for c in desk.invoices(GOOD, lines=lines).changes] == [state]
        assert [c.state for c in desk.payments(paid).changes] == [state]
    assert counts() == (1, 2, 1, 1)


def test_a_dry_run_says_all_and_leaves_nothing(desk: Desk) -> None:
    desk.payments(payment("P1", "2026-08-20", "108.00", "for INV-1 with thanks"))
    outcome = desk.invoices(GOOD, is_dry=True)
    assert [c.words for c in outcome.changes] == ["invoice INV-1 of C0001, USD 108.00"]
    assert [(s.source, s.target, s.amount, s.how) for s in outcome.settled] == [
        ("P1", "INV-1", "108.00", "exact_number")
    ]
    assert counts() == (0, 0, 1, 0)
    assert [vars(s) for s in desk.invoices(GOOD).settled] == [vars(s) for s in outcome.settled]
    assert counts() == (1, 0, 1, 1)


def test_a_dry_run_of_bad_rows_names_each_with_its_row(desk: Desk) -> None:
    outcome = desk.invoices(GOOD, GOOD.replace("C0001", "C0009").replace("INV-1", "INV-2"), GOOD, is_dry=True)
    assert [(c.row, c.state) for c in outcome.changes] == [(1, "new"), (2, "refused"), (3, "refused")]
    assert "no customer 'C0009'" in outcome.changes[1].words
    assert outcome.changes[2].words == "INV-1 stands in row 1 already."


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("108.00", "109.00", "make 108.00, and amount says 109.00"),
        ("100.00,8.00", "100.00,", "Give net and tax, or neither"),
        ("108.00", "108.005", "USD has 2 decimals"),
        ("108.00", "1,08.00", "has 15 cells and the header 14"),
        ("108.00", "1E2", "write it plainly"),
        ("108.00", "\uff11\uff10\uff18", "write it plainly"),
        ("100.00,8.00,108.00", ",,-108.00", "amounts are positive"),
        ("2026-09-04", "2026-08-04", "before it was issued"),
        ("2026-08-05", "05.08.2026", "write a date as 2026-10-31"),
        ("2026-08-05", "2026-10-16", "still to come"),
        ("USD", "usd", "no currency"),
        ("invoice", "bill", "The kind 'bill' is not one of invoice, credit_note"),
        ("SG01", "SG02", "There is no entity 'SG02'"),
        ("INV-1", "", "has no number"),
        ("INV-1", "N" * 65, "at most 64"),
        ("108.00,,", "108.00,2026-13,", "13"),
        ("108.00,,", "108.00,,INV-0", "an invoice names none"),
        ("108.00,,,,", "108.00,,,50.00,", "An open item says both"),
        ("108.00,,,,", "108.00,,,109.00,2026-09-30", "more than the amount"),
    ],
)
def test_a_bad_invoice_is_refused_in_a_sentence_and_nothing_of_its_file_stays(
    desk: Desk, old: str, new: str, says: str
) -> None:
    due = "2026-12-31" if new == "2026-10-16" else "2026-09-04"
    bad = GOOD.replace("2026-09-04", due).replace(old, new, 1)
    with pytest.raises((BadRequest, RefusedByFindings)) as refused:
        desk.invoices(invoice("INV-9", "2026-08-05", "2026-09-04", "1.00"), bad)
    assert says in refused.value.sentence
    assert refused.value.sentence.endswith(".")
    assert counts() == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("P1", "P0", "It is the payment P0 again"),
        ("108.00", "0.00", "A payment of nothing"),
        ("cash", "gold", "The kind 'gold'"),
        ("SG-001", "", "names the bank account"),
        ("108.00", "108.001", "USD has 2 decimals"),
        ("C0001", "C0009", "no customer 'C0009'"),
        ("2026-08-20", "2026-10-16", "still to come"),
        ("2026-08-20", "1066-11-20", "check the year"),
    ],
)
def test_a_bad_payment_is_refused(desk: Desk, old: str, new: str, says: str) -> None:
    """The row of P0 has the bank account, reference, date, amount and kind of the first."""
    good = payment("P1", "2026-08-20", "108.00", "INV-1")
    rows = (good.replace("P1", "P0"), good) if new == "P0" else (good.replace(old, new, 1),)
    with pytest.raises((BadRequest, RefusedByFindings)) as refused:
        desk.payments(*rows)
    assert says in refused.value.sentence
    assert counts() == (0, 0, 0, 0)


def test_what_was_imported_does_not_change(desk: Desk) -> None:
    desk.invoices(GOOD)
    desk.payments(payment("P1", "2026-08-20", "108.00", "INV-1"))
    with pytest.raises(RefusedByFindings, match="due_on 2026-09-04 and not 2026-09-05"):
        desk.invoices(GOOD.replace("2026-09-04", "2026-09-05"))
    with pytest.raises(RefusedByFindings, match=r"amount 108\.00 and not 107\.00"):
        desk.payments(payment("P1", "2026-08-20", "107.00", "INV-1"))
    with pytest.raises(RefusedByFindings, match="belongs to another customer already") as refused:
        desk.invoices(GOOD.replace("C0001", "C0002"))
    assert "C0001" not in refused.value.sentence
    with pytest.raises(RefusedByFindings, match="the payment P1 again"):
        desk.payments(payment("P2", "2026-08-20", "108.00", "INV-1"))
    assert counts() == (1, 0, 1, 1)


def test_a_credit_note_corrects_an_invoice_of_the_same_customer_and_currency(desk: Desk) -> None:
    desk.invoices(GOOD)
    for row in (
        credit_note("CN-1", "INV-1", "2026-08-20", "5.00+0.00").replace("USD", "EUR"),
        credit_note("CN-1", "INV-1", "2026-08-20", "5.00+0.00").replace("C0001", "C0002"),
    ):
        with pytest.raises(RefusedByFindings, match="INV-1 is not an invoice of the same customer"):
            desk.invoices(row)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (("SG01,INV-1,1,,A,,60.00",), "add up to 60.00, and its net is 100.00"),
        (("SG01,INV-1,1,,A,,60.00", "SG01,INV-1,1,,B,,40.00"), "a line number twice"),
        (("SG01,INV-2,1,,A,,60.00",), "brings no document 'INV-2'"),
        (("SG01,INV-1,one,,A,,100.00",), "count from 1"),
    ],
)
def test_lines_add_up_to_their_document(desk: Desk, lines: tuple[str, ...], says: str) -> None:
    with pytest.raises((BadRequest, RefusedByFindings)) as refused:
        desk.invoices(GOOD, lines=lines)
    assert says in refused.value.sentence
    assert counts() == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "has no column"),
        (b"a;b;c\n1;2;3\n", "not divided by commas"),
        ("entity,name".encode("utf-16"), "UTF-16"),
        (b"entity,name,currency,zone\nSG\0,A,USD,UTC\n", "NUL"),
        (b"entity,name,currency,zone,name\n", "twice"),
        (b"entity,name,currency,zone,colour\n", "'colour' that means nothing here"),
        (b"entity,name,currency,zone\nSG02,\xff\xfe\xfd,USD,UTC\n", "not UTF-8"),
        (b'entity,name,currency,zone\nSG02,"A,USD,UTC\n', "cannot be read as CSV"),
        (b'entity,name,currency,zone\nSG02,"A\nB",USD,UTC\n', "cannot be seen"),
        (b"entity,name,currency,zone\nSG02,A,USD,Mars/North\n", "no time zone"),
        (b"entity,name,currency,zone\nSG01,Crossfoot Pte Ltd,EUR,UTC\n", "keeps its books in USD"),
    ],
)
def test_a_file_that_is_no_table_of_ours(desk: Desk, data: bytes, says: str) -> None:
    from crossfoot.billing.imports import import_entities
    from crossfoot.billing.incoming import File

    with pytest.raises((BadRequest, RefusedByFindings)) as refused:
        import_entities(File("entities.csv", data), "test@reseller.example")
    assert says in refused.value.sentence
    assert refused.value.sentence.endswith(".")


def test_gb18030_of_a_chinese_excel(desk: Desk) -> None:
    from crossfoot.billing.imports import import_entities
    from crossfoot.billing.incoming import File

    text = csv("e.csv", "entity,name,currency,zone", "CN01,华北云科技有限公司,CNY,Asia/Shanghai").data.decode()
    outcome = import_entities(File("e.csv", text.encode("gb18030")), "test@reseller.example")
    assert [c.words for c in outcome.changes] == ["华北云科技有限公司 (CN01)"]
