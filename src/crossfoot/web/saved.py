"""Saved views: a person's own questions to a customer's reports, under names of their own."""

from urllib.parse import parse_qsl

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crossfoot.access.scope import Scope
from crossfoot.render.address import encode, read_question
from crossfoot.reports.catalog import get_report, list_reports
from crossfoot.support.saved import delete_view, list_views, save_view
from crossfoot.web.asked import PAGE_WORDS
from crossfoot.web.person import scope_of

KEPT = ("sort", "layout", "columns")  # of the page's own words, those that are part of a view


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def saved_page(request: HttpRequest, customer: str) -> HttpResponse:
    """The list; a POST saves one or deletes one."""
    scope = scope_of(request, customer)
    if request.method == "POST":
        return _change(request, scope)
    return render(request, "web/saved.html", {"views": saved_links(scope)})


def saved_links(scope: Scope) -> tuple[dict[str, str], ...]:
    """The person's views with their addresses; those of a report that they may no longer see are left out."""
    known = {report.key: report for report in list_reports(scope.role)}
    return tuple(
        {
            "number": str(view.pk),
            "name": view.name,
            "report": gettext(known[view.report].title),
            "url": f"{reverse('report', args=[scope.customer, view.report])}?{view.query}",
        }
        for view in list_views(scope)
        if view.report in known
    )


def _change(request: HttpRequest, scope: Scope) -> HttpResponse:
    if number := request.POST.get("delete", ""):
        name = delete_view(scope, number)
        messages.success(request, _("The view “{name}” is deleted.").format(name=name))
        return HttpResponseRedirect(reverse("saved-views", args=[scope.customer]))
    report = get_report(request.POST.get("report", ""), scope.role)
    pairs = parse_qsl(request.POST.get("query", ""), keep_blank_values=True)
    if request.POST.get("newest"):
        pairs = [pair for pair in pairs if pair[0] not in {"period", "as_of"}]
    asked = [pair for pair in pairs if pair[0] not in PAGE_WORDS]
    read_question(report, scope.role, asked)  # what cannot be asked is refused now, not when it is opened
    query = encode([*asked, *(pair for pair in pairs if pair[0] in KEPT)])
    view = save_view(scope, name=request.POST.get("name", ""), report=report.key, query=query)
    messages.success(request, _("The view “{name}” is saved.").format(name=view.name))
    return HttpResponseRedirect(f"{reverse('report', args=[scope.customer, report.key])}?{query}")
