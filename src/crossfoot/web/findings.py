"""The findings page: what is wrong, who has to act, and what comes next; finance accepts what may be accepted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_POST, require_safe

from crossfoot.core.errors import BadRequest
from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.core.period import MONTH
from crossfoot.core.roles import Capability, may
from crossfoot.publish.acceptances import MAX_REASON, Accepted, accept_finding, withdraw_acceptance
from crossfoot.publish.findings import Board, Group, Seen, list_cycles_of_findings, list_findings
from crossfoot.render.address import encode
from crossfoot.render.screen import cycle_words, instant_words
from crossfoot.web.person import customers_of, person_of, scope_of

SHOWN, OPEN, NAMES_SHOWN = 25, 3, 5  # of each kind; the page says how many there are
SEVERITIES = {
    Severity.BLOCK: later("Stops publication"),
    Severity.ACCEPTED: later("Accepted"),
    Severity.NOTE: later("Note"),
}
TAGS = {Severity.BLOCK: "blocked", Severity.ACCEPTED: "accepted", Severity.NOTE: "remark"}
REACHES = {
    Reach.ROW: later("the line"),
    Reach.ACCOUNT: later("the account"),
    Reach.CUSTOMER_MONTH: later("the customer's month"),
    Reach.RESELLER_MONTH: later("everybody's month"),
    Reach.FILE: later("the file"),
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One finding of a kind."""

    id: str
    finding: Finding
    about: str
    since: str
    accepted: str
    note: str
    may_accept: bool


@dataclass(frozen=True, kw_only=True)
class Card:
    """A kind of finding, as the page shows it."""

    title: str
    tag: str
    severity_words: str
    is_open: bool
    owner: str
    reach: str
    since: str
    count: int
    records: int
    example: Finding
    customers: str
    months: str
    accepting: str
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True)
class AcceptedLine:
    """An acceptance in force."""

    id: str
    finding: Finding
    customer: str
    month: str
    reason: str
    by: str
    state: str


@require_safe
@login_required
def findings_page(request: HttpRequest) -> HttpResponse:
    """Every finding in force, of a month and a customer or of all."""
    scope = scope_of(request)
    scope.require(Capability.READ_CLOSE)
    cycle, customer = request.GET.get("cycle", ""), request.GET.get("customer", "")
    if cycle and not MONTH.match(cycle):
        raise BadRequest(_("{cycle} is no month that can be read: write cycle=2026-10.").format(cycle=repr(cycle[:20])))
    scope_of(request, customer)
    board = list_findings(scope, cycle, customer)
    names = {c.id: c.name for c in customers_of(request)}
    context = {
        "cycle": cycle,
        "customer_id": customer,
        "cycles": [(one, cycle_words(one)) for one in list_cycles_of_findings(scope)],
        "listed": names.items(),
        "counts": {severity.value: board.count(severity) for severity in Severity},
        "cards": [_card(group, names) for group in board.groups],
        "accepted": _accepted_lines(board, names),
        "waiting": [(one, cycle_words(one)) for one in _waiting(board)],
        "shown": SHOWN,
        "max_reason": MAX_REASON,
        "may_accept": may(scope.role, Capability.ACCEPT_FINDINGS),
        "may_publish": may(scope.role, Capability.PUBLISH),
    }
    return render(request, "web/findings.html", context)


@require_POST
@login_required
def accept_page(request: HttpRequest) -> HttpResponse:
    """Accept a finding, with a reason."""
    scope_of(request).require(Capability.ACCEPT_FINDINGS)
    found = accept_finding(request.POST.get("id", ""), request.POST.get("reason", ""), person_of(request))
    messages.success(request, _("Accepted. It stops the month no more once the month is published again."))
    return _back(found)


@require_POST
@login_required
def withdraw_page(request: HttpRequest) -> HttpResponse:
    """Take an acceptance back, with a reason."""
    scope_of(request).require(Capability.ACCEPT_FINDINGS)
    found = withdraw_acceptance(request.POST.get("id", ""), request.POST.get("reason", ""), person_of(request))
    messages.success(request, _("Withdrawn. It counts again once the month is published again."))
    return _back(found)


def _back(finding: Finding) -> HttpResponse:
    pairs = [("cycle", finding.cycle), ("customer", finding.customer)]
    return HttpResponseRedirect(f"{reverse('findings')}?{encode(pairs)}")


def _card(group: Group, names: Mapping[str, str]) -> Card:
    example = group.example
    return Card(
        title=_(group.kind.title),
        tag=TAGS[group.severity],
        is_open=group.severity is Severity.BLOCK and len(group) <= OPEN,
        severity_words=str(SEVERITIES[group.severity]),
        owner=_(group.kind.owner.value),
        reach=str(REACHES[example.reach]),
        since=instant_words(group.since),
        count=len(group),
        records=group.records,
        example=example,
        customers=_few(f"{names.get(c, c)} ({c})" for c in group.customers),
        months=_few(cycle_words(c) for c in reversed(group.cycles)),
        accepting=_(group.kind.accepting) if group.kind.accepting else "",
        items=tuple(_item(one, names) for one in islice(group.seen, SHOWN)),
    )


def _item(one: Seen, names: Mapping[str, str]) -> Item:
    finding, accepted = one.finding, one.accepted
    parts = (", ".join(names.get(c, c) for c in one.customers), finding.account, cycle_words(finding.cycle))
    waits = _("waits for the next publication") if one.waits and accepted else ""
    withdrawn = _("withdrawn; it counts again at the next publication") if one.waits and not accepted else ""
    return Item(
        id=finding.id,
        finding=finding,
        about=" · ".join(part for part in parts if part),
        since=instant_words(one.since),
        accepted=_said(accepted) if accepted else "",
        note=waits or withdrawn,
        may_accept=one.may_accept,
    )


def _said(accepted: Accepted) -> str:
    said = _("Accepted by {by}, {at}: {reason}")
    return said.format(by=accepted.by, at=instant_words(accepted.at), reason=accepted.reason)


def _few(words: Iterable[str]) -> str:
    """The first few, and how many more there are."""
    found = list(words)
    more = len(found) - NAMES_SHOWN
    shown = ", ".join(found[:NAMES_SHOWN])
    return _("{shown} and {more} more").format(shown=shown, more=more) if more > 0 else shown


def _waiting(board: Board) -> list[str]:
    """The months that were not yet published with what finance chose since."""
    return sorted({one.finding.cycle for one in board.chosen if one.waits}, reverse=True)


def _accepted_lines(board: Board, names: Mapping[str, str]) -> list[AcceptedLine]:
    waits = {one.finding.fingerprint: one.waits for one in board.chosen if one.accepted}
    states = {
        True: _("waits for the next publication"),
        False: _("in force"),
        None: _("in force; the last publication did not meet it"),
    }
    return [
        AcceptedLine(
            id=one.finding.id,
            finding=one.finding,
            customer=f"{names.get(one.finding.customer, '')} ({one.finding.customer})",
            month=cycle_words(one.finding.cycle),
            reason=one.reason,
            by=f"{one.by}, {instant_words(one.at)}",
            state=states[waits.get(one.finding.fingerprint)],
        )
        for one in board.accepted
    ]
