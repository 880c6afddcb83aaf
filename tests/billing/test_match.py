"""An invoice against the closed month that it bills, and the residuals by name; all before tax.

October cost C0001 4.333 + 5.333 = 9.666; with the line of its rounding that is 9.67, as it was published.
"""

import pytest

from crossfoot.billing.match import Gap, Matched
from crossfoot.billing.single import get_entry
from crossfoot.core.errors import NotFound
from tests.billing.desk import Desk, credit_note, invoice
from tests.portal import LIST_X_1, line


@pytest.fixture
def october(desk: Desk, clock) -> Desk:
    desk.portal.prices(LIST_X_1)
    lines = [line("acct-a1", "2026-10-05", "4.333"), line("acct-a1", "2026-10-06", "5.333")]
    desk.portal.ingest(desk.portal.bill("customerBill_202610.tar.gz", lines))
    desk.portal.publish()
    clock("2026-11-20 12:00")
    return desk


def matched(desk: Desk, number: str) -> Matched:
    rows = desk.rows("invoices-and-payments", desk.portal.dana, "C0001")
    key = next(r["entry"] for r in rows if r["document"] == number)
    found = get_entry(desk.scope(desk.portal.dana, "C0001"), str(key)).match
    assert found is not None
    return found


def bill(number: str, amounts: str, cycles: str) -> str:
    return invoice(number, "2026-11-05", "2026-12-05", amounts, cycles)


def told(match: Matched) -> tuple[str, str, str]:
    return str(match.cost.normalize()), str(match.rounding.normalize()), str(match.unexplained.normalize())


def test_it_agrees_with_what_was_published(october: Desk) -> None:
    october.invoices(bill("INV-1", "9.67+0.87", "2026-10"))
    found = matched(october, "INV-1")
    assert (found.gap, found.editions) == (None, (("2026-10", 1),))
    assert told(found) == ("9.67", "0", "0")


def test_what_nothing_explains_is_named(october: Desk) -> None:
    """11.00 invoiced, 0.30 credited: 10.70 against 9.67 leaves 1.03."""
    october.invoices(bill("INV-1", "11.00+0.99", "2026-10"))
    october.invoices(credit_note("CN-1", "INV-1", "2026-11-06", "0.30+0.03").replace("0.33,,", "0.33,2026-10,"))
    found = matched(october, "INV-1")
    assert [(e.number, str(net.normalize())) for e, net in found.others] == [("CN-1", "-0.3")]
    assert told(found) == ("9.67", "0", "1.03")


def test_what_is_not_known_is_said_and_not_subtracted(october: Desk) -> None:
    october.invoices(
        bill("A", "9.67+0.87", ""),
        bill("B", "9.67", "2026-10"),
        bill("C", "9.67+0.87", "2026-11"),
        bill("D", "9.67+0.87", "2026-10").replace("USD", "EUR"),
    )
    assert {number: matched(october, number).gap for number in "ABCD"} == {
        "A": Gap.NO_MONTHS,
        "B": Gap.NET_UNKNOWN,
        "C": Gap.NOT_CLOSED,
        "D": Gap.OTHER_CURRENCY,
    }
    october.invoices(bill("E", "1.00+0.00", "2026-09..2026-10"))
    assert matched(october, "E").gap is Gap.NOT_CLOSED
    assert matched(october, "B").gap is Gap.OTHER_MONTHS


def test_an_entry_of_somebody_else_is_not_there(october: Desk) -> None:
    october.invoices(bill("INV-1", "9.67+0.87", "2026-10"))
    key = str(october.rows("invoices-and-payments", october.portal.dana, "C0001")[0]["entry"])
    assert get_entry(october.scope(october.portal.alice), key)
    for scope in (october.scope(october.portal.charlie), october.scope(october.portal.dana, "C0002")):
        with pytest.raises(NotFound):
            get_entry(scope, key)
    for key in ("D0", "P1", "X1", "D", "", "D99999999999999999999", "D1'"):
        with pytest.raises(NotFound):
            get_entry(october.scope(october.portal.alice), key)
