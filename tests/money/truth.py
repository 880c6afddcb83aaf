"""`truth.json` as tables of what each report must say, and the one difference there may be: InvoiceRounding.

The truth is summed from what happened, never from the written rows; here it is only added up. Amounts are whole units
of 1e-8 until they are compared.
"""

import calendar
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

DIMENSIONS = {
    "account": "account", "month": "cycle", "day": "day", "service": "service", "region": "region",
    "project": "project", "bill_type": "bill_type", "currency": "currency",
}  # fmt: skip
Sums = tuple[int, int]  # list_cost, billed_cost
Key = str | None


def units(text: str) -> int:
    """Units of 1e-8 of an amount with at most 8 decimals."""
    whole, _, rest = text.partition(".")
    return int(whole + rest.ljust(8, "0"))


def to_cents(amount: int) -> int:
    """Rounded to two decimals, a half away from zero."""
    cents = (2 * abs(amount) + 10**6) // (2 * 10**6) * 10**6
    return cents if amount >= 0 else -cents


@dataclass(frozen=True)
class Truth:
    """A simulated reseller's true sums. `blocked` are the customer-months that may not be published."""

    path: Path
    blocked: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def _file(self) -> dict[str, list[dict[str, str | int | None]]]:
        return json.loads(self.path.read_text("utf-8"))

    @cached_property
    def cycles(self) -> list[str]:
        """All cycles, in order."""
        return sorted({str(cell["cycle"]) for cell in self._file["cells"]})

    @property
    def period(self) -> str:
        """All cycles as a period."""
        return f"{self.cycles[0]}..{self.cycles[-1]}"

    @cached_property
    def _by_customer(self) -> dict[str, list[dict[str, str | int | None]]]:
        found = defaultdict(list)
        for cell in self._file["cells"]:
            if cell["customer"] is not None and (cell["customer"], cell["cycle"]) not in self.blocked:
                found[str(cell["customer"])].append(cell)
        return dict(found)

    @property
    def customers(self) -> list[str]:
        """Every customer with a published month."""
        return sorted(self._by_customer)

    def cells(self, customer: str) -> list[dict[str, str | int | None]]:
        """The cells of the published months."""
        return self._by_customer[customer]

    def months(self, customer: str) -> list[str]:
        """The published months."""
        return sorted({str(cell["cycle"]) for cell in self.cells(customer)})

    def month(self, customer: str, cycle: str) -> Sums:
        """A whole month before InvoiceRounding."""
        mine = [c for c in self.cells(customer) if c["cycle"] == cycle]
        return sum(units(str(c["list"])) for c in mine), sum(units(str(c["sell"])) for c in mine)

    def roundings(self, customer: str) -> dict[str, int]:
        """What the closed months lack of whole cents; months that lack nothing have no such charge."""
        sold = {cycle: self.month(customer, cycle)[1] for cycle in self.months(customer)}
        return {cycle: to_cents(amount) - amount for cycle, amount in sold.items() if to_cents(amount) != amount}

    def rows(self, customer: str) -> int:
        """How many charges are published."""
        return sum(int(c["rows"] or 0) for c in self.cells(customer)) + len(self.roundings(customer))

    def answer(self, customer: str, dimension: str) -> dict[Key, Sums]:
        """What a report by this dimension says of the published months, with exact digits."""
        if dimension.startswith("tag:"):
            pairs = self._tagged(customer, dimension.removeprefix("tag:"))
        else:
            name = DIMENSIONS[dimension]
            pairs = ((c[name], (units(str(c["list"])), units(str(c["sell"])))) for c in self.cells(customer))
        found = _add(pairs)
        for cycle, amount in self.roundings(customer).items():
            key = {"month": cycle, "day": _last_day(cycle), "currency": "USD"}.get(dimension)
            before = found.get(key, (0, 0))
            found[key] = before[0], before[1] + amount
        return found

    def tag_keys(self, customer: str) -> list[str]:
        """The tag keys that the customer uses."""
        return sorted({str(t["key"]) for t in self._file["tags"] if t["customer"] == customer})

    def _tagged(self, customer: str, key: str) -> Iterable[tuple[Key, Sums]]:
        published = set(self.months(customer))
        mine = [
            t for t in self._file["tags"] if (t["customer"], t["key"]) == (customer, key) and t["cycle"] in published
        ]
        for tag in mine:
            yield tag["value"], (units(str(tag["list"])), units(str(tag["sell"])))
        for cycle in published - {t["cycle"] for t in mine}:  # nothing bears the key in that month
            yield None, self.month(customer, cycle)

    def buy(self, customer: str, cycle: str) -> int | None:
        """What the reseller owes for a month; None where the files leave any of it unsaid."""
        found = [c["buy"] for c in self.cells(customer) if c["cycle"] == cycle]
        return None if None in found else sum(units(str(b)) for b in found)


def _last_day(cycle: str) -> str:
    return f"{cycle}-{calendar.monthrange(int(cycle[:4]), int(cycle[5:]))[1]}"


def _add(pairs: Iterable[tuple[Key, Sums]]) -> dict[Key, Sums]:
    found: dict[Key, Sums] = {}
    for key, (list_cost, billed_cost) in pairs:
        before = found.get(key, (0, 0))
        found[key] = before[0] + list_cost, before[1] + billed_cost
    return found


def answer_of(rows: Iterable[dict[str, str | None]], dimension: str) -> dict[Key, Sums]:
    """A report's rows in the same form."""
    return _add((r[dimension], (units(r["list_cost"] or ""), units(r["billed_cost"] or ""))) for r in rows)
