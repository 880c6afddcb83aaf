"""Two customers whose October is published month to date, for tests of what finance accepts."""

from crossfoot.core.finding import Finding
from crossfoot.reconcile import reconcile
from tests.portal import LIST_X_1, Portal, line
from tests.time.facts import FINAL, OCTOBER, blocks, to_date

DAYS = {day: line("acct-a1", f"2026-10-{day:02}", f"{day}.00") for day in (4, 5, 6, 7)}
BETA = line("acct-b1", "2026-10-04", "9.00")
WHY = "Huawei withdrew the charge, ticket 4711."


def opened(portal: Portal) -> Portal:
    """Published month to date: Alpha 4.00 + 5.00 + 6.00 + 7.00 = 22.00, Beta 9.00."""
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill(to_date("20261008"), [*DAYS.values(), BETA]))
    portal.publish()
    return portal


def closes(shop: Portal, *days: int, **cells: str) -> None:
    """The final bill arrives with these days of Alpha."""
    shop.ingest(shop.bill(FINAL, [*(DAYS[day] | cells for day in days), BETA]))


def total(shop: Portal) -> str | None:
    return shop.total(shop.alice, period=OCTOBER)


def agrees(shop: Portal) -> None:
    """The second opinion derives the same figures, of every month."""
    outcome = reconcile(shop.home)
    assert (outcome.is_clean, outcome.not_compared) == (True, ()), list(outcome.lines())


def the_block(shop: Portal) -> Finding:
    [block] = blocks(shop, "C0001")
    return block
