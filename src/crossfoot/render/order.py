"""The order in which a page shows the rows of a Table, where its reader asks for another than the stored one.

A word of the page and not of the question: the result, its hash and every file keep the stored order. Currencies are
never mixed, rows of one group stay together under their subtotal, and what is not there stands last either way.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import TypeVar

from crossfoot.reports.table import Record, Table, TableColumn

CURRENCY = "currency"
DOWN = "-"  # before the key in an address
Item = TypeVar("Item")
Value = str | Decimal | None
Called = Mapping[str, str]


@dataclass(frozen=True)
class Order:
    """By which column, and in which direction."""

    key: str
    is_descending: bool = False

    def __str__(self) -> str:
        """As an address writes it."""
        return f"{DOWN if self.is_descending else ''}{self.key}"

    @property
    def words(self) -> str:
        """As `aria-sort` writes it."""
        return "descending" if self.is_descending else "ascending"


def read_order(text: str) -> Order | None:
    """The order that an address asks for: `service` or `-billed_cost`."""
    key = text.removeprefix(DOWN)
    return Order(key, text.startswith(DOWN)) if key else None


def next_order(key: str, now: Order | None, *, is_number: bool) -> Order:
    """What a click on the head of a column asks for: figures from the largest, texts from A; then the other way."""
    if now is not None and now.key == key:
        return Order(key, not now.is_descending)
    return Order(key, is_number)


def place(items: Iterable[Item], value: Callable[[Item], Value], order: Order) -> list[Item]:
    """In the order asked for; equals keep their place, and what is not there stands last."""
    found = [(value(item), item) for item in items]
    known = [(one, item) for one, item in found if one is not None]
    known.sort(key=lambda pair: pair[0], reverse=order.is_descending)
    return [item for _, item in known] + [item for one, item in found if one is None]


def value_of(record: Record, column: TableColumn, called: Called) -> Value:
    """A cell as it is compared: figures by their amount, texts as they are shown and without regard to capitals."""
    text = record.get(column.key)
    if text is None:
        return None
    if column.kind.is_number:
        return Decimal(text)
    return (called.get(text, text) if column.key == "service" else text).casefold()


def in_order(table: Table, order: Order, called: Called | None = None) -> list[Record]:
    """All rows of a grouped answer, in another order; services are `called` what the page calls them."""
    blocks = [list(block) for _, block in groupby(table.rows(), lambda row: row[CURRENCY])]
    if order.key == CURRENCY:
        return [row for block in place(blocks, lambda block: block[0][CURRENCY], order) for row in block]
    column = next(c for c in table.columns if c.key == order.key)
    return [
        row for block in blocks for row in _block(table, block, lambda row: value_of(row, column, called or {}), order)
    ]


def _block(table: Table, rows: Sequence[Record], value: Callable[[Record], Value], order: Order) -> list[Record]:
    """Rows of one currency: the groups by their sums or names, and within each the rows."""
    if not table.subtotals:
        return place(rows, value, order)
    first = table.question.by[0].key
    groups = [list(group) for _, group in groupby(rows, lambda row: row[first])]
    sums = {s[first]: s for s in table.subtotals_by(first) if s[CURRENCY] == rows[0][CURRENCY]}

    def lead(group: Sequence[Record]) -> Value:
        return value(sums.get(group[0][first], {}))

    return [row for group in place(groups, lead, order) for row in place(group, value, order)]
