"""What each line is sold for: one at a time through `pricing.rate`, the Decimal reference."""

from collections.abc import Iterable
from datetime import date
from decimal import Context, Decimal, localcontext

import pyarrow as pa

from crossfoot.pricing.rate import Line, Rule, price
from crossfoot.reconcile.landed import MONEY
from crossfoot.reconcile.owners import Owners, day_of

READ = (
    "account_id",
    "bill_date",
    "original_day",
    "service_code",
    "service_name",
    "bill_type",
    "charge_mode",
    "list_cost",
    "amount",
    "usage",
    "package_usage",
    "reserved_usage",
)
ZERO = Decimal(0)
EXACT = Context(prec=50)  # a sum of two quantities of 37 digits is exact, too


class Sellers:
    """Prices lines by the approved rules, for whoever owned the account."""

    def __init__(self, owners: Owners, rules: Iterable[Rule]) -> None:
        """Take the owners and the rules in force."""
        self._owners, self._rules = owners, tuple(rules)
        self._found: dict[tuple[str, tuple[str, ...], date], tuple[Rule, ...]] = {}

    def sell(self, lines: pa.Table) -> pa.Table:
        """The lines with `customer_id` (null: nobody's) and `billed_cost` (null: no price) added."""
        customers: list[str | None] = []
        sums: list[Decimal | None] = []
        with localcontext(EXACT):
            for row in zip(*(lines[name].to_pylist() for name in READ), strict=True):
                account, day, original_day, *what = row
                customer = self._owners.find(account, original_day or day)
                customers.append(customer)
                sums.append(self._price(customer, day, original_day, *what) if customer else None)
        added = lines.append_column("customer_id", pa.array(customers, pa.string()))
        return added.append_column("billed_cost", pa.array(sums, MONEY))

    def _price(  # noqa: PLR0913 - what a price depends on
        self,
        customer: str,
        day: str,
        original_day: str | None,
        code: str | None,
        name: str | None,
        bill_type: str,
        charge_mode: str | None,
        list_cost: Decimal,
        amount: Decimal | None,
        usage: Decimal | None,
        package: Decimal | None,
        reserved: Decimal | None,
    ) -> Decimal | None:
        line = Line(
            customer=customer,
            services=(code or "", name or ""),
            day=day_of(day),
            bill_type=bill_type,
            charge_mode=charge_mode or "",
            list_cost=list_cost,
            amount=amount,
            usage=usage,
            covered=(package or ZERO) + (reserved or ZERO),
            original_day=day_of(original_day) if original_day else None,
        )
        return price(line, self._rules_for(line))

    def _rules_for(self, line: Line) -> tuple[Rule, ...]:
        """The few rules that can speak about such a line: a month asks the same thing a million times."""
        key = line.customer, line.services, line.original_day or line.day
        if key not in self._found:
            self._found[key] = tuple(r for r in self._rules if r.covers(*key))
        return self._found[key]
