"""A report as a file: scope, question, Table, bytes. The file is made whole before the answer begins."""

from collections.abc import Callable
from typing import Literal

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from crossfoot.access.models import User
from crossfoot.access.scope import Scope, scope_for
from crossfoot.core.roles import Capability
from crossfoot.deliver.files import make_file
from crossfoot.query.run import run
from crossfoot.render.address import Pairs, read_question
from crossfoot.render.csv import render_metadata
from crossfoot.reports.catalog import get_report
from crossfoot.reports.table import Table

View = Callable[..., HttpResponseBase]


@require_safe
@login_required
def csv_file(request: HttpRequest, customer: str, key: str) -> HttpResponseBase:
    """The rows of a report, for a spreadsheet."""
    return _file(*_ask(request, customer, key), "csv")


@require_safe
@login_required
def json_file(request: HttpRequest, customer: str, key: str) -> HttpResponseBase:
    """The whole answer, for a program."""
    return _file(*_ask(request, customer, key), "json")


@require_safe
@login_required
def metadata_file(request: HttpRequest, customer: str, key: str) -> HttpResponseBase:
    """What describes the CSV: identity, provenance, definitions."""
    table, _ = _ask(request, customer, key)
    headers = {"Content-Disposition": f'attachment; filename="{table.report.key}.csv-metadata.json"'}
    return HttpResponse(render_metadata(table), content_type="application/json", headers=headers)


def api_report(request: HttpRequest, key: str, scope: Scope) -> HttpResponseBase:
    """The same document as the page's `.json`, within the scope of a session or a token."""
    return _file(*_answer(request, scope, key), "json")


def _ask(request: HttpRequest, customer: str, key: str) -> tuple[Table, Scope]:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - the views above let nobody else in
    return _answer(request, scope_for(user, customer), key)


def _answer(request: HttpRequest, scope: Scope, key: str) -> tuple[Table, Scope]:
    report = get_report(key, scope.role)
    scope.require(Capability.EXPORT_REPORTS)
    return run(report, read_question(report, scope.role, _pairs(request)), scope), scope


def _pairs(request: HttpRequest) -> Pairs:
    return [(key, value) for key, values in request.GET.lists() if key != "customer" for value in values]


def _file(table: Table, scope: Scope, kind: Literal["csv", "json"]) -> FileResponse:
    made = make_file(table, kind, scope, settings.HOME)
    opened = made.path.open("rb")
    made.path.unlink()  # what is open can be sent, and nothing is left behind whatever becomes of the connection
    return FileResponse(opened, as_attachment=kind == "csv", filename=made.name, content_type=made.media_type)
