"""Tokens for programs: one's own list, a form for a new one, and its secret, which the answer to that form alone shows."""

import re
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crossfoot.access.models import ApiToken
from crossfoot.access.tokens import LONGEST, add_token, is_valid, list_tokens, revoke_token
from crossfoot.core.clock import today
from crossfoot.core.errors import BadRequest
from crossfoot.core.roles import Capability
from crossfoot.render.screen import day_words, instant_words
from crossfoot.web.person import customers_of, person_of, scope_of

PROPOSED = timedelta(days=90)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def tokens_page(request: HttpRequest) -> HttpResponse:
    """The list; a POST makes one or ends one."""
    scope = scope_of(request)
    scope.require(Capability.USE_TOKENS)
    if number := request.POST.get("revoke", ""):
        token = revoke_token(scope, number)
        messages.success(request, _("The token “{name}” is revoked.").format(name=token.name))
        return HttpResponseRedirect(reverse("tokens"))
    made = _make(request) if request.method == "POST" else None
    page = {
        "made": made,
        "listed": [_line(token) for token in list_tokens(scope)],
        "choices": customers_of(request) if scope.is_reseller else (),
        "proposed": (today() + PROPOSED).isoformat(),
        "first": today().isoformat(),
        "last": (today() + LONGEST).isoformat(),
        "example": f"{request.get_host()}",
    }
    return render(request, "web/tokens.html", page)


def _make(request: HttpRequest) -> str:
    sent = request.POST
    return add_token(
        person_of(request),
        name=sent.get("name", ""),
        last_day=_day(sent.get("last_day", "")),
        customer=sent.get("customer", ""),
        accounts=_words(sent.get("accounts", "")),
        projects=_words(sent.get("projects", "")),
    ).secret


def _line(token: ApiToken) -> dict[str, Any]:
    if token.revoked_at:
        state = _("revoked {instant}").format(instant=instant_words(token.revoked_at))
    elif token.last_day < today():
        state = _("out of date")
    else:
        state = _("valid") if is_valid(token) else _("its owner may not use tokens any more")
    return {
        "number": token.pk,
        "name": token.name,
        "owner": token.owner.email,
        "reads": ", ".join([token.customer_key or _("all customers"), *token.accounts, *token.projects]),
        "until": day_words(token.last_day),
        "used": day_words(token.last_used_on) if token.last_used_on else _("never"),
        "state": state,
        "is_live": is_valid(token),
    }


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[,\s]+", text) if word]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest(_("Write the last day as a date, for example 2026-12-31.")) from None
