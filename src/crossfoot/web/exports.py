"""The large files that a person asked for: which wait, how far the others are, and the way to those that are finished."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crossfoot.core.clock import GMT8, today
from crossfoot.core.errors import CrossfootError
from crossfoot.core.period import parse_period
from crossfoot.deliver import large
from crossfoot.deliver.formats import get_format
from crossfoot.deliver.models import ExportJob
from crossfoot.render.address import encode
from crossfoot.render.screen import day_words, figure, instant_words, period_words
from crossfoot.reports.catalog import find_title
from crossfoot.web.person import scope_of

WAIT_SECONDS = 2
ALL = 100


@require_safe
@login_required
def exports_page(request: HttpRequest) -> HttpResponse:
    """One's own files of the last 30 days; the page loads itself anew while one of them is being made."""
    scope = scope_of(request)
    jobs = large.list_jobs(scope)
    context = {
        "listed": [_line(job) for job in jobs],
        "limit": figure(str(large.AT_ONCE)),
        "each": large.EACH,
        "days": large.KEPT_FOR.days,
        "of_customers": scope.is_reseller,
    }
    response = render(request, "web/exports.html", context)
    if any(job.state in large.AT_WORK for job in jobs):
        response.headers["Refresh"] = str(WAIT_SECONDS)
    return response


def _line(job: ExportJob) -> dict[str, Any]:
    pairs = [(key, value) for key, value in job.question]
    return {
        "job": job,
        "title": gettext(find_title(job.report)),
        "period": _period(dict(pairs).get("period", "")),
        "report": f"{reverse('report', args=[job.customer_key, job.report])}?{encode(pairs)}",
        "format": gettext(get_format(job.format).label),
        "asked": instant_words(job.made_at),
        "until": day_words((job.made_at + large.KEPT_FOR - timedelta(days=1)).astimezone(GMT8).date()),
        "is_done": job.state == large.DONE,
        "is_running": job.state == large.RUNNING,
        "is_waiting": job.state == large.WAITING,
        "rows": figure(str(job.rows)),
        "rows_done": figure(str(job.rows_done)),
        "percent": min(ALL, job.rows_done * ALL // max(job.rows, 1)),
        "size": filesizeformat(job.size),
        "sentence": _(job.sentence) if job.sentence else "",
    }


def _period(text: str) -> str:
    try:
        return period_words(parse_period(text, today()))
    except CrossfootError:
        return text
