"""The page of a report: one scope, one question, one Table, in the order of parts that every report page has."""

from collections.abc import Sequence
from dataclasses import replace
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
from crossfoot.core.clock import today
from crossfoot.core.errors import NotFound
from crossfoot.core.roles import Capability, may
from crossfoot.deliver.formats import FORMATS, OF_CHARGES
from crossfoot.query.run import Pinned, answer, list_cycles, pin, run
from crossfoot.render.address import encode, narrowed, opened, pinned, read_question, without, write_question
from crossfoot.render.cells import View, Words, chosen_columns, shown_columns
from crossfoot.render.chart import render_chart
from crossfoot.render.example import worked_example
from crossfoot.render.figures import headline
from crossfoot.render.html import render_html
from crossfoot.render.names import list_renamed, service_names
from crossfoot.render.screen import figure, instant_words, period_words, provenance, told
from crossfoot.render.twoway import MEASURE as SHEET_MEASURE
from crossfoot.render.twoway import fits_sheet, order_words, render_sheet
from crossfoot.reports.catalog import get_report
from crossfoot.reports.cost import CHARGES
from crossfoot.reports.spec import Report
from crossfoot.reports.table import Record, Table
from crossfoot.web.asked import Asked, read_address, typed
from crossfoot.web.chooser import open_chooser
from crossfoot.web.filters import Chip, filter_bar, reset_url
from crossfoot.web.kept import kept
from crossfoot.web.ledger import ledger_figures, ledger_link, recent_cycles
from crossfoot.web.paging import Pages, window_of
from crossfoot.web.person import asking, customers_of
from crossfoot.web.trail import trail

MOST_LOOSENED = 6  # filters that are tried without, one by one, where nothing matches


@require_safe
@login_required
def report_page(request: HttpRequest, customer: str, key: str) -> HttpResponse:
    """A report under the filters of its address."""
    return _answer(request, customer, key)


@require_safe
@login_required
def house_report_page(request: HttpRequest, key: str) -> HttpResponse:
    """A report of all customers, for the reseller's people."""
    return _answer(request, "", key)


def _answer(request: HttpRequest, customer: str, key: str) -> HttpResponse:
    with asking(request, customer) as scope:
        report = get_report(key, scope.role)
        if not customer and not report.is_of_house:
            raise NotFound(_("There is no report {key!r} of all customers: choose a customer.").format(key=key))
        moved = typed(request.GET)
        if moved is not None:
            return HttpResponseRedirect(f"{request.path}?{moved}")
        asked = read_address(request.GET)
        resolved = pin(report, read_question(report, scope.role, asked.pairs), scope)
        record(Action.REPORT_VIEWED, scope.email, customer=customer, report=key, question=resolved.question.as_json())
        cycles = recent_cycles(today()) if report.source.is_ledger else list_cycles(scope)

        def make() -> HttpResponse:
            return render(request, "web/report.html", _page(resolved, cycles, asked))

        return kept(request, [resolved.key, cycles], customers_of(request), make)


def _page(resolved: Pinned, cycles: Sequence[str], asked: Asked) -> dict[str, Any]:
    scope, report = resolved.scope, resolved.question.report
    customer = scope.customer
    table = answer(resolved, window_of(report, asked))
    question = table.question
    is_sheet = fits_sheet(table) and not asked.as_rows
    pages = Pages(table, asked, is_sheet=is_sheet)
    lines = pages.rows({}) if report.is_lines else ()
    called = service_names(table, get_language() or "", lines if report.is_lines else table.rows())
    bar = filter_bar(question, scope.role, cycles, asked, called)
    view = replace(
        _view(scope, table, pages, lines if report.is_lines else pages.rows(called), cycles),
        called=called,
        columns=frozenset(asked.columns),
    )
    return {
        "report": report,
        "table": table,
        "result": replace(table, question=pinned(table)),  # as its files bear it
        "period": period_words(question.period) if question.period else "",
        "crumbs": trail(scope, customer, table, asked.back, called),
        "downloads": _downloads(customer, table) if may(scope.role, Capability.EXPORT_REPORTS) else (),
        "bar": bar,
        "chooser": open_chooser(question, scope, asked, called),
        "reset": reset_url(question),
        "provenance": provenance(table, gettext),
        "as_of": instant_words(question.as_of) if question.as_of else "",
        "newest": "?" + encode(pair for pair in write_question(question) if pair[0] != "as_of"),
        "figures": ledger_figures(scope, table) if report.source.is_ledger else headline(table, called, gettext),
        "chart": render_chart(table, gettext, called),
        "example": worked_example(table, gettext, called) if table.meta.row_count else None,
        "fragment": _fragment(table, view, is_sheet=is_sheet),
        "renamed": list_renamed(table, view.rows or (), called),
        "loosened": _loosened(scope, table, bar.chips),
        "layout": _layout(table, asked, is_sheet=is_sheet),
        "sorting": _sorting(table, pages, is_sheet=is_sheet),
        "pages": None if is_sheet else pages,
        "is_whole": not report.is_lines,
        "exact": _digits_url(table, asked),
        "warnings": tuple(told(warning, gettext) for warning in table.meta.warnings),
        "columns": None if is_sheet else _columns(table, asked),
        "view_query": encode([*write_question(question), *asked.kept]),
    }


