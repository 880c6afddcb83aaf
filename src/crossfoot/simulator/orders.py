"""Everything but the hours: purchases, renewals, refunds, plans, taxes, compensations, and usage that came too late."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crossfoot.simulator import amounts, kinds
from crossfoot.simulator.catalogue import SUPPORT_PLAN
from crossfoot.simulator.charges import MONTHLY, YEARLY, Charge
from crossfoot.simulator.customers import Account, Order
from crossfoot.simulator.kinds import Kind
from crossfoot.simulator.months import Month
from crossfoot.simulator.resources import Resource

HOURS_A_MONTH = 150  # a month bought ahead costs less than its hours one by one
MONTHS_A_YEAR = 10
LAST_PURCHASE, FIRST_REFUND, LAST_REFUND = 12, 17, 27
MORE_EVERY = 40  # in a busy month one more order for so many lines


def occasions(count: int, days: int) -> int:
    """How many of an account's lines in a cycle are no hours: few, so that every day keeps its usage."""
    if count < days + 4:
        return count // 5
    return min(len(AGENDA) + max(0, count - 400) // MORE_EVERY, count // 4, count - days)


def happenings(account: Account, month: Month, count: int, dice: random.Random) -> Iterator[Charge]:
    """Exactly `count` of them: a purchase and a refund first, then the rest of the agenda in turn, then more orders."""
    scene = _Scene(account, month, dice)
    turn = account.place * 3 + int(month.cycle[-2:]) * 5
    rest = AGENDA[2:]
    for place in range(count):
        if place < len(AGENDA):
            happen = AGENDA[place] if place < 2 else rest[(place + turn) % len(rest)]  # noqa: PLR2004
        else:
            happen = BUSY[place % len(BUSY)]
        yield happen(scene)


@dataclass
class _Scene:
    """One account in one cycle."""

    account: Account
    month: Month
    dice: random.Random

    def any_resource(self) -> Resource:
        return self.dice.choice(self.account.resources)

    def day(self, first: int, last: int) -> str:
        return self.month.days[self.dice.randint(first, last) - 1]

    def clock(self) -> str:
        return f"{self.dice.randrange(24):02d}:{self.dice.randrange(60):02d}:{self.dice.randrange(60):02d}"

    def charge(self, kind: Kind, resource: Resource, day: str, official: int, percent_off: int = 0) -> Charge:
        due = amounts.due(official, percent_off=percent_off, wallet=self.account.wallet)
        return Charge(self.account, kind, resource, day, due, day, self.clock())

    def new_order_id(self) -> str:
        return f"CS{self.month.cycle[2:].replace('-', '')}{self.account.place:04d}{self.dice.getrandbits(40):013d}"


def _ordered(kind: Kind, first: int, last: int) -> Callable[[_Scene], Charge]:
    """An order of a resource for a month or a year, that may be refunded later."""

    def happen(scene: _Scene) -> Charge:
        owned = [each for each in scene.account.resources if each.service.by_month]
        resource, day, yearly = scene.dice.choice(owned), scene.day(first, last), scene.dice.random() < 0.1  # noqa: PLR2004
        months = MONTHS_A_YEAR if yearly else 1
        official = resource.price * HOURS_A_MONTH * months // (amounts.PRICE_UNIT // amounts.UNIT)
        percent_off = resource.service.percent_off
        charge = scene.charge(kind, resource, day, official, percent_off)
        if scene.dice.random() < 0.3:  # noqa: PLR2004
            truncated = amounts.due(
                official, percent_off=percent_off, truncate_to=amounts.HUNDREDTH, wallet=scene.account.wallet
            )
            charge.amounts = amounts.with_part(truncated, amounts.COUPON, scene.account.wallet)
        charge.order_id, charge.period_type = scene.new_order_id(), YEARLY if yearly else MONTHLY
        scene.account.orders.append(Order(charge.order_id, day, resource, official, percent_off, yearly))
        return charge

    return happen


_purchase = _ordered(kinds.PURCHASE, 1, LAST_PURCHASE)


def _refund(kind: Kind) -> Callable[[_Scene], Charge]:
    """Part of an order of this or an earlier cycle comes back; without an order, there is a purchase instead."""

    def happen(scene: _Scene) -> Charge:
        orders = scene.account.orders
        if not orders:
            return _purchase(scene)
        original = orders.pop(scene.dice.randrange(len(orders)))
        day = max(scene.day(FIRST_REFUND, LAST_REFUND), original.day)
        percent = scene.dice.randrange(5, 25) if original.yearly else scene.dice.randrange(20, 80)
        official = -amounts.half_up(original.official * percent, 100)
        charge = scene.charge(kind, original.resource, day, official, original.percent_off)
        charge.order_id, charge.original = scene.new_order_id(), original
        if day == original.day:
            charge.traded_at = "23:59:30"
        return charge

    return happen


def _fixed(kind: Kind, least: int, most: int, *, sign: int = 1, percent_off: int = 0) -> Callable[[_Scene], Charge]:
    """A sum between two bounds (in hundredths) on the account of some resource."""

    def happen(scene: _Scene) -> Charge:
        official = sign * scene.dice.randrange(least * amounts.HUNDREDTH, most * amounts.HUNDREDTH)
        return scene.charge(kind, scene.any_resource(), scene.day(1, LAST_REFUND), official, percent_off)

    return happen


def _tax(kind: Kind, sign: int) -> Callable[[_Scene], Charge]:
    """Huawei's tax on the month, on its last day."""

    def happen(scene: _Scene) -> Charge:
        official = sign * scene.dice.randrange(amounts.UNIT // 10, amounts.UNIT * 9)
        return scene.charge(kind, scene.any_resource(), scene.month.days[-1], official)

    return happen


def _plan_fee(scene: _Scene) -> Charge:
    """A savings plan, paid monthly on the first day."""
    charge = scene.charge(kinds.PLAN_FEE, scene.account.resources[0], scene.month.days[0], 60 * amounts.UNIT)
    charge.order_id, charge.period_type = scene.new_order_id(), MONTHLY
    return charge


def _support(scene: _Scene) -> Charge:
    """The month-end fee of the support plan, which bears no tag."""
    first = scene.account.resources[0]
    plan = Resource(
        resource_id=f"support-{scene.account.place}",
        name="Support plan",
        service=SUPPORT_PLAN,
        kind=kinds.SUPPORT,
        region=first.region,
        project=first.project,
        tags=(),
        spec=SUPPORT_PLAN.specs[0],
        product_id="00301-900000-0--0",
        price=SUPPORT_PLAN.price,
    )
    charge = scene.charge(kinds.SUPPORT, plan, scene.month.days[-1], 0)
    official = amounts.priced(plan.price, amounts.QUANTITY_UNIT)
    charge.amounts = amounts.due(official, wallet=scene.account.wallet)
    return charge


def _zero(scene: _Scene) -> Charge:
    """A line of nothing: no usage, no money."""
    charge = scene.charge(kinds.USAGE, scene.account.resources[0], scene.day(1, LAST_REFUND), 0)
    charge.hour, charge.quantity = 0, 0
    charge.traded_at = "01:00:00"
    return charge


def _too_late(scene: _Scene) -> Charge:
    """Usage of last month's last hour, charged after 23:59:59 on the 1st: it belongs to this cycle (huawei.md 4)."""
    resource = scene.dice.choice([each for each in scene.account.resources if each.kind is kinds.USAGE])
    quantity = resource.hourly_quantity(scene.dice.random())
    official = amounts.priced(resource.price, quantity)
    charge = scene.charge(kinds.USAGE, resource, scene.month.day_before, official, resource.service.percent_off)
    charge.hour, charge.quantity = 23, quantity
    charge.traded_on, charge.traded_at = scene.month.days[1], f"00:00:{scene.dice.randrange(60):02d}"
    return charge


AGENDA: tuple[Callable[[_Scene], Charge], ...] = (
    _purchase,
    _refund(kinds.UNSUBSCRIBED),
    _ordered(kinds.RENEWAL, 1, LAST_REFUND),
    _tax(kinds.TAX, 1),
    _too_late,
    _fixed(kinds.COMPENSATION, 50, 300, sign=-1, percent_off=10),
    _plan_fee,
    _fixed(kinds.HANDLING_FEE, 100, 500),
    _ordered(kinds.AUTO_RENEWAL, 1, LAST_REFUND),
    _zero,
    _refund(kinds.CHANGE_REFUND),
    _support,
    _fixed(kinds.DEDUCTION, 20, 200),
    _tax(kinds.REFUND_TAX, -1),
    _ordered(kinds.CHANGE, 1, LAST_REFUND),
    _purchase,
    _refund(kinds.TO_PAY_PER_USE),
)
BUSY = (
    _purchase,
    _ordered(kinds.RENEWAL, 1, LAST_REFUND),
    _refund(kinds.UNSUBSCRIBED),
    _ordered(kinds.AUTO_RENEWAL, 1, LAST_REFUND),
    _too_late,
)
