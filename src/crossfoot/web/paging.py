"""Which rows of a long table stand on this page, in which order, and the way to the others."""

from collections.abc import Mapping, Sequence
from itertools import islice

from django.utils.translation import gettext as _

from crossfoot.core.errors import BadRequest, NotFound
from crossfoot.query.select import Window
from crossfoot.render.address import Pairs, encode, write_question
from crossfoot.render.cells import shown_columns
from crossfoot.render.order import Order, in_order, next_order
from crossfoot.render.twoway import order_keys
from crossfoot.reports.spec import Report, Source
from crossfoot.reports.table import Record, Table
from crossfoot.web.asked import Asked

PAGE_ROWS, PAGE_LINES = 200, 100  # lines are forty columns wide
# Lines in another order are held in memory while they are compared, so there is an end to them; a file has them all.
ORDERED_LINES = 1000
LINE_ORDERS = ("bill_date", "list_cost", "billed_cost")
LEDGER_ORDERS = ("document_on", "due_on", "amount_due", "balance")


def line_orders(report: Report) -> tuple[str, ...]:
    """The columns by which lines may be put in order. A statement has one order: its balances run down it."""
    if report.source is Source.MOVEMENTS:
        return ()
    return LEDGER_ORDERS if report.source.is_ledger else LINE_ORDERS


def window_of(report: Report, asked: Asked) -> Window | None:
    """What to read of a report of lines."""
    if not report.is_lines:
        return None
    start, order = (asked.page - 1) * PAGE_LINES, asked.order
    if order is None:
        return Window(start, PAGE_LINES)
    orders = line_orders(report)
    if order.key not in orders:
        raise BadRequest(
            f"{report.title} cannot be sorted by {order.key[:40]!r}: choose from {', '.join(orders) or 'nothing'}."
        )
    if start >= ORDERED_LINES:
        raise NotFound(_("Sorted lines end at line {last}: filter them, or take the file.").format(last=ORDERED_LINES))
    return Window(start, PAGE_LINES, order.key, order.is_descending)


class Pages:
    """The rows of this page. Raises NotFound for a page behind the last, BadRequest for an order that is none."""

    def __init__(self, table: Table, asked: Asked, *, is_sheet: bool) -> None:
        """Count."""
        self.table, self.page = table, asked.page
        self.order = self._checked(asked.order, is_sheet=is_sheet)
        self._asked, self._is_sheet = asked, is_sheet
        self.size = PAGE_LINES if table.report.is_lines else PAGE_ROWS
        self.count = max(1, -(-self.reach // self.size))
        if self.page > self.count:
            raise NotFound(
                _("There is no page {page}: the last one is {last}.").format(page=self.page, last=self.count)
            )

    def _checked(self, order: Order | None, *, is_sheet: bool) -> Order | None:
        """The order, where this table has its column; a sheet lacks some columns of its rows, and the other way round."""
        if order is None or self.table.report.is_lines or not self.table.meta.row_count:
            return order
        columns = {column.key for column in shown_columns(self.table)}
        if order.key in (order_keys(self.table) if is_sheet else columns):
            return order
        if order.key in columns or any(order.key.startswith(f"{d.key}:") for d in self.table.question.by):
            return None
        raise BadRequest(f"This table has no column {order.key[:40]!r} to sort by: choose the head of a column.")

    def rows(self, called: Mapping[str, str]) -> Sequence[Record]:
        """The rows of this page. Line reports were asked for these alone, in their order."""
        if self.table.report.is_lines:
            return list(self.table.rows())
        start = (self.page - 1) * self.size
        if self.order is None or self._is_sheet:  # a sheet puts its own rows in order
            return list(islice(self.table.rows(), start, start + self.size))
        return in_order(self.table, self.order, called)[start : start + self.size]

    @property
    def reach(self) -> int:
        """How many rows can be paged through."""
        rows = self.table.meta.row_count
        return min(rows, ORDERED_LINES) if self.table.report.is_lines and self.order else rows

    @property
    def first(self) -> int:
        """Number of the first row shown."""
        return (self.page - 1) * self.size + 1

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return min(self.page * self.size, self.reach)

    @property
    def before(self) -> str:
        """The page before this one."""
        return self._url(self.page - 1) if self.page > 1 else ""

    @property
    def after(self) -> str:
        """The page after this one."""
        return self._url(self.page + 1) if self.page < self.count else ""

    @property
    def stored(self) -> str:
        """The same rows in the order of the files."""
        return "?" + encode([*self._kept, *self._asked.layout])

    @property
    def is_cut(self) -> bool:
        """True where sorting does not reach the last line."""
        return self.reach < self.table.meta.row_count

    def order_link(self, key: str, is_number: bool) -> str | None:  # noqa: FBT001 - the form that a View asks for
        """The head of a column puts the rows in its order."""
        if self.table.report.is_lines and key not in line_orders(self.table.report):
            return None
        order = next_order(key, self.order, is_number=is_number)
        return "?" + encode([*self._kept, *self._asked.layout, ("sort", str(order))])

    @property
    def _kept(self) -> Pairs:
        return write_question(self.table.question)

    def _url(self, page: int) -> str:
        return "?" + encode([*self._kept, *self._asked.kept, ("page", str(page))])
