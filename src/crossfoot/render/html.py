"""Table to the fragment of a page: what the reader sees of rows, rounding, subtotals and totals, in the stored order.

Jinja2 escapes every text; nothing here is marked safe. The page gives a link for each row and the translation of the labels.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import jinja2

from crossfoot.render.cells import View, body_lines, chosen_columns, sum_line
from crossfoot.render.screen import currencies
from crossfoot.reports.spec import Kind
from crossfoot.reports.table import Table, TableColumn


class Head(NamedTuple):
    """The head of a column. `sorted` says how the rows stand by it, in the words of `aria-sort`; `link` sorts anew."""

    label: str
    is_number: bool
    currency: str = ""
    link: str | None = None
    sorted: str = ""


def render_html(table: Table, view: View | None = None) -> str:
    """The `<table>` element."""
    view = view or View()
    columns = chosen_columns(table, view.columns)
    return template("table.html").render(
        heads=_heads(table, columns, view),
        lines=list(body_lines(table, columns, view)),
        totals=[sum_line("total", total, columns, view) for total in table.totals],
        words=view.words,
        is_lines=table.report.is_lines,
    )


def _heads(table: Table, columns: tuple[TableColumn, ...], view: View) -> list[Head]:
    found = currencies(table)
    only = found[0] if len(found) == 1 else ""
    return [
        head_of(c.key, view.say(c.label), view, only if c.kind is Kind.MONEY else "", c.kind.is_number) for c in columns
    ]


def head_of(key: str, label: str, view: View, currency: str = "", is_number: bool = True) -> Head:  # noqa: FBT001, FBT002
    """The head of a column with the way to sort by it, where there is one."""
    is_here = view.order is not None and view.order.key == key
    state = view.order.words if view.order and is_here else ""
    return Head(label, is_number, currency, view.order_link(key, is_number), state)


@cache
def template(name: str) -> jinja2.Template:
    """A template of this room."""
    folder = Path(__file__).parent / "templates"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name)
