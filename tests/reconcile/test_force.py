"""Which bill is in force: final before month to date, then the day it is of, then the arrival."""

from collections.abc import Callable
from datetime import date

import pytest

from crossfoot.reconcile.force import Bill, Part, accounts_by_bill, choose, find_final
from crossfoot.sources.bill import Source


def bill(name: str, as_of: int = 0, arrival: int = 1) -> Callable[[str], Part]:
    """What a bill says of an account in 2026-10; without a day it is of, it is the final one."""
    return lambda account: Part(
        account=account,
        cycle="2026-10",
        bill=Bill(sha256=name, name=name, source=Source.HUAWEI, arrival=arrival),
        is_final=not as_of,
        as_of=date(2026, 10, as_of) if as_of else None,
    )


def part(account: str, of: Callable[[str], Part]) -> Part:
    return of(account)


@pytest.mark.parametrize(
    ("arrivals", "wanted"),
    [
        ([bill("of the 6th", 6), bill("of the 5th", 5, arrival=2)], "of the 6th"),
        ([bill("first", 6), bill("sent again", 6, arrival=2)], "sent again"),
        ([bill("final"), bill("late month to date", 30, arrival=2)], "final"),
        ([bill("final"), bill("final again", arrival=2)], "final again"),
    ],
)
def test_the_newest_is_in_force(arrivals, wanted):
    for order in (arrivals, arrivals[::-1]):
        [found] = choose(part("x", one) for one in order)
        assert found.bill.name == wanted


def test_each_account_has_its_own():
    old, new = bill("old", 5), bill("new", 6)
    chosen = choose([part("x", old), part("y", old), part("x", new)])
    assert {of.name: accounts for of, accounts in accounts_by_bill(chosen).items()} == {"new": {"x"}, "old": {"y"}}


def test_a_month_is_closed_when_every_account_of_the_customer_has_a_final_bill():
    parts = [part("x", bill("final")), part("y", bill("of the 6th", 6))]
    owned = {"both": {"x", "y"}, "closed": {"x", "silent"}, "open": {"y"}, "nothing": {"silent"}}
    assert find_final(parts, owned) == {"closed"}
