"""The API for programs: what the pages show, as JSON, under `/api/v1/`. All of it is read; nothing is changed.

Who asks is found by `asker.find_asker`, before any of this runs. A refusal is `{"error": {"status", "sentence"}}`.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from ninja import NinjaAPI, Status
from ninja.errors import ValidationError

from crossfoot.access.rls import as_scope
from crossfoot.api import limits
from crossfoot.api.asker import asker_of, find_asker
from crossfoot.api.openapi import describe
from crossfoot.api.shapes import (
    DefinitionsOut,
    EditionsOut,
    ExportsOut,
    JobOut,
    ReportOut,
    VerdictOut,
    edition_line,
    export_line,
    job_line,
    report_line,
    verdict_of,
)
from crossfoot.api.views import api_report, send
from crossfoot.audit.record import Action, record
from crossfoot.core.errors import BadRequest, CrossfootError, NotFound, NotPermitted, NotSignedIn, TooMany
from crossfoot.core.roles import Capability, may
from crossfoot.deliver.claim import read_text
from crossfoot.deliver.kept import PAGE, list_own
from crossfoot.deliver.large import AT_WORK, fetch_export, get_job, list_jobs
from crossfoot.deliver.verify import verify
from crossfoot.publish.plan import list_editions
from crossfoot.reports.catalog import list_definitions, list_reports

READ = ["GET", "HEAD"]
MOST_PAGES = 1_000_000

API = NinjaAPI(
    title="Crossfoot",
    version="1",
    openapi_url=None,
    docs_url=None,
    auth=[find_asker],
    urls_namespace="api-v1",
)


@API.api_operation(READ, "/reports", response=list[ReportOut], url_name="api-reports")
def reports(request: HttpRequest) -> list[ReportOut]:
    """The reports that you may see, and what each can be grouped and filtered by."""
    return [report_line(report, asker_of(request).role) for report in list_reports(asker_of(request).role)]


@API.api_operation(READ, "/reports/{slug:key}", url_name="api-report", include_in_schema=False)
def report(request: HttpRequest, key: str) -> HttpResponseBase:
    """One report: the bytes of the page's `.json`. The description has an entry for each."""
    asker = asker_of(request)
    scope = asker.scope(request.GET.get("customer", ""))
    asker.spend(limits.REPORTS, limits.REPORTS_OF_A_PERSON, "reports")
    return api_report(request, key, scope)


@API.api_operation(READ, "/definitions", response=list[DefinitionsOut], url_name="api-definitions")
def definitions(request: HttpRequest) -> list[dict[str, object]]:
    """What every report and column means, and how that has changed."""
    return list_definitions(asker_of(request).role)


@API.api_operation(READ, "/editions", response=EditionsOut, url_name="api-editions")
def editions(request: HttpRequest, customer: str = "") -> EditionsOut:
    """Every edition of every month of a customer, the newest first. Your own customer need not be named."""
    scope = asker_of(request).scope(customer)
    if not scope.customer:
        raise BadRequest("Name the customer whose editions these are: customer=C0001.")
    return EditionsOut(customer=scope.customer, editions=[edition_line(line) for line in list_editions(scope)])


@API.api_operation(READ, "/exports", response=ExportsOut, url_name="api-exports")
def exports(request: HttpRequest, customer: str = "", page: str = "1") -> ExportsOut:
    """The files that you were the first to export, the newest first, 200 a page; and the large ones that are made for you."""
    scope = asker_of(request).scope(customer)
    if not page.isascii() or not page.isdigit() or not 0 < int(page[:8]) <= MOST_PAGES or len(page) > len("1000000"):
        raise BadRequest(f"The page {page[:20]!r} is not a number that can be read: write page=2.")
    found, count = list_own(scope, int(page))
    may_take = may(scope.role, Capability.EXPORT_REPORTS)
    return ExportsOut(
        exports=[export_line(one) for one in found],
        count=count,
        page=int(page),
        pages=max(-(-count // PAGE), 1),
        large=[job_line(job) for job in list_jobs(scope) if customer in {"", job.customer_key}] if may_take else [],
    )


@API.api_operation(READ, "/exports/{number}", response={202: JobOut}, url_name="api-export")
def export(request: HttpRequest, number: str) -> HttpResponseBase | Status[JobOut]:
    """A large file that was asked for: the file itself once it is made, until then how far it is."""
    asker = asker_of(request)
    job, _scope = get_job(asker.scope, number)
    if job.state in AT_WORK:
        return Status(202, job_line(job))
    asker.spend(limits.REPORTS, limits.REPORTS_OF_A_PERSON, "reports")
    return send(fetch_export(asker.scope, number, settings.HOME), is_kept=True)


@API.api_operation(READ, "/verify/{claim}", response=VerdictOut, url_name="api-verify")
def verification(request: HttpRequest, claim: str) -> VerdictOut:
    """Whether a result's id, or the sha256 of a file, is one that was handed out: genuine, superseded or unknown."""
    asked = read_text(claim)
    if not (asked.id or asked.sha256):
        raise BadRequest("This is neither a result's id (7K3F-92QD-01AB-XY5Z) nor a sha256 in 64 hex digits.")
    scope = asker_of(request).scope()
    with as_scope(scope):
        verdict = verify(asked, scope.customer)
        record(
            Action.FILE_VERIFIED,
            scope.email,
            customer=scope.customer,
            claim=asked.id or asked.sha256,
            word=verdict.word,
        )
    return verdict_of(verdict)


@API.api_operation(READ, "/openapi.json", url_name="api-openapi", include_in_schema=False)
def openapi(request: HttpRequest) -> HttpResponse:
    """The description of all this for your role, in OpenAPI 3.1."""
    return JsonResponse(describe(API, asker_of(request).role))


def _refuse(request: HttpRequest, refusal: CrossfootError | type[CrossfootError]) -> HttpResponse:
    assert isinstance(refusal, CrossfootError)  # noqa: S101 - django-ninja's types allow the class too
    asker = getattr(request, "auth", None)
    if asker and isinstance(refusal, NotFound | NotPermitted):
        token = {"token": asker.token.pk} if asker.token else {}
        record(Action.ACCESS_REFUSED, asker.user.email, path=request.path, status=refusal.status, **token)
    response = _error(refusal.status, refusal.sentence)
    if isinstance(refusal, NotSignedIn):
        response.headers["WWW-Authenticate"] = 'Bearer realm="Crossfoot"'
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.seconds or 1)
    return response


def _error(status: int, sentence: str) -> JsonResponse:
    return JsonResponse({"error": {"status": status, "sentence": sentence}}, status=status)


for _refusal in (BadRequest, NotFound, NotPermitted, NotSignedIn, TooMany):
    API.add_exception_handler(_refusal, _refuse)


@API.exception_handler(ValidationError)
def _unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:  # noqa: ARG001 - django-ninja's signature
    where = ", ".join(str(one["loc"][-1]) for one in error.errors)
    return _error(BadRequest.status, f"The parameter {where} cannot be read: see /api/v1/openapi.json.")
