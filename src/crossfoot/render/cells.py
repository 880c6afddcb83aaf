"""A Table as lines of cells, as a person reads them: rows, rounding, subtotals and totals, in the stored order.

Figures get thousands separators and a true minus sign and are otherwise the Table's own digits. Page and paper lay out
these same cells.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from crossfoot.render.order import Order
from crossfoot.render.screen import currencies, cycle_words, date_cell, figure, name_of_nothing
from crossfoot.reports.spec import Kind
from crossfoot.reports.table import Record, Table, TableColumn

Say = Callable[[str], str]
Link = Callable[[Record], str | None]
OrderLink = Callable[[str, bool], str | None]  # a column's key and whether it holds figures -> the address
CURRENCY = TableColumn(key="currency", label="Currency", kind=Kind.DIMENSION, help="The currency of the amounts.")
OF_ROUNDING = "rounding_"  # before a measure's key in a subtotal: what its shown rows miss


class Cell(NamedTuple):
    """One cell as it is shown."""

    text: str
    is_number: bool = False
    is_quiet: bool = False


class Line(NamedTuple):
    """One line of the table: `role` is row, rounding, subtotal or total."""

    role: str
    cells: tuple[Cell, ...]
    link: str | None = None


@dataclass(frozen=True, kw_only=True)
class Words:
    """The few words of the fragment itself, already in the reader's language."""

    total: str = "Total"
    subtotal: str = "Subtotal"
    rounding: str = "Rounding"
    unknown: str = "unknown"
    empty: str = "empty"
    caption: str = ""
    open_row: str = "Show the charges behind this row"
    sort: str = "Sort by this column"


@dataclass(frozen=True, kw_only=True)
class View:
    """What the page adds to a Table: links, language, which rows stand on this page of it, and in which order."""

    link: Link = field(default=lambda _record: None)
    say: Say = field(default=str)
    words: Words = field(default_factory=Words)
    rows: Iterable[Record] | None = None
    order: Order | None = None
    order_link: OrderLink = field(default=lambda _key, _is_number: None)
    called: Mapping[str, str] = field(default_factory=dict)  # a service's name in files -> its name on this page
    columns: frozenset[str] = frozenset()  # what is shown beside the first; all of them where none is named


def shown_columns(table: Table) -> tuple[TableColumn, ...]:
    """The columns on screen; a currency that is asked for or not the only one leads, else it stands in the heads."""
    is_asked = any(dimension.key == "currency" for dimension in table.question.by)
    columns = tuple(c for c in table.columns if c.kind is not Kind.CODE)
    return (CURRENCY, *columns) if is_asked or len(currencies(table)) > 1 else columns


def chosen_columns(table: Table, chosen: frozenset[str]) -> tuple[TableColumn, ...]:
    """Of the columns on screen those that were chosen; what a row is about leads always."""
    shown = shown_columns(table)
    fixed = {"currency", *(d.key for d in table.question.by), next(c.key for c in shown if c.key != "currency")}
    return tuple(c for c in shown if not chosen or c.key in chosen | fixed)


def body_lines(table: Table, columns: tuple[TableColumn, ...], view: View) -> Iterator[Line]:
    rows = table.rows() if view.rows is None else view.rows
    if not table.subtotals:
        yield from (_line(record, columns, view) for record in rows)
    else:
        yield from _groups(table, rows, columns, view)
    yield from (sum_line("rounding", record, columns, view) for record in table.rounding)


def _groups(table: Table, rows: Iterable[Record], columns: tuple[TableColumn, ...], view: View) -> Iterator[Line]:
    """Rows of one value of the first dimension, what they miss of their sum where they do, and the sum."""
    first = table.question.by[0].key
    sums = {(record["currency"], record[first]): record for record in table.subtotals_by(first)}
    for key, group in groupby(rows, lambda record: (record["currency"], record[first])):
        yield from (_line(record, columns, view) for record in group)
        if key in sums:
            yield from _group_end(sums[key], columns, view)


def _group_end(subtotal: Record, columns: tuple[TableColumn, ...], view: View) -> Iterator[Line]:
    rounding = {key.removeprefix(OF_ROUNDING): v for key, v in subtotal.items() if key.startswith(OF_ROUNDING)}
    if rounding:
        yield sum_line("rounding", {"currency": None, **rounding}, columns, view)
    yield sum_line("subtotal", subtotal, columns, view)


def _line(record: Record, columns: tuple[TableColumn, ...], view: View) -> Line:
    cells = tuple(cell_of(record.get(c.key), c, view) for c in columns)
    return Line(role="row", cells=cells, link=view.link(record))


def sum_line(role: str, record: Record, columns: tuple[TableColumn, ...], view: View) -> Line:
    """A line of sums: its own name in the first column, nothing where there is nothing to add up."""
    names: Mapping[str, str] = {
        "total": view.words.total,
        "subtotal": view.words.subtotal,
        "rounding": view.words.rounding,
    }
    cells = [_sum_cell(record, c, view) for c in columns]
    name = names[role]
    lead = cells[0].text
    cells[0] = Cell(text=f"{name} {lead}".strip())
    return Line(role=role, cells=tuple(cells))


def _sum_cell(record: Record, column: TableColumn, view: View) -> Cell:
    if column.key not in record or (record[column.key] is None and not column.kind.is_number):
        return Cell(text="")
    return cell_of(record[column.key], column, view)


def cell_of(value: str | None, column: TableColumn, view: View) -> Cell:
    """A value as its cell; what is not there is said quietly."""
    if value is None:
        return Cell(_nothing(column, view), column.kind.is_number, is_quiet=True)
    if not value and column.kind is Kind.DIMENSION:
        return Cell(view.words.empty, is_quiet=True)
    if column.key == "service":
        return Cell(view.called.get(value, value))
    return Cell(view.say(value) if value in column.words else cell_text(value, column), column.kind.is_number)


def _nothing(column: TableColumn, view: View) -> str:
    if column.kind is Kind.MONEY:
        return view.say(column.empty) if column.empty else view.words.unknown
    return view.say(name_of_nothing(column)) if column.kind is Kind.DIMENSION else ""


def cell_text(value: str, column: TableColumn) -> str:
    """A value as a person reads it."""
    if column.kind.is_number:
        return figure(value)
    if column.kind is Kind.DATE:
        return date_cell(value)
    if column.kind is Kind.INSTANT:
        return value.replace("T", " ").removesuffix("Z")
    return cycle_words(value) if column.key == "month" else value
