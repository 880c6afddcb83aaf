"""The rules of allocation and what holds whatever happens, against sums of whole cents."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crossfoot.billing.allocate import How, match, named_by, stands_in
from crossfoot.billing.ledger import Books, Entry, Kind, movements, open_amounts, positions

FIRST = date(2026, 8, 1)


def entry(key: str, kind: Kind, cents: int, **what: object) -> Entry:
    on = what.pop("on", FIRST)
    known = {"customer": "C0001", "number": key, "currency": "USD", "counts_on": on, "on": on}
    return Entry(key=key, kind=kind, amount=Decimal(cents).scaleb(-2), **{**known, **what})  # type: ignore[arg-type]


def test_a_number_stands_as_a_word_of_its_own() -> None:
    assert stands_in("INV-1", "paying inv-1.")
    assert stands_in("INV-1", "(INV-1),INV-2")
    for reference in ("INV-12", "INV-1-B", "XINV-1", "INV-1/2", "INV-1.5", ""):
        assert not stands_in("INV-1", reference), reference


def test_a_payment_too_small_for_all_that_it_names_is_left_to_people() -> None:
    bills = (entry("A-1", Kind.INVOICE, 100), entry("A-2", Kind.INVOICE, 200))
    short = entry("P", Kind.CASH, 250, reference="A-1 and A-2")
    enough = entry("P", Kind.CASH, 350, reference="A-1 and A-2")
    assert match(Books((*bills, short))) == []
    found = {m.target: m.amount for m in match(Books((*bills, enough)))}
    assert found == {"A-1": Decimal("1.00"), "A-2": Decimal("2.00")}


def test_an_amount_tells_only_where_there_is_one_of_each() -> None:
    one, same = entry("A-1", Kind.INVOICE, 100), entry("A-2", Kind.INVOICE, 100)
    cash, twin = entry("P1", Kind.CASH, 100, reference="thanks"), entry("P2", Kind.CASH, 100, reference="hello")
    assert [m.how for m in match(Books((one, cash)))] == [How.EXACT_AMOUNT]
    assert match(Books((one, same, cash))) == []
    assert match(Books((one, cash, twin))) == []
    assert match(Books((entry("A-1", Kind.INVOICE, 100, currency="EUR"), cash))) == []
    assert match(Books((entry("A-1", Kind.INVOICE, 100, customer="C0002"), cash))) == []
    assert match(Books((one, entry("F", Kind.BANK_FEE, 100)))) == []


def test_two_entities_may_give_the_same_number_and_then_it_means_neither() -> None:
    twins = (entry("D1", Kind.INVOICE, 100, number="7-A", entity="SG01"), entry("D2", Kind.INVOICE, 100, number="7-A"))
    assert named_by(entry("P", Kind.CASH, 100, reference="7-A"), twins) == []


@st.composite
def books(draw: st.DrawFn) -> list[tuple[Kind, int, int, str, str]]:
    """Kind, cents, day, what it names, currency of up to twelve entries."""
    kinds = st.sampled_from([Kind.INVOICE, Kind.INVOICE, Kind.CREDIT_NOTE, *list(Kind)[2:]])
    cents = st.sampled_from([1, 100, 100, 250, 999, 10**12])
    names = st.sampled_from(["", "N0", "N1", "N2", "N0 N1", "N1, N2"])
    row = st.tuples(kinds, cents, st.integers(0, 120), names, st.sampled_from(["USD", "USD", "EUR"]))
    return draw(st.lists(row, max_size=12))


def made(rows: list[tuple[Kind, int, int, str, str]]) -> list[Entry]:
    return [
        entry(
            f"N{place}",
            kind,
            cents,
            on=FIRST + timedelta(days=day),
            due_on=FIRST + timedelta(days=day + 30) if kind is Kind.INVOICE else None,
            currency=currency,
            **({"original": named} if kind is Kind.CREDIT_NOTE else {"reference": named}),
        )
        for place, (kind, cents, day, named, currency) in enumerate(rows)
    ]


@given(rows=books(), order=st.randoms(use_true_random=False), day=st.integers(0, 200))
def test_whatever_is_allocated_the_balance_is_what_was_charged_less_what_was_paid(
    rows: list[tuple[Kind, int, int, str, str]], order: object, day: int
) -> None:
    entries = made(rows)
    applied = match(Books(tuple(entries)))
    ledger = Books(tuple(entries), tuple(applied))
    shuffled = list(entries)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert match(Books(tuple(shuffled))) == applied, "the order of the rows decides nothing"
    assert match(ledger) == [], "what can be told was told at once"
    assert all(left >= 0 for left in open_amounts(ledger).values()), "nothing settles more than there is"
    last = FIRST + timedelta(days=day)
    for currency in ("USD", "EUR"):
        cents = sum(
            (1 if kind in {Kind.INVOICE, Kind.REFUND} else -1) * amount
            for kind, amount, on, _, of in rows
            if of == currency and on <= day
        )
        owed = Decimal(cents).scaleb(-2)
        stood = [p for p in positions(ledger, last) if p.entry.currency == currency]
        assert sum((p.balance for p in stood), Decimal(0)) == owed
        assert all(p.amount_due - p.amount_paid == p.balance for p in stood)
        assert sum((p.amount_paid for p in stood), Decimal(0)) == 0, "each allocation stands on both sides"
        told = [m for m in movements(ledger, FIRST, last + timedelta(days=1)) if m.currency == currency]
        assert sum((m.amount for m in told), Decimal(0)) == (told[-1].balance if told else 0) == owed
