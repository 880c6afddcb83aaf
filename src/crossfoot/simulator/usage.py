"""The hours of an account's resources in a cycle, spread over all its days."""

import random
from collections.abc import Iterator

from crossfoot.simulator import amounts
from crossfoot.simulator.amounts import Amounts
from crossfoot.simulator.charges import Charge
from crossfoot.simulator.customers import Account
from crossfoot.simulator.kinds import PACKAGE_HOURS, PLAN_HOURS, RESERVED_HOURS
from crossfoot.simulator.months import Month
from crossfoot.simulator.resources import HOURS, Resource

COVERED = (RESERVED_HOURS, PACKAGE_HOURS, PLAN_HOURS)
FEW = 40  # so few lines that none may be a rarity
TEN_THOUSANDTH = amounts.UNIT // 10_000


def hours(account: Account, month: Month, count: int, dice: random.Random) -> Iterator[Charge]:
    """Exactly `count` hours, on every day where there are as many hours as days, no hour of a resource twice."""
    resources, days = account.resources, month.days
    rare = count > FEW
    for place, day in enumerate(days):
        done = count * place // len(days)
        today = count * (place + 1) // len(days) - done
        turns = -(-today // len(resources))
        for line in range(today):
            resource = resources[(done + line) % len(resources)]
            hour = (line // len(resources)) * HOURS // turns
            yield _hour(account, resource, month, day, hour, dice, rare=rare)


def _hour(  # noqa: PLR0913 - what an hour is made of
    account: Account, resource: Resource, month: Month, day: str, hour: int, dice: random.Random, *, rare: bool
) -> Charge:
    chance = dice.random()
    idle = rare and chance < 0.01  # noqa: PLR2004
    quantity = 0 if idle else resource.hourly_quantity(dice.random())
    official = amounts.priced(resource.price, quantity)
    traded_on, traded_at = _trade(month, day, hour, dice.random(), late=rare and chance > 0.98)  # noqa: PLR2004
    return Charge(
        account,
        resource.kind,
        resource,
        day,
        _money(account, resource, official, chance),
        traded_on,
        traded_at,
        hour,
        quantity,
    )


def _money(account: Account, resource: Resource, official: int, chance: float) -> Amounts:
    if resource.kind in COVERED:
        return amounts.covered(official)
    truncate = TEN_THOUSANDTH if 0.03 < chance < 0.05 else 1  # noqa: PLR2004
    due = amounts.due(official, percent_off=resource.service.percent_off, truncate_to=truncate, wallet=account.wallet)
    if chance < 0.03:  # noqa: PLR2004
        return amounts.with_part(due, amounts.COUPON, account.wallet)
    if chance > 0.99:  # noqa: PLR2004
        part = (amounts.FLEXI, amounts.STORED_CARD, amounts.BONUS, amounts.WRITTEN_OFF)[int(chance * 1000) % 4]
        return amounts.with_part(due, part, account.wallet)
    return due


def _trade(month: Month, day: str, hour: int, chance: float, *, late: bool) -> tuple[str, str]:
    """Charged within the hour after the usage ended; a late one a day on, still in time for its cycle."""
    ended = hour + 1
    second = int(chance * 3300)
    if late or ended == HOURS:
        day = month.following[day]
        ended = min(ended, HOURS - 1) if late else 0
    return day, f"{ended:02d}:{5 + second // 60:02d}:{second % 60:02d}"
