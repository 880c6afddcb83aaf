"""Acts of the reseller's people on a page: have a month published again, write a known issue. Each is a POST."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from procrastinate.exceptions import AlreadyEnqueued

from crossfoot.access.scope import list_customers
from crossfoot.core.errors import BadRequest
from crossfoot.core.period import MONTH
from crossfoot.core.roles import Capability
from crossfoot.jobs.defer import defer_publish
from crossfoot.support.issues import add_issue, list_open_issues
from crossfoot.web.person import scope_of


@require_POST
@login_required
def publish_again(request: HttpRequest) -> HttpResponse:
    """Ask the worker to publish what changed in a month; a page never does it itself."""
    scope = scope_of(request)
    scope.require(Capability.PUBLISH)
    cycle = request.POST.get("cycle", "")
    if not MONTH.match(cycle):
        raise BadRequest(_("Name the month to publish, for example 2026-10."))
    try:
        defer_publish(cycle, scope.email)
        messages.success(request, _("The month is being published. Reload this page in a moment."))
    except AlreadyEnqueued:
        messages.info(request, _("The month already waits to be published."))
    return HttpResponseRedirect(f"{reverse('close')}?cycle={cycle}")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def known_issues_page(request: HttpRequest) -> HttpResponse:
    """The issues that stand on reports now, and a form for a new one."""
    scope = scope_of(request)
    scope.require(Capability.WRITE_KNOWN_ISSUES)
    if request.method == "POST":
        customer = request.POST.get("customer", "")
        add_issue(
            scope_of(request, customer),
            sentence=request.POST.get("sentence", ""),
            first_day=_day(request.POST.get("first_day", "")),
            last_day=_day(request.POST.get("last_day", "")),
            customer=customer,
            service=request.POST.get("service", "").strip(),
        )
        messages.success(request, _("The issue now stands on every report that it touches."))
        return redirect("known-issues")
    customers = list_customers(scope_of(request))
    return render(request, "web/known_issues.html", {"issues": list_open_issues(scope), "listed": customers})


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest(_("Write both days as dates, for example 2026-10-12.")) from None
