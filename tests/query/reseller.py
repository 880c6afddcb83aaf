"""A small reseller with random bills, and the same lines as plain facts: what an independent sum is made of.

Facts are made beside the cells of the bill, from the same dice, with prices worked out in whole numbers here; nothing
of the portal's own pricing or summing is used. Amounts are units of 1e-8, quantities units of 1e-10.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from tests.portal import Portal, line

CYCLES = {"2026-08": True, "2026-09": True, "2026-10": False}  # closed or not; there is no 2026-07
ACCOUNTS = {"acct-a1": "C0001", "acct-a2": "C0001", "acct-a3": "C0001", "acct-b1": "C0002"}
CURRENCY = {"C0001": "USD", "C0002": "JPY"}
DIGITS = {"USD": 2, "JPY": 0}
SERVICES = ("ECS", "RDS", "OBS", "弹性公网IP", "=cmd()")
KNOWN = {"弹性公网IP": ("hws.service.type.eip", "Elastic IP", "Networking")}  # code, its name in reports, category
REGIONS = {"": None, "ap-southeast-1": "CN-Hong Kong", "ap-southeast-3": "AP-Singapore", "la-south-2": "LA-Santiago"}
PROJECTS = {"": None, "0": "default", "p-1": "shop", "p-2": "", "-1": "gone", "null": None}
TAGS = ({}, {}, {"env": "prod"}, {"env": "test"}, {"env": ""}, {"team": "a:b"}, {"env": "prod", "team": "研发"},
        {"env": "(none)"}, {"成本中心": "7"})  # fmt: skip
UNITS = ("Hour", "GB", "GB*Hour", "")
CATEGORY = {"5": "Usage", "23": "Usage", "1": "Purchase", "4": "Purchase", "13": "Purchase", "9": "Adjustment",
            "15": "Tax"}  # fmt: skip
PRICES = (
    "ALL,2020-01-01,,,,list_pct,100",
    "JP,2020-01-01,,C0002,,list_pct,110",
    "RDS,2020-01-01,,C0001,RDS,list_pct,87.5",
    "ECS,2026-09-11,,C0001,ECS,list_pct,93.123456",
)


def percent(customer: str, service: str, day: date) -> int:
    """What PRICES say, in units of 1e-6 percent."""
    if customer == "C0002":
        return 110_000_000
    if service == "RDS":
        return 87_500_000
    return 93_123_456 if service == "ECS" and day >= date(2026, 9, 11) else 100_000_000


def half_away(numerator: int, denominator: int) -> int:
    """Divide, a half away from zero."""
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole


@dataclass(frozen=True)
class Fact:
    """One charge. Keys are the dimensions; None is not there."""

    customer: str
    keys: dict[str, object]
    names: dict[str, str | None]
    list_cost: int
    billed_cost: int
    quantity: int | None = None
    unit: str | None = None
    tags: dict[str, str] = field(default_factory=dict)

    def value(self, dimension: str) -> object:
        """The value of a dimension."""
        return self.tags.get(dimension[4:]) if dimension.startswith("tag:") else self.keys[dimension]


def text(units: int, digits: int = 8) -> str:
    """Units as a plain decimal."""
    sign, size = "-" if units < 0 else "", abs(units)
    return f"{sign}{size // 10**digits}.{size % 10**digits:0{digits}d}" if digits else f"{sign}{size}"


class Maker:
    """Makes one cycle's lines and facts."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)  # noqa: S311 - repeatable, not secret
        self.orders: dict[str, list[tuple[str, date, str]]] = {}

    def line(self, cycle: str, number: int) -> tuple[dict[str, str], Fact]:
        """One line of a cycle."""
        dice = self.dice
        account = dice.choice([*ACCOUNTS, "acct-a1", "acct-a1"])
        customer, service = ACCOUNTS[account], dice.choice(SERVICES)
        day = date.fromisoformat(f"{cycle}-01") + timedelta(days=dice.randrange(-1 if cycle == "2026-10" else 0, 30))
        bill_type = dice.choices(list(CATEGORY), weights=(30, 3, 4, 3, 1, 2, 1))[0]
        orders = self.orders.setdefault(account, [])
        if bill_type == "4" and not orders:
            bill_type = "1"
        units = dice.choice((dice.randrange(10**7), dice.randrange(10**11), 5 * 10**5, 10**6, 0, 1))
        units = -units if bill_type == "4" or (bill_type == "9" and dice.random() < 0.8) else units
        cells, original = {}, None
        if bill_type == "1":
            cells["order_id"] = cells["trade_id"] = f"O{cycle}{number}"
            orders.append((cells["order_id"], day, service))
        if bill_type == "4":
            cells["original_order_id"], original, service = dice.choice([o for o in orders if o[1]])
        return self._with(cycle, account, customer, service, day, bill_type, units, original, cells)

    def _with(  # noqa: PLR0913 - the parts of a line
        self, cycle: str, account: str, customer: str, service: str, day: date, bill_type: str, units: int,
        original: date | None, cells: dict[str, str],
    ) -> tuple[dict[str, str], Fact]:  # fmt: skip
        dice = self.dice
        region, project, tags = dice.choice(list(REGIONS)), dice.choice(list(PROJECTS)), dice.choice(TAGS)
        product, sku, resource = (dice.choice(("", f"{p}1", f"{p}2")) for p in ("P-", "S-", "i-"))
        is_metered = bill_type in {"5", "23"} and dice.random() < 0.9
        quantity, unit = (dice.randrange(10**13), dice.choice(UNITS)) if is_metered else (None, "")
        is_covered = bill_type == "5" and quantity and dice.random() < 0.1
        amount = units if bill_type == "9" else 0 if is_covered or bill_type == "23" else half_away(units * 3, 4)
        code, known, category = KNOWN.get(service, (f"c.{service}", service, "Other"))
        cells |= {
            "cycle": cycle, "bill_type": bill_type, "account_name": f"{account} Ltd", "cloud_service_type": code,
            "cloud_service_type_name": service, "region": region, "region_name": REGIONS[region] or "",
            "enterprise_project_id": project, "enterprise_project_name": PROJECTS[project] or "",
            "product_id": product, "product_name": f"{product} name" if product else "", "sku_code": sku,
            "product_spec_desc": "", "resource_id": resource, "resource_name": f"{resource} name" if resource else "",
            "resource_tag": "".join(f"{k}:{v};" for k, v in tags.items()), "currency": CURRENCY[customer],
            "amount": text(amount), "usage": "" if quantity is None else text(quantity, 10), "usage_unit": unit,
            "free_resource_usage": text(quantity, 10) if is_covered else "",
        }  # fmt: skip
        if bill_type in {"15", "23"} or is_covered:
            sold = 0
        elif bill_type == "9":
            sold = amount
        else:
            sold = half_away(units * percent(customer, service, original or day), 10**8)
        keys = {
            "service": known, "service_category": category, "region": region or None, "account": account,
            "project": None if project in {"", "-1", "null"} else project, "product": product or None,
            "sku": sku or None, "resource": resource or None, "bill_type": bill_type,
            "charge_category": CATEGORY[bill_type], "day": day, "week": day - timedelta(days=day.weekday()),
            "month": cycle, "currency": CURRENCY[customer],
        }  # fmt: skip
        names = {
            "service": code, "region": REGIONS[region], "account": f"{account} Ltd", "project": PROJECTS[project] or None,
            "product": cells["product_name"] or None, "sku": None, "resource": cells["resource_name"] or None,
        }  # fmt: skip
        return line(account, str(day), text(units), **cells), Fact(
            customer, keys, names, units, sold, quantity, unit or None, tags
        )


