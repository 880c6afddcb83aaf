"""One line in the process's log for each request: by the name of its route, never by its address."""

import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, clear_contextvars

from crossfoot.runtime.logs import get_log

LOG = get_log(__name__)
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
QUIET = frozenset(("healthz", "readyz"))  # asked every few seconds: only trouble is worth a line
TROUBLE = 500


class RequestLog:
    """Middleware: the first, so that it sees what every other one answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Give the request an id, which everything logged meanwhile bears, and tell its answer."""
        name, begun = secrets.token_hex(8), time.perf_counter()
        bind_contextvars(request=name)
        try:
            response = self.get_response(request)
            response.headers["X-Request-Id"] = name
            route = _route(request)
            if route not in QUIET or response.status_code >= TROUBLE:
                LOG.info(
                    "request",
                    method=request.method if request.method in METHODS else "other",
                    route=route,
                    status=response.status_code,
                    ms=int((time.perf_counter() - begun) * 1000),
                )
        finally:
            clear_contextvars()
        return response


def _route(request: HttpRequest) -> str:
    if request.resolver_match:
        return request.resolver_match.view_name or "unnamed"
    return "static" if request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/") else "none"
