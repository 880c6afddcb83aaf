"""A reseller made of chance: accounts that change hands, prices of six decimals, refunds, bills that replace others."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from tests.portal import Portal, line

CYCLES = ("2026-08", "2026-09", "2026-10")
ACCOUNTS = ("acct-1", "acct-2", "acct-3", "acct-4")
CUSTOMERS = ("C0001", "C0002", "C0003")
SERVICES = (
    ("hws.service.type.ec2", "Elastic Cloud Server"),
    ("hws.service.type.ebs", "Elastic Volume Service"),
    ("hws.x", ""),
)
KINDS = ("5",) * 8 + ("1", "2", "3", "8", "12", "13", "14", "18", "103", "23", "9", "16", "15", "100", "17", "25")
HANDS_OVER = ("2026-08-15", "2026-09-01", "2026-09-20", "2026-10-16")


@dataclass
class Reseller:
    """Chance with a memory of the orders that a refund may name."""

    dice: Random
    orders: list[tuple[str, str]] = field(default_factory=list)  # account, order id

    def owners(self) -> Iterator[str]:
        """Rows of the customers file; some accounts change hands, some belong to nobody at first."""
        for account in ACCOUNTS:
            one, two = self.dice.sample(CUSTOMERS, 2)
            border = self.dice.choice(HANDS_OVER)
            start = self.dice.choice(("", "", "2026-08-10"))
            if self.dice.random() < 0.6:
                yield f"{one},,USD,{account},{start},{border}"
                yield f"{two},,USD,{account},{border},"
            else:
                yield f"{one},,USD,{account},{start},"

    def prices(self) -> Iterator[str]:
        """A rule for all, some for a customer or a service, and a ratio for refunds of unknown orders."""
        yield f"ALL,2020-01-01,2026-09-10,,,list_pct,{self._percent()}"
        yield f"ALL2,2026-09-10,,,,list_pct,{self._percent()}"
        yield f"EC2,2026-08-20,,,Elastic Cloud Server,list_pct,{self._percent()}"
        yield f"C1,2026-08-05,2026-10-20,C0001,,list_pct,{self._percent()}"
        yield f"C2,2026-08-05,,C0002,hws.service.type.ebs,list_pct,{self._percent()}"
        yield f"REFUND,2020-01-01,,,,refund_pct,{self._percent()}"

    def write(self, portal: Portal, cycle: str) -> Iterator[str]:
        """Write the bills of a cycle in the order in which they arrive; their names."""
        month = cycle.replace("-", "")
        following = f"{int(month) + 1}"
        for day in sorted(self.dice.sample(range(1, 5), 2)):
            name = f"customerUsageV2_{month}_{following}{day:02}.tar.gz"
            portal.bill(name, list(self._lines(cycle)), lang=self.dice.choice(("en", "zh")))
            yield name
        if self.dice.random() < 0.7:
            name = f"customerBill_{month}.tar.gz"
            portal.bill(name, list(self._lines(cycle)), currency_in_header=self.dice.choice(("", "USD")))
            yield name

    def _lines(self, cycle: str) -> Iterator[dict[str, str]]:
        for account in self.dice.sample(ACCOUNTS, self.dice.choice((3, 4, 4))):
            for day in range(1, 29):  # every day, so that no day is lost when a bill replaces another
                yield self._line(account, cycle, f"{cycle}-{day:02}")
            yield self._line(account, cycle, f"{cycle}-28")
            yield self._refund(account, f"{cycle}-{self.dice.randint(1, 28):02}")

    def _line(self, account: str, cycle: str, day: str) -> dict[str, str]:
        code, name = self.dice.choice(SERVICES)
        kind, usage = self.dice.choice(KINDS), self.dice.randint(0, 3)
        list_cost = self._money()
        cells = {
            "bill_type": kind,
            "charge_mode": "6" if kind == "23" or self.dice.random() < 0.05 else "1",
            "cloud_service_type": code,
            "cloud_service_type_name": name,
            "region": self.dice.choice(("ap-southeast-1", "")),
            "enterprise_project_id": self.dice.choice(("0", "p1", "-1", "null", "")),
            "usage": self.dice.choice(("", f"{usage}", f"{usage}.5")),
            "free_resource_usage": self.dice.choice(("", "0", "1")),
            "ri_usage": self.dice.choice(("", "0.5", "2")),
            "resource_name": self.dice.choice(("plain", 'with "quotes", a comma', "two\nlines", "名字")),
            "amount": self._money() if kind in {"9", "16"} else list_cost,
            "settlement_amount": self.dice.choice(("", self._money())),
            "trade_id": f"T{self.dice.randrange(10**9)}",
        }
        if kind in {"1", "2", "3", "8", "18"}:
            cells["order_id"] = f"O{self.dice.randrange(10**6)}"
            self.orders.append((account, self.dice.choice((cells["order_id"], cells["trade_id"]))))
        return line(account, day, list_cost, **cells) | {"cycle": cycle}

    def _refund(self, account: str, day: str) -> dict[str, str]:
        own = [order for owner, order in self.orders if owner == account] or ["O-unknown"]
        order = self.dice.choice(own) if self.dice.random() < 0.8 else "O-unknown"
        kind = self.dice.choice(("4", "20", "24"))
        return line(account, day, f"-{self._money().lstrip('-')}", bill_type=kind, original_order_id=order)

    def _money(self) -> str:
        units = self.dice.choice((1, 5, 15, self.dice.randrange(10**8), self.dice.randrange(10**11)))
        sign = "-" if self.dice.random() < 0.1 else ""
        return f"{sign}{units // 10**8}.{units % 10**8:08}"

    def _percent(self) -> str:
        return self.dice.choice(
            ("100", "90", "50", "112.5", f"{self.dice.randrange(1, 200)}.{self.dice.randrange(10**6):06}")
        )
