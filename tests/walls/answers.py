"""Everything that can be asked of the portal as one person: every report, dimension and format, and every list."""

import io
from collections.abc import Iterator

from crossfoot.access.models import User
from crossfoot.access.scope import Scope, find_user, list_customers, scope_for
from crossfoot.billing.payable import list_payables
from crossfoot.query import run as query
from crossfoot.render.csv import render_csv, render_metadata
from crossfoot.render.excel_csv import render_excel_csv
from crossfoot.render.json import render_json
from crossfoot.render.xlsx import render_xlsx
from crossfoot.reports.catalog import list_definitions, list_reports
from crossfoot.reports.question import Question, ask
from crossfoot.reports.spec import Report
from crossfoot.reports.table import Table
from crossfoot.support.issues import list_issues
from tests.walls.browsers import text_of
from tests.walls.house import BOTH

TAG = "tag:zqkey"
PAIRS = (("service", "account"), ("project", "month"), (TAG, "region"))


def scope_of(user: User, customer: str = "") -> Scope:
    """As every door asks for it: from the database, each time."""
    return scope_for(find_user(user.email), customer)


def ways(report: Report) -> list[tuple[str, ...]]:
    """Every grouping of one dimension, and a few of two."""
    if report.is_lines:
        return [()]
    pairs = () if report.is_trend else PAIRS  # a trend is led by a time, so one more is the second
    return [*((d.key,) for d in report.by), *([(TAG,), *pairs] if report.tags else [])]


def questions(scope: Scope, period: str = BOTH) -> Iterator[Question]:
    """Every report by everything, and one in the digits that nobody rounds."""
    for report in list_reports(scope.role):
        for by in ways(report):
            yield ask(report, scope.role, period=period, by=by)
        yield ask(report, scope.role, period=period, digits="exact")


def tables(scope: Scope, period: str = BOTH) -> Iterator[tuple[str, Table]]:
    """The answers, with the name of each."""
    for question in questions(scope, period):
        name = f"{question.report.key} by {','.join(d.key for d in question.by)} {question.digits}"
        yield name, query.run(question.report, question, scope)


def files(table: Table) -> Iterator[tuple[str, bytes]]:
    """The table in every format that leaves the house."""
    out = io.BytesIO()
    render_csv(table, out)
    yield "csv", out.getvalue()
    yield "json", b"".join(render_json(table))
    yield "metadata", render_metadata(table)
    out = io.BytesIO()
    render_excel_csv(table, out)
    yield "excel-csv", out.getvalue()
    out = io.BytesIO()
    render_xlsx(table, out)
    yield "xlsx", text_of(out.getvalue()).encode()


def everything(user: User, customer: str = "", period: str = BOTH) -> Iterator[tuple[str, bytes]]:
    """Whatever this person can be told: files, lists of values, cycles, customers, issues, the dictionary."""
    scope = scope_of(user, customer)
    for name, table in tables(scope, period):
        for fmt, data in files(table):
            yield f"{name} {fmt}", data
    for report in list_reports(scope.role):
        first = ask(report, scope.role, period=period)
        for dimension in (*report.filters, *([ask_tag(report, scope)] if report.tags else [])):
            yield f"values of {dimension.key}", repr(query.list_values(dimension, first, scope)).encode()
    yield "cycles", repr(query.list_cycles(scope)).encode()
    yield "dictionary", repr(list_definitions(scope.role)).encode()
    if not scope.is_reseller:
        yield "customers", repr(list_customers(scope_for(user))).encode()
    period_asked = ask(list_reports(scope.role)[0], scope.role, period=period).period
    assert period_asked
    yield "issues", repr(list_issues(scope, period_asked)).encode()
    yield "payables", repr(list_payables(scope)).encode()


def ask_tag(report: Report, scope: Scope):  # a Dimension
    """The dimension of the house's tag."""
    return ask(report, scope.role, filters={TAG: ["x"]}).filters[0][0]
