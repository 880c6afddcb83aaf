"""Is this file ours, whole, and the newest? By an id that is typed or stands in the address, or by a file that is dropped.

The file is read and forgotten: nothing of it is kept.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crossfoot.access.rls import as_scope
from crossfoot.access.scope import Scope
from crossfoot.audit.record import Action, record
from crossfoot.core.clock import instant
from crossfoot.core.errors import BadRequest
from crossfoot.core.words import mark
from crossfoot.deliver.claim import LARGEST, Claim, read_file, read_text
from crossfoot.deliver.kept import Known
from crossfoot.deliver.verify import Verdict, Word, verify
from crossfoot.render.address import EMPTY_WORD, Pairs, encode
from crossfoot.render.screen import cycle_words, instant_words
from crossfoot.reports.catalog import list_reports
from crossfoot.web.person import scope_of

WORDS = {
    Word.GENUINE: mark("Genuine"),
    Word.SUPERSEDED: mark("Genuine, and superseded"),
    Word.ALTERED: mark("Altered"),
    Word.UNKNOWN: mark("Unknown"),
}
BY_BYTES = {
    Word.GENUINE: mark("Every byte is as it was handed out, and nothing newer has been published."),
    Word.SUPERSEDED: mark("Every byte is as it was handed out. Since then, newer figures have been published."),
    Word.ALTERED: mark(
        "The file bears the id of a result that was handed out, and its bytes are others. It was changed: also a "
        "spreadsheet that is opened and saved again is a changed file. Take it from the portal anew."
    ),
    Word.UNKNOWN: mark(
        "No file with these bytes, and none with an id that stands in it, was handed out to you or your colleagues here."
    ),
}
BY_ID = {
    Word.GENUINE: mark("A result with this id was handed out, and nothing newer has been published."),
    Word.SUPERSEDED: mark("A result with this id was handed out. Since then, newer figures have been published."),
    Word.UNKNOWN: mark(
        "No result with this id was handed out to you or your colleagues here: look at its letters again."
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def verify_page(request: HttpRequest) -> HttpResponse:
    """The form, and under it the verdict."""
    scope = scope_of(request)
    typed = request.POST.get("id", "") or request.GET.get("id", "")
    file = request.FILES.get("file")
    if request.method == "POST" and file is None and not typed.strip():
        raise BadRequest(_("Choose a file, or write the id that stands in its name and at its foot."))
    page: dict[str, Any] = {"typed": typed, "megabytes": LARGEST >> 20}
    if file is not None and file.file is not None:
        page |= _judge(read_file(file.file, file.name or ""), scope) | {"name": file.name}
    elif typed.strip():
        claim = read_text(typed)
        if claim == Claim():
            raise BadRequest(
                _("This is no id: write it as 7K3F-92QD-01AB-XY5Z, or the sha256 with 64 letters and digits.")
            )
        page |= _judge(claim, scope)
    return render(request, "web/verify.html", page)


def _judge(claim: Claim, scope: Scope) -> dict[str, Any]:
    with as_scope(scope):
        verdict = verify(claim, scope.customer)
        told = claim.id or claim.sha256
        record(Action.FILE_VERIFIED, scope.email, customer=scope.customer, claim=told, word=verdict.word)
    sentences = BY_BYTES if verdict.by_bytes else BY_ID
    return {
        "verdict": verdict,
        "title": gettext(WORDS[verdict.word]),
        "sentence": gettext(sentences[verdict.word]),
        "is_bad": verdict.word in {Word.ALTERED, Word.UNKNOWN},
        "newer": [_newer(verdict, n.cycle) for n in verdict.newer],
        "only_id": verdict.word in {Word.GENUINE, Word.SUPERSEDED} and not verdict.by_bytes,
        **(_facts(verdict.known, scope) if verdict.known else {}),
    }


def _newer(verdict: Verdict, cycle: str) -> str:
    found = next(n for n in verdict.newer if n.cycle == cycle)
    words = _("{month}: the file has edition {used}, the newest is edition {newest}.")
    return words.format(month=cycle_words(cycle), used=found.edition, newest=found.newest)


def _facts(known: Known, scope: Scope) -> dict[str, Any]:
    """What is remembered. The question is shown to whom its filters can tell nothing beyond their own grant."""
    titles = {report.key: report.title for report in list_reports(scope.role)}
    may_open = known.report in titles and bool(known.question)
    may_open = may_open and (not scope.is_narrowed or known.made_by == scope.email)
    address = reverse("report", args=[known.customer, known.report])
    asked = _pairs(known.question) if may_open else []
    as_of = [("as_of", known.question.get("as_of") or instant(known.as_of))] if known.as_of else []
    return {
        "report": gettext(titles.get(known.report, known.report)),
        "customer_name": known.customer,
        "made": instant_words(known.made_at),
        "format": known.format.upper(),
        "result": known.id,
        "as_of_url": f"{address}?{encode([*asked, *as_of])}" if may_open else "",
        "newest_url": f"{address}?{encode(asked)}" if may_open else "",
    }


def _pairs(question: Mapping[str, Any]) -> Pairs:
    pairs: Pairs = [("period", question["period"])] if question["period"] else []
    pairs += [("by", key) for key in question["by"]]
    pairs += [(key, value or EMPTY_WORD) for key, values in question["filters"].items() for value in values]
    return [*pairs, ("digits", "exact")] if question["digits"] == "exact" and question["by"] else pairs
