"""A Table by two dimensions as a sheet: rows across, columns down, and totals that agree both ways.

The sheet shows cost alone. Its sums are the Table's own subtotals and totals; where rounded cells miss them, a rounding
column and a rounding row carry the difference, so that the sheet adds up across and down to the same corner.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from crossfoot.core.money import plain
from crossfoot.render.address import EMPTY_WORD
from crossfoot.render.cells import Cell, Say, View, cell_of
from crossfoot.render.html import Head, head_of, template
from crossfoot.render.order import Value, place, value_of
from crossfoot.render.screen import currencies, cycle_words, date_cell, figure
from crossfoot.reports.question import NONE_WORD
from crossfoot.reports.spec import Kind
from crossfoot.reports.table import Record, Table, TableColumn

MEASURE = "billed_cost"
MOST_ROWS, MOST_COLUMNS = 200, 13
TIMES = {"day", "week", "month"}
ZERO = Decimal(0)
Key = str | None


class Linked(NamedTuple):
    """A cell that may lead to what is behind it."""

    cell: Cell
    link: str | None = None


class SheetLine(NamedTuple):
    """One line of the sheet: `role` is row, rounding or total."""

    role: str
    heads: tuple[Linked, ...]
    cells: tuple[Linked, ...]
    rounding: str
    total: str


class Block(NamedTuple):
    """The lines of one currency."""

    currency: str
    lines: tuple[SheetLine, ...]


def fits_sheet(table: Table) -> bool:
    """True when the answer has two dimensions, nothing else that parts its rows, and few enough of both."""
    if table.report.is_trend:  # each time stands beside another there
        return False
    if len(table.question.by) != 2 or not table.subtotals:  # noqa: PLR2004 - a sheet has two sides
        return False
    if any(c.kind is Kind.UNIT for c in table.columns) or all(c.key != MEASURE for c in table.columns):
        return False
    down, across = (len({s[d.key] for s in table.subtotals_by(d.key)}) for d in table.question.by)
    return down <= MOST_ROWS and 1 < across <= MOST_COLUMNS


def render_sheet(table: Table, view: View) -> str:
    """The `<table>` element."""
    across = _across(table)
    blocks = [_block(table, currency, list(across), view) for currency in currencies(table)]
    has_rounding = any(line.rounding for block in blocks for line in block.lines)
    return template("sheet.html").render(
        heads=[head_of(c.key, view.say(c.label), view, is_number=False) for c in _head_columns(table)],
        across=[_head(table, key, record, view) for key, record in across.items()],
        total=head_of(MEASURE, view.words.total, view, currencies(table)[0] if len(blocks) == 1 else ""),
        blocks=blocks,
        has_rounding=has_rounding,
        words=view.words,
        currency=currencies(table)[0] if len(blocks) == 1 else "",
    )


def _head_columns(table: Table) -> tuple[TableColumn, ...]:
    """The first dimension, and its names where it has some."""
    first = table.question.by[0].key
    return tuple(c for c in table.columns if c.key in {first, f"{first}_name"})


def _across(table: Table) -> dict[Key, Record]:
    """The values of the second dimension with their subtotals: time runs forward, else the costliest first."""
    second = table.question.by[1].key
    found = list(table.subtotals_by(second))
    if second in TIMES:
        found.sort(key=lambda record: record[second] or "")
    else:
        found.sort(key=lambda record: -Decimal(record[MEASURE] or 0))
    sums: dict[Key, Record] = {}
    for record in found:
        sums.setdefault(record[second], record)
    return sums


def _head(table: Table, key: Key, record: Record, view: View) -> Head:
    second = table.question.by[1].key
    column = next(c for c in table.columns if c.key == second)
    label = record.get(f"{second}_name") or cell_of(key, column, view).text
    return head_of(across_key(second, key), label, view)


def across_key(second: str, value: Key) -> str:
    """What a column of the sheet is called in an order: `month:2026-10`."""
    return f"{second}:{NONE_WORD if value is None else value or EMPTY_WORD}"


def order_words(table: Table, key: str, say: Say) -> str:
    """What a reader calls the column under this key."""
    column = next((c for c in table.columns if c.key == key), None)
    if column is not None:
        return say(column.label)
    second = table.question.by[1]
    value = key.removeprefix(f"{second.key}:")
    return cycle_words(date_cell(value))


def order_keys(table: Table) -> frozenset[str]:
    """By what the rows of the sheet can be put in order: their heads, their total, each column."""
    heads = (column.key for column in _head_columns(table))
    second = table.question.by[1].key
    return frozenset((*heads, MEASURE, *(across_key(second, key) for key in _across(table))))


def _block(table: Table, currency: str, across: Sequence[Key], view: View) -> Block:
    sums = Sums(table, currency)
    lines = [_row(table, sums, record, across, view) for record in _down(table, sums, view)]
    below = [sums.missed_down(key) for key in across]
    corner = sums.total - sum(sums.down.values(), ZERO)
    if any(below) or corner:
        cells = tuple(_plain(amount) for amount in below)
        heads = (Linked(Cell(view.words.rounding)), *_blanks(table))
        lines.append(SheetLine("rounding", heads, cells, _shown(corner - sum(below, ZERO)), _shown(corner)))
    totals = tuple(Linked(Cell(figure(plain(sums.across.get(key, ZERO))), is_number=True)) for key in across)
    name = view.words.total if len(table.totals) == 1 else f"{view.words.total} {currency}"
    missed = sums.total - sum((sums.across.get(key, ZERO) for key in across), ZERO)
    heads = (Linked(Cell(name)), *_blanks(table))
    lines.append(SheetLine("total", heads, totals, _shown(missed), figure(plain(sums.total))))
    return Block(currency, tuple(lines))


def _down(table: Table, sums: "Sums", view: View) -> list[Record]:
    """The rows of a block in the order asked for: by their head, by one column, or by their total."""
    stored, order = sums.down_in_order(), view.order
    if order is None:
        return stored
    column = next((c for c in table.columns if c.key == order.key), None)
    if column is not None:
        return place(stored, lambda record: value_of(record, column, view.called), order)
    cells = {(one, across_key(sums.second, other)): _amount(row) for (one, other), row in sums.rows.items()}

    def cell(record: Record) -> Value:
        return cells.get((record[sums.first], order.key))

    return place(stored, cell, order)


class Sums:
    """The figures of one currency: the cells, and the Table's own sums down, across and in all."""

    def __init__(self, table: Table, currency: str) -> None:
        """Read them once."""
        first, second = (dimension.key for dimension in table.question.by)
        self.first, self.second = first, second
        self.rows = {(r[first], r[second]): r for r in table.rows() if r["currency"] == currency}
        down, across = ([s for s in table.subtotals_by(key) if s["currency"] == currency] for key in (first, second))
        self._records = {s[first]: s for s in down}
        self.down = {key: _amount(s) for key, s in self._records.items()}
        self.across = {s[second]: _amount(s) for s in across}
        self.total = next(_amount(t) for t in table.totals if t["currency"] == currency)
        self._shown_down: dict[Key, Decimal] = {}
        self._shown_across: dict[Key, Decimal] = {}
        for (one, other), row in self.rows.items():
            self._shown_down[one] = self._shown_down.get(one, ZERO) + _amount(row)
            self._shown_across[other] = self._shown_across.get(other, ZERO) + _amount(row)

    def down_in_order(self) -> list[Record]:
        """The subtotals of the first dimension in the order of the rows."""
        return [self._records[key] for key in self._shown_down]

    def missed_across(self, key: Key) -> Decimal:
        """What the cells of a row miss of its sum."""
        return self.down[key] - self._shown_down[key]

    def missed_down(self, key: Key) -> Decimal:
        """What the cells of a column miss of its sum."""
        return self.across.get(key, ZERO) - self._shown_across.get(key, ZERO)