def roundings(facts: list[Fact]) -> list[Fact]:
    """R3 (c) of money.md for every closed month."""
    found = []
    for cycle in (c for c, is_closed in CYCLES.items() if is_closed):
        for customer, currency in CURRENCY.items():
            exact = sum(f.billed_cost for f in facts if (f.customer, f.keys["month"]) == (customer, cycle))
            step = 10 ** (8 - DIGITS[currency])
            last = date.fromisoformat(f"{cycle}-{31 if cycle == '2026-08' else 30}")
            keys = dict.fromkeys(facts[0].keys) | {
                "charge_category": "Adjustment", "day": last, "week": last - timedelta(days=last.weekday()),
                "month": cycle, "currency": currency,
            }  # fmt: skip
            rounding = half_away(exact, step) * step - exact
            if rounding:
                found.append(Fact(customer, keys, {}, 0, rounding))
    return found


def load(portal: Portal, seed: int, lines: int) -> list[Fact]:
    """Put random bills through the whole way; the facts that must have been published."""
    portal.customers(*(f"{c},{c},{CURRENCY[c]},{account},," for account, c in ACCOUNTS.items()))
    portal.prices(*PRICES)
    maker, facts = Maker(seed), []
    for cycle, is_closed in CYCLES.items():
        made = [maker.line(cycle, number) for number in range(lines)]
        month = cycle.replace("-", "")
        name = f"customerBill_{month}.tar.gz" if is_closed else f"customerUsageV2_{month}_{month}31.tar.gz"
        [receipt] = portal.ingest(portal.bill(name, [cells for cells, _ in made]))
        assert receipt.is_clean, receipt.findings
        facts += [fact for _, fact in made]
    assert not any(published.blocked for published in portal.publish())
    return facts + roundings(facts)
