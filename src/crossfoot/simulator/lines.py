"""Charges as the rows of the two files: RFC 4180 text.

What repeats (an account, a resource) is quoted once and kept: a million lines are mostly repetition.
"""

import csv
import io
from typing import NamedTuple

from crossfoot.simulator.amounts import NOTHING, money, price_text, quantity_text
from crossfoot.simulator.charges import Charge
from crossfoot.simulator.columns import bill_header, usage_header
from crossfoot.simulator.customers import Account
from crossfoot.simulator.kinds import PACKAGE_HOURS, RESERVED_HOURS
from crossfoot.simulator.plan import Plan
from crossfoot.simulator.resources import Resource

ZONE = " GMT+08:00"
ID_STEP = 0x9E3779B97F4A7C15F39CC0605CEDC835  # odd, so that no two records of a cycle share an id
ID_RANGE = 2**128
EMPTY_ID_EVERY, OTHER_ID_EVERY = 37, 41


class Lines(NamedTuple):
    """One charge in both files."""

    bill: str
    usage: str


def quoted(*cells: object) -> str:
    """Cells as one piece of a line, without its end."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(cells)
    return buffer.getvalue()


class Clerk:
    """Writes the lines of one cycle."""

    def __init__(self, plan: Plan, cycle: str, following: dict[str, str]) -> None:
        self.lang, self.currency, self.cycle, self.following = plan.lang, plan.currency, cycle, following
        self.first_id = plan.dice("ids", cycle).getrandbits(128)
        self.who: dict[Account, str] = {}
        self.what: dict[Resource, str] = {}
        self.meter: dict[Resource, tuple[str, str, str]] = {}

    @property
    def headers(self) -> Lines:
        """The first line of each file."""
        return Lines(quoted(*bill_header(self.lang)) + "\r\n", quoted(*usage_header(self.lang, self.currency)) + "\r\n")

    def lines(self, charge: Charge, number: int) -> Lines:
        """A charge as the `number`-th record of the cycle."""
        kind, resource = charge.kind, charge.resource
        order_id = charge.order_id
        original = charge.original.order_id if charge.original else ""
        period = f"{charge.period_type},1" if charge.period_type else ","
        record_id = f"{(self.first_id + number * ID_STEP) % ID_RANGE:032x}"
        head = f"{self.cycle},{charge.day},"
        body = (
            f",{self._who(charge.account)},{kind.bill_type},{kind.charge_mode},{self._what(resource)},"
            f"{order_id or self._trade_id(number)},{order_id},{original},{kind.order_type},"
            f"{charge.traded_on} {charge.traded_at}{ZONE},{self._window(charge)},{period},{self._metered(charge)},"
            f"{_amounts(charge)}"
        )
        settlement = charge.settlement
        paid = "" if settlement is None else money(settlement)
        return Lines(
            f"{head}{record_id if number % EMPTY_ID_EVERY else ''}{body},{paid},{self.currency}\r\n",
            f"{head}{_early_id(record_id, number)}{body}\r\n",
        )

    def _trade_id(self, number: int) -> str:
        return f"{self.cycle[:4]}{self.cycle[5:]}{number:012d}"

    def _who(self, account: Account) -> str:
        if account not in self.who:
            self.who[account] = quoted(account.account_id, account.name)
        return self.who[account]

    def _what(self, resource: Resource) -> str:
        if resource not in self.what:
            self.what[resource] = _resource_cells(resource, self.lang)
        return self.what[resource]

    def _window(self, charge: Charge) -> str:
        if charge.hour is None:
            return ","
        day, end = charge.day, charge.hour + 1
        until = f"{self.following[day]} 00" if end == 24 else f"{day} {end:02d}"  # noqa: PLR2004
        return f"{day} {charge.hour:02d}:00:00{ZONE},{until}:00:00{ZONE}"

    def _metered(self, charge: Charge) -> str:
        """usage_type, usage, usage_unit, free_resource_usage, ri_usage, unit_price, unit."""
        if charge.quantity is None:
            return ",,,,,,"
        resource = charge.resource
        if resource not in self.meter:
            service = resource.service
            self.meter[resource] = (
                quoted(service.usage_type),
                quoted(service.unit),
                quoted(price_text(resource.price), f"{self.currency}/{service.unit}"),
            )
        usage_type, unit, price = self.meter[resource]
        usage = quantity_text(charge.quantity)
        free = usage if charge.kind is PACKAGE_HOURS else "0"
        reserved = usage if charge.kind is RESERVED_HOURS else ""
        return f"{usage_type},{usage},{unit},{free},{reserved},{price}"


def _early_id(record_id: str, number: int) -> str:
    """The month to date names some records otherwise or not at all: ids are not known to be stable."""
    if number % EMPTY_ID_EVERY == EMPTY_ID_EVERY - 1:
        return ""
    return record_id[::-1] if number % OTHER_ID_EVERY == 0 else record_id


def _amounts(charge: Charge) -> str:
    official, discount, truncated, amount, paid = charge.amounts
    parts = ",".join([money(part) if part else NOTHING for part in paid])
    return f"{money(official)},{money(discount + charge.misprint)},{money(truncated)},{money(amount)},{parts}"


def _resource_cells(resource: Resource, lang: str) -> str:
    """From the service to the tags."""
    service, region, project = resource.service, resource.region, resource.project
    return quoted(
        service.code,
        service.label(lang),
        service.resource_type,
        service.resource_type_name,
        resource.product_id,
        service.product,
        resource.spec,
        f"{resource.spec.partition(',')[0]}.{service.usage_type}",
        region.code,
        region.label(lang),
        "" if service.largest_usage else f"{region.code}a",
        project.project_id,
        project.name,
        resource.resource_id,
        resource.name,
        "".join(f"{key}:{value};" for key, value in resource.tags),
    )
