"""Search: numbers of invoices and payments, and of the newest months services, resources, projects, accounts, regions, tags."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crossfoot.access.scope import Scope
from crossfoot.billing.single import find_numbers
from crossfoot.core.errors import BadRequest
from crossfoot.core.roles import Capability, may
from crossfoot.query.run import list_cycles, list_tags, list_values
from crossfoot.render.address import EMPTY_WORD, encode
from crossfoot.render.screen import period_words
from crossfoot.reports import vocabulary as v
from crossfoot.reports.catalog import get_report
from crossfoot.reports.question import Question, ask
from crossfoot.reports.spec import Dimension
from crossfoot.web.ledger import linked
from crossfoot.web.person import asking

REPORT = "usage-to-cost"
SEARCHED = (v.SERVICE, v.RESOURCE, v.PROJECT, v.ACCOUNT, v.REGION, v.PRODUCT)
BEHIND = {"service": "resource", "resource": "day"}  # what a hit is grouped by, where it is not by service
MONTHS, MOST, LONGEST = 3, 20, 100


@dataclass(frozen=True)
class Hit:
    """One value found, and the report on it."""

    label: str
    code: str
    url: str


@dataclass(frozen=True)
class Hits:
    """What was found under one word of the product."""

    label: str
    hits: tuple[Hit, ...]
    is_cut: bool


@require_safe
@login_required
def search_page(request: HttpRequest, customer: str) -> HttpResponse:
    """What holds the text, each with a way to its cost."""
    with asking(request, customer) as scope:
        text = request.GET.get("q", "").strip()
        if "\x00" in text or len(text) > LONGEST:
            raise BadRequest(_("Search for a text of at most {limit} characters.").format(limit=LONGEST))
        cycles = list_cycles(scope)[:MONTHS]
        found = tuple(_search(text, scope, cycles)) if text else ()
        question = _question(scope, cycles) if cycles else None
        period = period_words(question.period) if question and question.period else ""
        context: dict[str, object] = {
            "searched": text,
            "found": found,
            "period": period,
            "words": [gettext(d.label) for d in SEARCHED],
        }
        context["has_ledger"] = may(scope.role, Capability.READ_LEDGER)
        return render(request, "web/search.html", context)


def _question(scope: Scope, cycles: Sequence[str]) -> Question:
    report = get_report(REPORT, scope.role)
    return ask(report, scope.role, period=f"{cycles[-1]}..{cycles[0]}")


def _search(text: str, scope: Scope, cycles: Sequence[str]) -> Iterator[Hits]:
    entries = [linked(scope, entry) for entry in find_numbers(scope, text, MOST + 1)]
    if entries:
        hits = tuple(Hit(f"{one['kind']} {one['label']}", one["on"], one["url"]) for one in entries[:MOST])
        yield Hits(_("Invoices and payments"), hits, len(entries) > MOST)
    if cycles:
        yield from _search_charges(text, scope, cycles)


def _search_charges(text: str, scope: Scope, cycles: Sequence[str]) -> Iterator[Hits]:
    question = _question(scope, cycles)
    address = reverse("report", args=[scope.customer, REPORT])
    period = ("period", question.period.text if question.period else "")
    for dimension in SEARCHED:
        values = list_values(dimension, question, scope, text)
        hits = tuple(
            Hit(name, value if value != name else "", f"{address}?{encode([period, *_way(dimension, value)])}")
            for value, name in values[:MOST]
            if value is not None
        )
        if hits:
            yield Hits(gettext(dimension.label), hits, len(values) > MOST)
    tags = list_tags(text, question, scope)
    if tags:
        hits = tuple(
            Hit(f"{key}: {value}", "", f"{address}?{encode([period, (v.TAG_PREFIX + key, value or EMPTY_WORD)])}")
            for key, value in tags[:MOST]
        )
        yield Hits(_("Tag"), hits, len(tags) > MOST)


def _way(dimension: Dimension, value: str) -> list[tuple[str, str]]:
    return [("by", BEHIND.get(dimension.key, "service")), (dimension.key, value or EMPTY_WORD)]
