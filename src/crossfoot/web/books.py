"""Imports of reseller finance: choose a file, see what would become of each row, then import it.

What is shown first is the import itself, which is then forgotten; the file comes back with the second click, so nothing
has to be kept in between, and the import says again what it did.
"""

import base64
import binascii
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crossfoot.billing.allocate import How
from crossfoot.billing.drafts import ENTITY_COLUMNS, INVOICE_COLUMNS, LINE_COLUMNS, PAYMENT_COLUMNS
from crossfoot.billing.imports import import_entities, import_invoices, import_payments
from crossfoot.billing.incoming import NEW, REFUSED, UNCHANGED, File, Imported
from crossfoot.core.errors import BadRequest, RefusedByFindings
from crossfoot.core.roles import Capability
from crossfoot.core.words import mark
from crossfoot.web.ledger import HOW
from crossfoot.web.person import scope_of

MOST_BYTES = 1 << 20
MOST_SHOWN = 200
LONGEST_NAME = 120
KINDS = {
    "invoices": (mark("Invoices, credit notes and open items"), INVOICE_COLUMNS),
    "payments": (mark("Payments"), PAYMENT_COLUMNS),
    "entities": (mark("Legal entities"), ENTITY_COLUMNS),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def imports_page(request: HttpRequest) -> HttpResponse:
    """The form; after a file was chosen, what would become of it; after that was confirmed, what became of it."""
    scope = scope_of(request)
    scope.require(Capability.KEEP_LEDGER)
    context: dict[str, Any] = {
        "kinds": [
            {"key": key, "label": gettext(label), "required": columns.required, "optional": columns.optional}
            for key, (label, columns) in KINDS.items()
        ],
        "line_columns": LINE_COLUMNS,
        "chosen": request.POST.get("kind", "invoices"),
    }
    status = HTTPStatus.OK
    if request.method == "POST":
        try:
            context |= _taken(request, scope.email)
        except (BadRequest, RefusedByFindings) as refusal:
            context["refusal"], status = refusal.sentence, HTTPStatus(refusal.status)
    return render(request, "web/imports.html", context, status=status)


def _taken(request: HttpRequest, actor: str) -> dict[str, Any]:
    is_dry = request.POST.get("act") != "import"
    kind = request.POST.get("kind", "")
    if kind not in KINDS:
        raise BadRequest(_("Say what the file holds: invoices, payments or entities."))
    file = _uploaded(request, "file") if is_dry else _returned(request.POST, "file")
    lines = _uploaded(request, "lines") if is_dry else _returned(request.POST, "lines")
    if file is None:
        raise BadRequest(_("Choose a file first: a CSV of at most 1 MiB."))
    outcome = _acts(lines)[kind](file, actor, is_dry)
    return {
        "outcome": _shown(outcome),
        "held": [(name, held.name, base64.b64encode(held.data).decode()) for name, held in _named(file, lines)],
    }


def _acts(lines: File | None) -> dict[str, Callable[[File, str, bool], Imported]]:
    return {
        "entities": lambda file, actor, is_dry: import_entities(file, actor, is_dry=is_dry),
        "invoices": lambda file, actor, is_dry: import_invoices(file, actor, lines=lines, is_dry=is_dry),
        "payments": lambda file, actor, is_dry: import_payments(file, actor, is_dry=is_dry),
    }


def _named(file: File, lines: File | None) -> list[tuple[str, File]]:
    return [("file", file), *([("lines", lines)] if lines else [])]


def _uploaded(request: HttpRequest, name: str) -> File | None:
    """A file as it was chosen."""
    found = request.FILES.get(name)
    if found is None:
        return None
    if (found.size or 0) > MOST_BYTES:
        raise BadRequest(_("The file is larger than 1 MiB: import it in parts, or by the command."))
    return File(str(found.name)[:LONGEST_NAME], found.read())


def _returned(post: QueryDict, name: str) -> File | None:
    """The file that was shown before, as the page gave it back. It is read anew, and trusted no more than the first time."""
    if not post.get(name):
        return None
    try:
        data = base64.b64decode(str(post[name]), validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest(_("The file did not come back whole: choose it again.")) from None
    return File(post.get(f"{name}_name", "")[:LONGEST_NAME] or _("file.csv"), data)


def _shown(outcome: Imported) -> dict[str, Any]:
    new, unchanged, refused = (outcome.of(state) for state in (NEW, UNCHANGED, REFUSED))
    told = (*refused, *new, *unchanged)
    return {
        "file": outcome.file,
        "is_dry": outcome.is_dry,
        "is_refused": outcome.is_refused,
        "new": len(new),
        "unchanged": len(unchanged),
        "refused": len(refused),
        "rows": told[:MOST_SHOWN],
        "left_off": max(0, len(told) - MOST_SHOWN),
        "settled": [{"row": one, "how": gettext(HOW[How(one.how)])} for one in outcome.settled[:MOST_SHOWN]],
        "settled_left_off": max(0, len(outcome.settled) - MOST_SHOWN),
    }
