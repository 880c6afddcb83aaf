"""The page of a report: one scope, one question, one Table, in the order of parts that every report page has."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crossfoot.access.scope import Scope
from crossfoot.audit.record import Action, record
from crossfoot.core.errors import NotFound
from crossfoot.core.roles import Capability, may
from crossfoot.query.run import Pinned, Window, answer, list_cycles, list_values, pin
from crossfoot.render.address import Pairs, encode, narrowed, pinned, read_question, write_question
from crossfoot.render.chart import render_chart
from crossfoot.render.html import View, Words, render_html
from crossfoot.render.names import list_renamed, service_names
from crossfoot.render.screen import instant_words, period_words, provenance
from crossfoot.render.twoway import MEASURE as SHEET_MEASURE
from crossfoot.render.twoway import fits_sheet, render_sheet
from crossfoot.reports.catalog import get_report, list_reports
from crossfoot.reports.spec import Report
from crossfoot.reports.table import Record, Table
from crossfoot.web.asked import AS_ROWS, Asked, read_address, typed
from crossfoot.web.figures import headline
from crossfoot.web.filters import filter_bar, reset_url
from crossfoot.web.kept import kept
from crossfoot.web.person import asking, customers_of

PAGE_ROWS, PAGE_LINES = 200, 100  # lines are forty columns wide


@require_safe
@login_required
def report_page(request: HttpRequest, customer: str, key: str) -> HttpResponse:
    """A report under the filters of its address."""
    moved = typed(request.GET)
    if moved is not None:
        return HttpResponseRedirect(f"{request.path}?{moved}")
    asked = read_address(request.GET)
    with asking(request, customer) as scope:
        report = get_report(key, scope.role)
        pinned = pin(report, read_question(report, scope.role, asked.pairs), scope)
        record(Action.REPORT_VIEWED, scope.email, customer=customer, report=key, question=pinned.question.as_json())
        cycles = list_cycles(scope)

        def make() -> HttpResponse:
            return render(request, "web/report.html", _page(pinned, cycles, asked))

        return kept(request, [pinned.key, cycles], customers_of(request), make)


def _page(pinned: Pinned, cycles: Sequence[str], asked: Asked) -> dict[str, Any]:
    scope, report = pinned.scope, pinned.question.report
    customer = scope.customer
    table = answer(pinned, Window((asked.page - 1) * PAGE_LINES, PAGE_LINES) if report.is_lines else None)
    question = table.question
    is_sheet = fits_sheet(table) and not asked.as_rows
    pages = Pages(table, asked)
    rows = pages.rows
    called = service_names(table, get_language() or "", rows if report.is_lines else table.rows())
    view = replace(_view(customer, table, rows), called=called)
    return {
        "report": report,
        "table": table,
        "period": period_words(question.period) if question.period else "",
        "crumb": _crumb(scope, customer, table, asked.by),
        "downloads": _downloads(customer, table) if may(scope.role, Capability.EXPORT_REPORTS) else (),
        "bar": filter_bar(
            question,
            scope.role,
            cycles,
            asked,
            lambda dimension, rest: list_values(dimension, rest, scope),
            called,
        ),
        "reset": reset_url(question),
        "provenance": provenance(table, gettext),
        "as_of": instant_words(question.as_of) if question.as_of else "",
        "newest": "?" + encode(pair for pair in write_question(question) if pair[0] != "as_of"),
        "figures": headline(table, called),
        "chart": render_chart(table, gettext, called),
        "fragment": _fragment(table, view, is_sheet=is_sheet),
        "renamed": list_renamed(table, rows, called),
        "layout": _layout(table, is_sheet=is_sheet),
        "pages": None if is_sheet else pages,
        "is_whole": not report.is_lines,
        "exact": _digits_url(table),
    }


def _fragment(table: Table, view: View, *, is_sheet: bool) -> str:
    return (render_sheet if is_sheet else render_html)(table, view) if table.meta.row_count else ""


def _layout(table: Table, *, is_sheet: bool) -> dict[str, str] | None:
    """A sheet says which measure it shows; where a sheet is possible there is a way to it and back."""
    if not fits_sheet(table):
        return None
    label = next(gettext(c.label) for c in table.columns if c.key == SHEET_MEASURE)
    question = write_question(table.question)
    return {"label": label if is_sheet else "", "url": "?" + encode([*question, AS_ROWS] if is_sheet else question)}


class Pages:
    """Which rows stand on this page of a long table, and the way to the others."""

    def __init__(self, table: Table, asked: Asked) -> None:
        """Count; a page behind the last is not there."""
        self.table, self.page = table, asked.page
        self.kept = _kept(table, asked)
        self.size = PAGE_LINES if table.report.is_lines else PAGE_ROWS
        self.count = max(1, -(-table.meta.row_count // self.size))
        if self.page > self.count:
            raise NotFound(
                _("There is no page {page}: the last one is {last}.").format(page=self.page, last=self.count)
            )

    @property
    def rows(self) -> Sequence[Record]:
        """The rows of this page. Line reports were asked for these alone."""
        start = 0 if self.table.report.is_lines else (self.page - 1) * self.size
        return list(islice(self.table.rows(), start, start + self.size))

    @property
    def first(self) -> int:
        """Number of the first row shown."""
        return (self.page - 1) * self.size + 1

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return min(self.page * self.size, self.table.meta.row_count)

    @property
    def before(self) -> str:
        """The page before this one."""
        return self._url(self.page - 1) if self.page > 1 else ""

    @property
    def after(self) -> str:
        """The page after this one."""
        return self._url(self.page + 1) if self.page < self.count else ""

    def _url(self, page: int) -> str:
        return "?" + encode([*self.kept, ("page", str(page))])


def _kept(table: Table, asked: Asked) -> Pairs:
    """The question, the grouping from which a reader came to these lines, and the layout."""
    came_from = [("by", key) for key in asked.by] if table.report.is_lines else []
    return write_question(table.question) + came_from + ([AS_ROWS] if asked.as_rows else [])


def _view(customer: str, table: Table, rows: Sequence[Record]) -> View:
    drill = table.report.drill
    target = reverse("report", args=[customer, drill]) if drill else ""

    def link(row: Record) -> str | None:
        pairs = narrowed(table, row) if target else None
        return f"{target}?{encode(pairs)}" if pairs else None

    return View(link=link, say=gettext, rows=rows, words=_words(table.report))


def _words(report: Report) -> Words:
    return Words(
        total=_("Total"),
        subtotal=_("Subtotal"),
        rounding=_("Rounding"),
        unknown=_("unknown"),
        empty=_("empty"),
        caption=gettext(report.question),
        open_row=_("Show the charges behind this row"),
    )


def _crumb(scope: Scope, customer: str, table: Table, by: Sequence[str]) -> dict[str, str] | None:
    """The way back from lines to the report that led there, with the filters it had."""
    parent = next((r for r in list_reports(scope.role) if r.drill == table.report.key), None)
    if parent is None or not by:
        return None
    pairs = [pair for pair in write_question(table.question) if pair[0] not in by]
    address = reverse("report", args=[customer, parent.key])
    return {"label": gettext(parent.title), "url": f"{address}?{encode(pairs + [('by', key) for key in by])}"}


def _downloads(customer: str, table: Table) -> tuple[dict[str, str], ...]:
    """Links that fetch what is on the screen, also after a correction."""
    query = encode(write_question(pinned(table)))
    kinds = (
        ("report-csv", "CSV", _("rows for a spreadsheet")),
        ("report-json", "JSON", _("the whole answer for a program")),
        ("report-metadata", _("Definitions of the CSV"), _("what each column means")),
    )
    return tuple(
        {"label": label, "note": note, "url": f"{reverse(name, args=[customer, table.report.key])}?{query}"}
        for name, label, note in kinds
    )


def _digits_url(table: Table) -> str:
    """The same question in the other digits; lines are always exact."""
    if table.report.is_lines:
        return ""
    kept = [pair for pair in write_question(table.question) if pair[0] != "digits"]
    return "?" + encode(kept if table.question.digits == "exact" else [*kept, ("digits", "exact")])
