"""What a closed month comes to before tax, and where an open one is heading."""

from datetime import date

from crossfoot.access.scope import scope_for
from crossfoot.billing.payable import list_payables
from crossfoot.core.period import parse_period
from crossfoot.outlook.pace import pace_of
from tests.portal import LIST_X_1, Portal, line

TODAY = date(2026, 11, 22)


def test_the_payable_base_is_the_closed_month_at_the_minor_unit(portal: Portal):
    """September closed: 10.004 + 0.002 = 10.006 -> 10.01, which its InvoiceRounding of 0.004 makes exact. October: open."""
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,JPY,acct-b1,,")
    portal.prices(LIST_X_1)
    september = [
        line("acct-a1", "2026-09-05", "10.004"),
        line("acct-a2", "2026-09-06", "0.002"),
        line("acct-b1", "2026-09-06", "99.5", currency="JPY"),
    ]
    portal.ingest(portal.bill("customerBill_202609.tar.gz", september))
    portal.ingest(portal.bill("customerUsageV2_202610_20261020.tar.gz", [line("acct-a1", "2026-10-05", "7.00")]))
    portal.publish()
    found = [(p.cycle, p.edition, p.currency, p.amount) for p in list_payables(scope_for(portal.alice))]
    assert found == [("2026-09", 1, "USD", "10.01")]
    assert portal.total(portal.alice, period="2026-09", digits="exact") == "10.01000000"
    yen = list_payables(scope_for(portal.charlie))
    assert [(p.currency, p.amount) for p in yen] == [("JPY", "100")]
    assert list_payables(scope_for(portal.bob)) == ()  # sees one account only: an invoice is not his to know
    assert list_payables(scope_for(portal.dana)) == ()  # nobody's in particular
    assert list_payables(scope_for(portal.dana, "C0001"))[0].amount == "10.01"


def rows(**by_day: str) -> list[dict[str, str | None]]:
    return [{"currency": "USD", "day": f"2026-10-{day[1:]}", "billed_cost": cost} for day, cost in by_day.items()]


def test_the_pace_is_the_mean_of_the_complete_days_times_the_days_of_the_month():
    """10 + 20 + 33 = 63 over three days, 31 days: 63 x 31 / 3 = 651.00. The fourth day is not complete yet."""
    october = parse_period("2026-10", TODAY)
    found = pace_of(rows(d01="10.00", d02="20.00", d03="33.00", d04="999.00"), october, date(2026, 10, 4))
    assert [(p.currency, p.amount, p.days) for p in found] == [("USD", "651.00", 3)]


def test_a_day_without_charges_is_a_complete_day_too():
    """9.00 over four days of which two have nothing: 9 x 31 / 4 = 69.75."""
    october = parse_period("2026-10", TODAY)
    found = pace_of(rows(d01="4.00", d04="5.00"), october, date(2026, 10, 5))
    assert [(p.amount, p.days) for p in found] == [("69.75", 4)]


def test_usage_of_the_month_before_counts_once_and_a_pace_of_two_days_for_nothing():
    """3.00 over three days is 31.00 in 31; the 500.00 that were used before are billed this month, and once."""
    october = parse_period("2026-10", TODAY)
    late = [{"currency": "USD", "day": "2026-09-30", "billed_cost": "500.00"}]
    assert [p.amount for p in pace_of([*late, *rows(d01="3.00")], october, date(2026, 10, 4))] == ["531.00"]
    assert pace_of(rows(d01="3.00", d02="3.00"), october, date(2026, 10, 3)) == ()


def test_a_month_that_is_over_is_not_stretched():
    october = parse_period("2026-10", TODAY)
    assert [p.amount for p in pace_of(rows(d01="3.10"), october, date(2026, 11, 9))] == ["3.10"]
