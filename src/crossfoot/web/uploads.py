"""Files of any make on their way in: choose a file, say what its columns are, look at ten rows, accept.

A page never reads a file: it keeps the bytes and defers a job; while one is at work the page loads itself anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crossfoot.core.errors import BadRequest
from crossfoot.core.finding import Finding, read_finding
from crossfoot.core.roles import Capability
from crossfoot.ingest import uploads
from crossfoot.ingest.maps import get_map, list_maps, save_map
from crossfoot.ingest.models import Upload
from crossfoot.jobs import defer
from crossfoot.render.screen import figure, instant_words
from crossfoot.sources.column_map import JOIN, read_map
from crossfoot.sources.upload_files import keys_to_choose
from crossfoot.web.person import scope_of

WAIT_SECONDS = 2
STATES = {
    uploads.LOOKING: "its columns are being read",
    uploads.LOOKED: "waits for its column map",
    uploads.READING: "is being read",
    uploads.PREVIEWED: "waits to be accepted",
    uploads.ACCEPTING: "is being accepted",
    uploads.DONE: "done",
}


@dataclass(frozen=True)
class Choice:
    """One key of ours, and what of the file fills it."""

    key: str
    label: str
    is_needed: bool
    column: str
    second: str
    constant: str

    @property
    def is_set(self) -> bool:
        """True where something fills it."""
        return bool(self.column or self.constant)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def uploads_page(request: HttpRequest) -> HttpResponse:
    """The files of the last day, and the form for another."""
    scope = scope_of(request)
    scope.require(Capability.UPLOAD_FILES)
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            raise BadRequest(_("Choose a file first: .csv, .csv.gz or .xlsx, of at most 1 GiB."))
        upload = uploads.start_upload(scope, str(file.name), int(file.size or 0), file.chunks(), settings.HOME)
        defer.defer_upload(defer.LOOK_AT_UPLOAD, upload.id, scope.email)
        return redirect("upload", upload.id)
    listed = [
        {
            "name": u.name,
            "url": reverse("upload", args=[u.id]),
            "state": _(STATES[u.state]),
            "by": u.made_by,
            "at": instant_words(u.made_at),
        }
        for u in uploads.list_uploads(scope)
    ]
    return render(request, "web/uploads.html", {"listed": listed})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def upload_page(request: HttpRequest, number: str) -> HttpResponse:
    """One file: its column map, what the map makes of it, and its receipt."""
    scope = scope_of(request)
    upload = uploads.get_upload(scope, number)
    if request.method == "POST":
        _act(request, upload, scope.email)
        return HttpResponseRedirect(reverse("upload", args=[number]))
    response = render(request, "web/upload.html", _page(upload, request.GET.get("map", "")))
    if upload.state in uploads.AT_WORK:
        response.headers["Refresh"] = str(WAIT_SECONDS)
    return response


def _act(request: HttpRequest, upload: Upload, actor: str) -> None:
    if request.POST.get("act") == "accept":
        if uploads.move_on(upload.id, [uploads.PREVIEWED], uploads.ACCEPTING):
            defer.defer_upload(defer.ACCEPT_UPLOAD, upload.id, actor)
        return
    body = _typed(request.POST)
    before = [uploads.LOOKED, uploads.PREVIEWED]
    try:
        columns = read_map(body)
        if name := request.POST.get("save_as", "").strip():
            save_map(name, columns, actor)
            messages.success(request, _("The column map was saved."))
    except BadRequest as bad:
        uploads.move_on(upload.id, before, uploads.LOOKED, draft=body)
        messages.error(request, bad.sentence)
        return
    if uploads.move_on(upload.id, before, uploads.READING, columns=columns, draft=body):
        defer.defer_upload(defer.PREVIEW_UPLOAD, upload.id, actor)


def _typed(post: QueryDict) -> dict[str, Any]:
    """The form as a map: a constant stands before a column."""
    constants = {key: value for key, _, _ in keys_to_choose() if (value := post.get(f"const_{key}", "").strip())}
    columns = {
        key: [name for name in (post.get(f"col_{key}", ""), post.get(f"col2_{key}", "")) if name]
        for key, _, _ in keys_to_choose()
        if post.get(f"col_{key}") and key not in constants
    }
    words = dict(line.rsplit("=", 1) for line in post.get("words", "").splitlines() if "=" in line)
    return {
        "columns": columns,
        "constants": constants,
        "words": {"bill_type": {word.strip(): code.strip() for word, code in words.items()}} if words else {},
        "decimal": post.get("decimal", "."),
        "thousands": post.get("thousands", ""),
        "dates": post.get("dates", "iso"),
        "delimiter": post.get("delimiter", ","),
        "sheet": post.get("sheet", "").strip(),
        "header_row": int(post.get("header_row", "1")) if post.get("header_row", "1").isdigit() else 0,
        "is_final": post.get("is_final") == "on",
    }


def _page(upload: Upload, map_name: str) -> dict[str, Any]:
    body = upload.body
    shown = get_map(map_name).columns.as_json() if map_name else body.get("draft") or body.get("proposal") or {}
    choices = _choices(shown)
    preview, receipt = body.get("preview"), body.get("receipt")
    return {
        "upload": upload,
        "state": _(STATES[upload.state]),
        "is_at_work": upload.state in uploads.AT_WORK,
        "is_done": upload.state == uploads.DONE,
        "headers": body.get("headers", ()),
        "needed": [choice for choice in choices if choice.is_needed],
        "filled": [choice for choice in choices if choice.is_set and not choice.is_needed],
        "others": [choice for choice in choices if not choice.is_set and not choice.is_needed],
        "words": "\n".join(
            f"{word} = {code}" for word, code in sorted(shown.get("words", {}).get("bill_type", {}).items())
        ),
        "chosen": shown,
        "maps": [kept.name for kept in list_maps()],
        "preview": _shown(preview) if preview and upload.state == uploads.PREVIEWED else None,
        "receipt": _shown(receipt) if receipt else None,
        "problems": _findings(body.get("findings", ())),
        "join": JOIN,
    }


def _choices(shown: Mapping[str, Any]) -> list[Choice]:
    columns, constants = shown.get("columns", {}), shown.get("constants", {})
    return [
        Choice(key, _(label), is_needed, *_two(columns.get(key, ())), constants.get(key, ""))
        for key, label, is_needed in keys_to_choose()
    ]


def _two(names: Sequence[str]) -> tuple[str, str]:
    first, second, *_ = (*names, "", "")
    return first, second


def _shown(answer: Mapping[str, Any]) -> dict[str, Any]:
    """A preview or a receipt as it is shown: totals with their currency, findings with blocks first."""
    rows = answer.get("rows")
    listed = rows if isinstance(rows, list) else []
    return {
        "is_accepted": answer["is_accepted"],
        "totals": [
            {"currency": currency, **{key: figure(value) if value else _("unknown") for key, value in total.items()}}
            for currency, total in answer["totals"].items()
        ],
        "heads": list(listed[0]) if listed else [],
        "rows": [list(row.values()) for row in listed],
        "findings": sorted(_findings(answer["findings"]), key=lambda finding: not finding.is_block),
    }


def _findings(bodies: Iterable[dict[str, object]]) -> list[Finding]:
    return [read_finding(body) for body in bodies]