def _columns(table: Table, asked: Asked) -> dict[str, Any]:
    """The chooser of columns."""
    kept = write_question(table.question) + [pair for pair in asked.kept if pair[0] != "columns"]
    shown = {column.key for column in chosen_columns(table, frozenset(asked.columns))}
    choices = [
        {"key": c.key, "label": gettext(c.label), "is_shown": c.key in shown}
        for c in shown_columns(table)
        if c.key not in {"currency", *(d.key for d in table.question.by)}
    ]
    return {"choices": choices, "hidden": kept, "all": "?" + encode(kept)}


def _fragment(table: Table, view: View, *, is_sheet: bool) -> str:
    return (render_sheet if is_sheet else render_html)(table, view) if table.meta.row_count else ""


def _layout(table: Table, asked: Asked, *, is_sheet: bool) -> dict[str, str] | None:
    """A sheet says which measure it shows; where a sheet is possible there is a way to it and back."""
    if not fits_sheet(table):
        return None
    label = next(gettext(c.label) for c in table.columns if c.key == SHEET_MEASURE)
    other = replace(asked, as_rows=is_sheet)
    url = "?" + encode([*write_question(table.question), *other.kept])
    return {"label": label if is_sheet else "", "url": url}


def _sorting(table: Table, pages: Pages, *, is_sheet: bool) -> dict[str, str] | None:
    """What the order is where it is not the files' own, said in words, and the way back to theirs."""
    order = pages.order
    if order is None:
        return None
    found = (c.label for c in shown_columns(table) if c.key == order.key)
    label = order_words(table, order.key, gettext) if is_sheet else gettext(next(found, order.key))
    limit = figure(str(pages.reach)) if pages.is_cut else ""
    return {"label": label, "direction": order.words, "url": pages.stored, "limit": limit}


def _loosened(scope: Scope, table: Table, chips: Sequence[Chip]) -> list[dict[str, Any]]:
    """Where nothing matches: how many rows there would be without each filter, and the address that shows them."""
    if table.meta.row_count or not (table.meta.editions or table.report.source.is_ledger):
        return []
    counts = [
        run(table.report, without(table.question, chip.key), scope).meta.row_count for chip in chips[:MOST_LOOSENED]
    ]
    return [
        {"chip": chip, "count": count, "words": figure(str(count))}
        for chip, count in zip(chips, [*counts, *[None] * len(chips)], strict=False)
    ]


def _view(scope: Scope, table: Table, pages: Pages, rows: Sequence[Record], cycles: Sequence[str]) -> View:
    drill = get_report(table.report.drill, scope.role) if table.report.drill else None
    target = reverse("report", args=[scope.customer, drill.key]) if drill else ""

    def link(row: Record) -> str | None:
        if table.report.source.is_ledger:
            return ledger_link(scope, table, row)
        if drill is None:
            return None
        pairs = opened(table, row, cycles) if table.report.opens else narrowed(table, row, drill)
        return f"{target}?{encode(pairs)}" if pairs else None

    return View(
        link=link,
        say=gettext,
        rows=rows,
        words=_words(table.report),
        order=pages.order,
        order_link=pages.order_link,
    )


def _words(report: Report) -> Words:
    return Words(
        total=gettext(report.sum_label) if report.sum_label else _("Total"),
        subtotal=_("Subtotal"),
        rounding=_("Rounding"),
        unknown=_("unknown"),
        empty=_("empty"),
        caption=gettext(report.question),
        open_row=_open_words(report),
        sort=_("Sort by this column"),
    )


def _open_words(report: Report) -> str:
    if report.source.is_ledger:
        return _("Show the invoices and payments") if report.is_of_house else _("Show this entry")
    return _("Show the charges of the original order") if report.opens else _("Show the charges behind this row")


def _downloads(customer: str, table: Table) -> tuple[dict[str, str], ...]:
    """Links that fetch what is on the screen, also after a correction."""
    query = encode(write_question(pinned(table)))
    kinds = [(fmt.route, gettext(fmt.label), gettext(fmt.note)) for fmt in FORMATS]
    kinds.append(("report-metadata", _("Definitions of the CSV"), _("what each column means")))
    house, args = ("", [customer]) if customer else ("house-", [])
    found = [
        {"label": label, "note": note, "url": f"{reverse(house + name, args=[*args, table.report.key])}?{query}"}
        for name, label, note in kinds
    ]
    if table.report.key == CHARGES.key:
        found += [
            {
                "label": gettext(fmt.label),
                "note": gettext(fmt.note),
                "url": f"{reverse(fmt.route, args=[customer])}?{query}",
            }
            for fmt in OF_CHARGES
        ]
    return tuple(found)


def _digits_url(table: Table, asked: Asked) -> str:
    """The same question in the other digits; lines are always exact."""
    if table.report.is_lines:
        return ""
    kept = [pair for pair in write_question(table.question) if pair[0] != "digits"] + asked.kept
    return "?" + encode(kept if table.question.digits == "exact" else [*kept, ("digits", "exact")])
