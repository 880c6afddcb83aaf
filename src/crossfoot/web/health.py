"""Two addresses for whatever watches over the machine. No session, no log entry, nothing about anybody."""

from dataclasses import asdict

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from crossfoot.care.ready import ready
from crossfoot.web.errors import PRIVATE


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's signature
    """The process lives. It asks no database: one that is away is no reason to end the process."""
    return JsonResponse({"status": "alive"}, headers={"Cache-Control": PRIVATE})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's signature
    """Pages can be served; 503 while they cannot."""
    found = ready()
    body = {"status": "ready" if found.is_ready else "not ready", **asdict(found)}
    return JsonResponse(body, status=200 if found.is_ready else 503, headers={"Cache-Control": PRIVATE})
