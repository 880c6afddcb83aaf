"""The services: what each is called, to what category it belongs, and a form to call it otherwise from a day on."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crossfoot.access.scope import Scope
from crossfoot.core.clock import today
from crossfoot.core.errors import BadRequest, NotFound
from crossfoot.core.roles import Capability
from crossfoot.render.address import encode
from crossfoot.support.names import NamedService, list_named_services, rename_service
from crossfoot.web.person import scope_of


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def services_page(request: HttpRequest) -> HttpResponse:
    """The list under a search, and of the service that is open its history and the form."""
    scope = scope_of(request)
    scope.require(Capability.RENAME_SERVICES)
    if request.method == "POST":
        return _rename(request, scope)
    services = list_named_services()
    searched, code = request.GET.get("q", "").strip(), request.GET.get("code", "")
    page = {
        "searched": searched,
        "listed": [s for s in services if _is_found(s, searched.casefold())],
        "count": len(services),
        "renamed": sum(s.since is not None for s in services),
        "open": _open(services, code) if code else None,
        "today": today(),
    }
    return render(request, "web/services.html", page)


def _is_found(service: NamedService, searched: str) -> bool:
    texts = (service.code, service.category, service.subcategory, *_names(service))
    return any(searched in text.casefold() for text in texts)


def _names(service: NamedService) -> tuple[str, ...]:
    return (service.original.en, service.original.zh, service.shown.en, service.shown.zh)


def _open(services: tuple[NamedService, ...], code: str) -> NamedService:
    found = next((s for s in services if s.code == code), None)
    if found is None:
        raise NotFound(_("There is no service {code!r}: see the list of services.").format(code=code[:80]))
    return found


def _rename(request: HttpRequest, scope: Scope) -> HttpResponse:
    service = rename_service(
        scope,
        request.POST.get("code", ""),
        name=request.POST.get("name", ""),
        name_zh=request.POST.get("name_zh", ""),
        valid_from=_day(request.POST.get("valid_from", "")),
    )
    messages.success(request, _("Written. Reports show the name that is valid on the day they are read."))
    return HttpResponseRedirect(f"{reverse('services')}?{encode([('code', service.code)])}")


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest(_("Write the day as a date, for example 2026-12-01.")) from None
