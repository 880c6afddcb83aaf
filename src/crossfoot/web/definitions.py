"""What every report and column means, for one's own role, and how that has changed. Made from the definitions themselves."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from crossfoot.core.roles import Role
from crossfoot.core.words import mark
from crossfoot.render.screen import day_words
from crossfoot.reports.catalog import changes_of, columns_of, list_reports, since_of
from crossfoot.reports.spec import Column, Dimension, Kind, Report
from crossfoot.web.person import customers_of, person_of

NAMELESS = "none"  # of what always has a value
UNITS = {
    Kind.DIMENSION: mark("word; groups and filters"),
    Kind.LABEL: mark("word"),
    Kind.CODE: mark("code"),
    Kind.UNIT: mark("unit of the quantity beside it"),
    Kind.MONEY: mark("amount, in the currency of its row"),
    Kind.QUANTITY: mark("quantity, in the unit of its row"),
    Kind.DATE: mark("date"),
    Kind.INSTANT: mark("instant, in UTC"),
    Kind.TEXT: mark("text"),
}


@require_safe
@login_required
def definitions_page(request: HttpRequest) -> HttpResponse:
    """The dictionary."""
    role = Role(person_of(request).role)
    customers = customers_of(request)
    customer = customers[0].id if len(customers) == 1 else ""
    reports = [_report(report, role, customer) for report in list_reports(role)]
    return render(request, "web/definitions.html", {"listed": reports})


def _report(report: Report, role: Role, customer: str) -> dict[str, Any]:
    return {
        "key": report.key,
        "title": gettext(report.title),
        "question": gettext(report.question),
        "reading": gettext(report.how_to_read),
        "revision": report.revision,
        "url": reverse("report", args=[customer, report.key]) if customer else "",
        "columns": [_column(report, column) for column in columns_of(report, role)],
        "changes": [
            {"revision": c.revision, "day": day_words(c.day), "sentence": gettext(c.sentence)}
            for c in reversed(changes_of(report, role))
        ],
    }


def _column(report: Report, column: Column) -> dict[str, Any]:
    return {
        "key": column.key,
        "label": gettext(column.label),
        "help": gettext(column.help),
        "unit": gettext(UNITS[column.kind]),
        "empty": gettext(column.empty) if isinstance(column, Dimension) and column.empty != NAMELESS else "",
        "since": since_of(report, column.key),
    }