def _row(table: Table, sums: Sums, subtotal: Record, across: Sequence[Key], view: View) -> SheetLine:
    key = subtotal[sums.first]
    link = view.link(subtotal)
    columns = _head_columns(table)
    heads = [Linked(cell_of(subtotal.get(c.key), c, view), link if c is columns[0] else None) for c in columns]
    measure = next(c for c in table.columns if c.key == MEASURE)
    cells = tuple(_cell(sums.rows.get((key, second)), measure, view) for second in across)
    return SheetLine("row", tuple(heads), cells, _shown(sums.missed_across(key)), figure(subtotal[MEASURE] or "0"))


def _cell(record: Record | None, measure: TableColumn, view: View) -> Linked:
    if record is None:
        return Linked(Cell("", is_number=True))
    return Linked(cell_of(record[MEASURE], measure, view), view.link(record))


def _blanks(table: Table) -> tuple[Linked, ...]:
    return tuple(Linked(Cell("")) for _ in _head_columns(table)[1:])


def _plain(amount: Decimal) -> Linked:
    return Linked(Cell(_shown(amount), is_number=True))


def _amount(record: Mapping[str, str | None]) -> Decimal:
    return Decimal(record[MEASURE] or 0)


def _shown(difference: Decimal) -> str:
    """A difference, where there is one."""
    return figure(plain(difference)) if difference else ""
