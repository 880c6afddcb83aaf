"""A report as a file: scope, question, Table, bytes. The file is made whole before the answer begins.

What is too large for that is made by the worker: a person is led to the page that follows it, a program told where the
file will be.
"""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from crossfoot.access.models import User
from crossfoot.access.rls import as_staff
from crossfoot.access.scope import Scope, scope_for
from crossfoot.core.errors import NotFound
from crossfoot.core.roles import Capability
from crossfoot.deliver.files import MadeFile, make_file
from crossfoot.deliver.large import fetch_export, is_large, start_export
from crossfoot.deliver.models import ExportJob
from crossfoot.jobs.defer import defer_export
from crossfoot.query.run import run
from crossfoot.render.address import Pairs, read_question
from crossfoot.render.csv import render_metadata
from crossfoot.reports.catalog import get_report
from crossfoot.reports.table import Table

JSON, JSON_TYPE = "json", "application/json"
ACCEPTED = 202


@require_safe
@login_required
def report_file(request: HttpRequest, customer: str, key: str, fmt: str) -> HttpResponseBase:
    """A report in one of the formats."""
    return _file(*_ask(request, customer, key), fmt)


@require_safe
@login_required
def house_file(request: HttpRequest, key: str, fmt: str) -> HttpResponseBase:
    """A report of all customers in one of the formats."""
    return _file(*_ask_house(request, key), fmt)


@require_safe
@login_required
def house_metadata_file(request: HttpRequest, key: str) -> HttpResponseBase:
    """What describes the CSV of all customers."""
    return _metadata(*_ask_house(request, key))


@require_safe
@login_required
def metadata_file(request: HttpRequest, customer: str, key: str) -> HttpResponseBase:
    """What describes the CSV: identity, provenance, definitions."""
    return _metadata(*_ask(request, customer, key))


def _metadata(table: Table, _: Scope) -> HttpResponseBase:
    headers = {"Content-Disposition": f'attachment; filename="{table.report.key}.csv-metadata.json"'}
    return HttpResponse(render_metadata(table), content_type="application/json", headers=headers)


@require_safe
@login_required
def export_file(request: HttpRequest, number: str) -> HttpResponseBase:
    """A file that the worker has made."""
    user = _user(request)
    return send(fetch_export(lambda customer: scope_for(user, customer), number, settings.HOME), is_kept=True)


def api_report(request: HttpRequest, key: str, scope: Scope) -> HttpResponseBase:
    """The same document as the page's `.json`, within the scope of a session or a token."""
    table, scope = _answer(request, scope, key)
    if is_large(table):
        job = _have_made(table, scope, JSON)
        made = {"id": job.id, "state": job.state, "address": reverse("api-export", args=[job.id])}
        return JsonResponse({"export": made}, status=ACCEPTED)
    return _file(table, scope, JSON)


def _ask(request: HttpRequest, customer: str, key: str) -> tuple[Table, Scope]:
    return _answer(request, scope_for(_user(request), customer), key)


def _answer(request: HttpRequest, scope: Scope, key: str) -> tuple[Table, Scope]:
    report = get_report(key, scope.role)
    scope.require(Capability.EXPORT_REPORTS)
    return run(report, read_question(report, scope.role, _pairs(request)), scope), scope


def _ask_house(request: HttpRequest, key: str) -> tuple[Table, Scope]:
    report = get_report(key, scope_for(_user(request)).role)
    if not report.is_of_house:
        raise NotFound(f"There is no report {key!r} of all customers: choose a customer.")
    return _ask(request, "", key)


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - the views above let nobody else in
    return user


def _pairs(request: HttpRequest) -> Pairs:
    return [(key, value) for key, values in request.GET.lists() if key != "customer" for value in values]


def _file(table: Table, scope: Scope, fmt: str) -> HttpResponseBase:
    """The file, or the page that follows the making of a long one."""
    if is_large(table):
        _have_made(table, scope, fmt)
        return redirect("exports")
    return send(make_file(table, fmt, scope, settings.HOME), is_kept=False)


def _have_made(table: Table, scope: Scope, fmt: str) -> ExportJob:
    with as_staff():  # the row and its job, or neither
        job, is_new = start_export(table, fmt, scope)
        if is_new:
            defer_export(job.id)
    return job


def send(made: MadeFile, *, is_kept: bool) -> FileResponse:
    """The file as an answer; one that is kept stays where it is."""
    opened = made.path.open("rb")
    if not is_kept:
        made.path.unlink()  # what is open can be sent, and nothing is left behind whatever becomes of the connection
    is_shown = made.media_type == JSON_TYPE and not is_kept
    return FileResponse(opened, as_attachment=not is_shown, filename=made.name, content_type=made.media_type)
