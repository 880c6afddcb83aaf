"""Refusals become a page or a JSON document with their status and their sentence; our own bugs a page that says so.

Nothing internal is ever shown. Every answer is private and kept by no cache.
"""

import re
import sys
from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from crossfoot.access.models import User
from crossfoot.audit.record import Action, record
from crossfoot.core.errors import CrossfootError, NotFound, NotPermitted, Unavailable
from crossfoot.runtime.logs import get_log
from crossfoot.runtime.outage import find_outage

LOG = get_log(__name__)
WHERE = re.compile(r" \([^)]*\)")  # a path of the lake names a customer
PRIVATE = "private, no-store"
TITLES = {
    400: later("This request cannot be read"),
    403: later("Your role does not include this"),
    404: later("There is nothing here"),
    409: later("Refused"),
    422: later("This question cannot be read"),
    429: later("Not so much at once"),
    503: later("Not now"),
}


class ErrorPages:
    """Middleware: the last before the view, so that it sees what the view refuses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and keep the answer out of every cache."""
        if "\0" in request.path_info:  # no name of ours has one, and the database would not look for it
            return refusal(request, HTTPStatus.NOT_FOUND, NotFound().sentence)
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and wants_json(request):
            allowed = response.headers.get("Allow", "")
            response = refusal(request, HTTPStatus.METHOD_NOT_ALLOWED, "This address is only read: use GET.")
            response.headers["Allow"] = allowed or "GET, HEAD"
        response.headers.setdefault("Cache-Control", PRIVATE)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a refusal into its answer; anything else is our bug and is raised."""
        if outage := find_outage(exception):
            return not_now(request, outage)
        if not isinstance(exception, CrossfootError):
            return None
        if isinstance(exception, NotFound | NotPermitted) and isinstance(request.user, User):
            record(Action.ACCESS_REFUSED, request.user.email, path=request.path, status=exception.status)
        return refusal(request, exception.status, exception.sentence)


def refusal(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """The answer to a request that is refused."""
    private = {"Cache-Control": PRIVATE}  # also where a middleware before ours refused
    if wants_json(request):
        return JsonResponse({"error": {"status": status, "sentence": sentence}}, status=status, headers=private)
    context = {"title": TITLES.get(status, TITLES[400]), "sentence": sentence, "status": status}
    response = render(request, "web/refused.html", context, status=status)
    response.headers["Cache-Control"] = PRIVATE
    return response


def wants_json(request: HttpRequest) -> bool:
    """True for addresses that programs ask."""
    return request.path.startswith("/api/") or request.path.endswith(".json")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 400."""
    if isinstance(exception, RequestDataTooBig):
        return refusal(request, 400, _("What you sent is larger than this page takes: nothing of it was kept."))
    return refusal(request, 400, _("The request is not one that can be answered: go back and try again."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Django's 403."""
    return refusal(request, 403, NotPermitted().sentence)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Django's 404: no such address."""
    return refusal(request, 404, NotFound().sentence)


def not_now(request: HttpRequest, outage: Unavailable) -> HttpResponse:
    """The answer while a disk is full or the database away: which one, only the operator reads."""
    LOG.error("outage", words=WHERE.sub("", outage.sentence), exc_info=sys.exc_info()[1] or outage)
    return _bare(request, 503, str(TITLES[503]), gettext(Unavailable().sentence))


def broken(request: HttpRequest) -> HttpResponse:
    """Django's 500: what was raised outside a view, or is our own bug."""
    error = sys.exc_info()[1]  # Django gives no other way to it
    outage = find_outage(error) if error else None
    return not_now(request, outage) if outage else _bare(request, 500, _("Something is broken"), str(BROKEN))


def _bare(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    """An answer that asks nothing that may itself be broken: no session, no database, no context."""
    private = {"Cache-Control": PRIVATE}
    if wants_json(request):
        return JsonResponse({"error": {"status": status, "sentence": sentence}}, status=status, headers=private)
    context = {"status": status, "title": title, "sentence": sentence}
    return HttpResponse(render_to_string("web/broken.html", context), status=status, headers=private)


later("A disk or the database cannot be used just now. Nothing was changed: try again in a few minutes.")
BROKEN = later(
    "It is our fault and not yours. Nothing was changed. Try again; if it stays, tell the people who run this portal "
    "what you did and when."
)
