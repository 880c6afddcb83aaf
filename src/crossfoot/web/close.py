"""The month close, home of those who close it: every customer's month, what is missing, and what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crossfoot.access.scope import Scope
from crossfoot.core.errors import BadRequest
from crossfoot.core.finding import Finding
from crossfoot.core.money import plain, round_minor
from crossfoot.core.roles import Capability, may
from crossfoot.publish.acceptances import Accepted
from crossfoot.publish.close import MonthClose, list_months
from crossfoot.render.screen import cycle_words, figure, instant_words
from crossfoot.web.person import scope_of

BLOCKED, FINAL, OPEN = "blocked", "final", "open"


@dataclass(frozen=True, kw_only=True)
class CloseLine:
    """One customer's month."""

    name: str
    customer: str
    status: str
    status_words: str
    edition: str
    published: str
    totals: tuple[tuple[str, str, str], ...]
    step: str
    blocks: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    accepted: tuple[Accepted, ...]
    url: str


@dataclass(frozen=True, kw_only=True)
class CloseCycle:
    """One cycle: how far it is, and its lines with what needs somebody first."""

    cycle: str
    name: str
    final: int
    count: int
    blocked: int
    lines: tuple[CloseLine, ...]


@require_safe
@login_required
def close_page(request: HttpRequest) -> HttpResponse:
    """The months that are to be closed."""
    return render_close(request, scope_of(request))


def render_close(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The page; also the home of those who close."""
    scope.require(Capability.READ_CLOSE)
    months = list_months(scope)
    cycles = list(dict.fromkeys(month.cycle for month in months))
    chosen = request.GET.get("cycle") or (cycles[0] if cycles else "")
    if cycles and chosen not in cycles:
        raise BadRequest(f"There is no month {chosen[:20]!r} to close: choose from {', '.join(cycles)}.")
    by_cycle = {cycle: list(group) for cycle, group in groupby(months, lambda month: month.cycle)}
    summaries = [_cycle(cycle, group, is_shown=cycle == chosen) for cycle, group in by_cycle.items()]
    context = {
        "may_publish": may(scope.role, Capability.PUBLISH),
        "cycles": summaries,
        "shown": next((c for c in summaries if c.cycle == chosen), None),
    }
    return render(request, "web/close.html", context)


def _cycle(cycle: str, months: Sequence[MonthClose], *, is_shown: bool) -> CloseCycle:
    owned = [month for month in months if month.customer]
    lines = sorted(months, key=lambda month: (month.status != BLOCKED, month.customer_name, month.customer))
    return CloseCycle(
        cycle=cycle,
        name=cycle_words(cycle),
        final=sum(month.status == FINAL for month in owned),
        count=len(owned),
        blocked=sum(month.status == BLOCKED for month in months),
        lines=tuple(_line(month) for month in lines) if is_shown else (),
    )


def _line(month: MonthClose) -> CloseLine:
    status = {BLOCKED: _("blocked"), FINAL: _("final"), OPEN: _("open")}
    steps = {OPEN: _("waits for the final bill"), BLOCKED: _("see below; the last edition stays in force")}
    address = reverse("report", args=[month.customer, "usage-to-cost"]) if month.customer and month.edition else ""
    return CloseLine(
        name=month.customer_name or month.customer or _("Belongs to nobody yet"),
        customer=month.customer,
        status=month.status,
        status_words=status.get(month.status, _("not published")),
        edition=str(month.edition or ""),
        published=instant_words(month.published_at) if month.published_at else "",
        totals=tuple(_total(*total) for total in month.totals),
        step=steps.get(month.status, "") if month.customer else "",
        blocks=tuple(finding for finding in month.findings if finding.is_block),
        notes=tuple(finding for finding in month.findings if not finding.is_block and not finding.is_accepted),
        accepted=month.accepted,
        url=f"{address}?period={month.cycle}" if address else "",
    )


def _total(currency: str, list_cost: str, billed_cost: str) -> tuple[str, str, str]:
    return currency, _shown(list_cost, currency), _shown(billed_cost, currency)


def _shown(exact: str, currency: str) -> str:
    return figure(plain(round_minor(Decimal(exact), currency)))
