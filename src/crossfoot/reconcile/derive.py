"""A cycle derived from its landed bills: List and Buy summed in Arrow, Sell line by line, then the rounding of R3.

In: the bills in force with their accounts. Out: for every customer its cells, which hold every figure that a page can
show of a month without tags.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from crossfoot.core.money import round_minor
from crossfoot.core.period import Period, end_day, first_day
from crossfoot.reconcile.landed import Landed, read_lines
from crossfoot.reconcile.owners import Orders, Owners, split_refunds
from crossfoot.reconcile.sell import Sellers
from crossfoot.sources.services import name_service

ZERO = Decimal(0)
UNIT = "\x1f"


class Cell(NamedTuple):
    """The smallest sum that is compared: the dimensions of the daily rollup."""

    currency: str
    day: str
    account: str | None
    service: str | None
    region: str | None
    project: str | None
    bill_type: str | None


KEYS = ("currency", "bill_date", "account_id", "service_name", "region_id", "project_id", "bill_type")


class Sums(NamedTuple):
    """How many lines, and their List and Sell."""

    rows: int
    list_cost: Decimal
    billed_cost: Decimal


class Bought(NamedTuple):
    """What the reseller owes, and of how many lines that is unknown."""

    settlement: Decimal = ZERO
    unknown: int = 0


@dataclass
class Month:
    """One customer's month. `unpriced` lines have no price by any approved rule."""

    cells: dict[Cell, Sums] = field(default_factory=dict)
    bought: dict[str, Bought] = field(default_factory=dict)
    unpriced: int = 0

    def total(self, currency: str) -> Sums:
        """The sum of a currency's cells."""
        return add(sums for cell, sums in self.cells.items() if cell.currency == currency)


def add(parts: Iterable[Sums]) -> Sums:
    """Sums added."""
    rows, list_cost, billed_cost = 0, ZERO, ZERO
    for part in parts:
        rows, list_cost, billed_cost = rows + part.rows, list_cost + part.list_cost, billed_cost + part.billed_cost
    return Sums(rows, list_cost, billed_cost)


class Deriver:
    """Derives one cycle after the other, oldest first: a refund may name an order of an earlier one."""

    def __init__(self, owners: Owners, sellers: Sellers) -> None:
        """Take who owned what, and how lines are priced."""
        self._owners, self._sellers, self._orders = owners, sellers, Orders()

    def derive(
        self,
        cycle: str,
        bills: Iterable[Landed],
        final: AbstractSet[str],
        left_out: AbstractSet[tuple[str, str]] = frozenset(),
    ) -> dict[str, Month]:
        """The months of every customer of the cycle.

        Args:
            cycle: the cycle.
            bills: the landed files in force, each with the accounts for which it is.
            final: the customers whose cycle is closed.
            left_out: customers and accounts whose month-to-date lines finance accepted as not charged.

        Raises:
            Unreadable: a bill cannot be read.
        """
        sums, refunds = [], []
        for bill in bills:
            for lines in read_lines(bill, cycle):
                self._orders.note(lines)
                back, rest = split_refunds(lines)
                sums.append(self._sum(rest, pa.nulls(rest.num_rows, pa.string())))
                refunds.append(back)
        # Now every order of the cycle is known.
        sums += [self._sum(back, pa.array(self._orders.days(back), pa.string())) for back in refunds]
        months = _months(_add_up(pa.concat_tables(sums)), left_out) if sums else {}
        for customer in final & set(months):
            close(months[customer], cycle)
        return months

    def _sum(self, lines: pa.Table, original_days: pa.Array) -> pa.Table:
        return _group(_named(self._sellers.sell(lines.append_column("original_day", original_days))))


def close(month: Month, cycle: str) -> None:
    """R3 (c): a closed month equals its payable base by a charge of our own on its last day."""
    last_day = str(Period(cycle, first_day(cycle), end_day(cycle), by_cycle=True).last_day)
    for currency in sorted({cell.currency for cell in month.cells}):
        exact = month.total(currency).billed_cost
        rounding = round_minor(exact, currency) - exact
        if rounding:
            month.cells[Cell(currency, last_day, None, None, None, None, None)] = Sums(1, ZERO, rounding)


def _named(lines: pa.Table) -> pa.Table:
    """The lines with what a page calls their services: rules speak of the bill's own words, pages have one name a code."""
    parts = [pc.fill_null(lines[column], "") for column in ("service_code", "service_name")]
    pairs = pc.binary_join_element_wise(*parts, UNIT).combine_chunks().dictionary_encode()
    split = (pair.partition(UNIT) for pair in pairs.dictionary.to_pylist())
    names = pa.array([name_service(code or None, name or None) for code, _, name in split], pa.string())
    place = lines.column_names.index("service_name")
    return lines.set_column(place, "service_name", names.take(pairs.indices))


def _group(lines: pa.Table) -> pa.Table:
    grouped = lines.group_by(["customer_id", *KEYS]).aggregate(
        [
            ([], "count_all"),
            ("list_cost", "sum"),
            ("billed_cost", "sum"),
            ("billed_cost", "count"),
            ("settlement_amount", "sum"),
            ("settlement_amount", "count"),
        ]
    )
    return grouped.rename_columns(["customer_id", *KEYS, *SUMS])


SUMS = ("rows", "list_cost", "billed_cost", "priced", "settlement", "settled")


def _add_up(parts: pa.Table) -> pa.Table:
    added = parts.group_by(["customer_id", *KEYS]).aggregate([(name, "sum") for name in SUMS])
    return added.rename_columns(["customer_id", *KEYS, *SUMS])


def _months(sums: pa.Table, left_out: AbstractSet[tuple[str, str]]) -> dict[str, Month]:
    months: dict[str, Month] = {}
    columns = (sums[name].to_pylist() for name in ("customer_id", *KEYS, *SUMS))
    for customer, *row in zip(*columns, strict=True):
        if customer is None:  # nobody's: it waits for an owner and is published to nobody
            continue
        if (customer, row[KEYS.index("account_id")]) in left_out:
            continue
        cell, (rows, list_cost, billed_cost, priced, settlement, settled) = Cell(*row[: len(KEYS)]), row[len(KEYS) :]
        month = months.setdefault(customer, Month())
        month.cells[cell] = Sums(rows, list_cost, billed_cost or ZERO)
        month.unpriced += rows - priced
        known = month.bought.get(cell.currency, Bought())
        month.bought[cell.currency] = Bought(known.settlement + (settlement or ZERO), known.unknown + rows - settled)
    return months
