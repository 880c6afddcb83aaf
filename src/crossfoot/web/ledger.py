"""An invoice, a credit note or a payment on a page of its own: what it settles, what of its months it bills, and acts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crossfoot.access.scope import Scope
from crossfoot.audit.record import Action, record
from crossfoot.billing.acts import allocate_by_hand, undo_allocation, void_document
from crossfoot.billing.allocate import How
from crossfoot.billing.facts import NAMES
from crossfoot.billing.ledger import Entry, Kind
from crossfoot.billing.match import Gap, Matched
from crossfoot.billing.single import Single, get_entry
from crossfoot.core.clock import today
from crossfoot.core.errors import BadRequest
from crossfoot.core.money import plain, round_minor
from crossfoot.core.period import cycle_of, parse_period, previous_cycle
from crossfoot.core.roles import Capability, may
from crossfoot.core.words import mark
from crossfoot.query.run import run
from crossfoot.render.address import encode
from crossfoot.render.figures import Figure, headline
from crossfoot.render.screen import cycle_words, day_words, figure, instant_words, period_words
from crossfoot.reports.ledger import INVOICES_AND_PAYMENTS, STATUS
from crossfoot.reports.question import Question, ask
from crossfoot.reports.table import Record, Table
from crossfoot.web.person import asking, scope_of

MONTHS = 12
LONGEST = 18  # digits of a row of ours
OVERDUE, UNUSED = "Overdue", ("Unallocated", "Part allocated")
OPEN = ("Open", "Part paid", OVERDUE)
HOW = {
    How.EXACT_NUMBER: mark("by its number"),
    How.EXACT_AMOUNT: mark("by its exact amount"),
    How.MANUAL: mark("by hand"),
}
GAPS = {
    Gap.NO_MONTHS: mark("The document does not say which months it bills, so it cannot be compared with them."),
    Gap.NOT_CLOSED: mark("Not closed yet, so there is nothing final to compare with: {about}."),
    Gap.NET_UNKNOWN: mark("Net and tax were not told, so the part before tax is unknown: {about}."),
    Gap.OTHER_CURRENCY: mark("Billed here in another currency: {about}."),
    Gap.OTHER_MONTHS: mark("Bills other months too, and how much of it is for which is not known: {about}."),
}


def recent_cycles(day: date) -> list[str]:
    """The months that a picker of the ledger offers, newest first."""
    found = [cycle_of(day)]
    while len(found) < MONTHS:
        found.append(previous_cycle(found[-1]))
    return found


def ledger_link(scope: Scope, table: Table, row: Record) -> str | None:
    """Where a row of the ledger leads: an entry to its page, a customer to its entries."""
    if table.report.is_of_house:
        address = reverse("report", args=[row["customer"], INVOICES_AND_PAYMENTS.key])
        return f"{address}?{encode([('currency', row['currency'] or '')])}"
    return reverse("entry", args=[scope.customer, row["entry"]]) if row.get("entry") else None


def ledger_figures(scope: Scope, table: Table) -> tuple[Figure, ...]:
    """What is owed, what of it is overdue, and what was paid and not used: three questions to the same facts."""
    if table.report.key != INVOICES_AND_PAYMENTS.key or len(table.totals) != 1 or table.question.filters:
        return headline(table, {}, gettext)
    overdue, unused = (_balance(scope, table, states) for states in ((OVERDUE,), UNUSED))
    owed, *_rest = headline(table, {}, gettext)
    return (
        owed,
        Figure(figure(overdue), owed.unit, _("of it overdue")),
        Figure(figure(unused), owed.unit, _("paid and not allocated")),
    )


def _balance(scope: Scope, table: Table, states: tuple[str, ...]) -> str:
    found = _only(scope, table.question, states).totals
    zero = plain(round_minor(Decimal(0), table.totals[0]["currency"] or ""))
    return next((str(total["balance"]) for total in found), zero)


def _only(scope: Scope, question: Question, states: tuple[str, ...]) -> Table:
    return run(question.report, replace(question, filters=((STATUS, tuple(sorted(states))),)), scope)


def owed_card(scope: Scope) -> dict[str, Any] | None:
    """What the home page says of open invoices; None for who may not know, and where there never was an invoice."""
    if not may(scope.role, Capability.READ_LEDGER):
        return None
    question = ask(INVOICES_AND_PAYMENTS, scope.role)
    opened, late = (_only(scope, question, states) for states in (OPEN, (OVERDUE,)))
    if not opened.meta.row_count and not run(question.report, question, scope).meta.row_count:
        return None
    overdue = {total["currency"]: total["balance"] for total in late.totals}
    unused = _only(scope, question, UNUSED)
    address = reverse("report", args=[scope.customer, INVOICES_AND_PAYMENTS.key])
    return {
        "count": opened.meta.row_count,
        "url": f"{address}?{encode([(STATUS.key, state) for state in OPEN])}",
        "late_url": f"{address}?{encode([(STATUS.key, OVERDUE)])}",
        "amounts": [
            {
                "currency": total["currency"],
                "open": figure(str(total["balance"])),
                "overdue": figure(str(overdue[total["currency"]])) if total["currency"] in overdue else "",
            }
            for total in opened.totals
        ],
        "unused": [(figure(str(total["balance"]).removeprefix("-")), total["currency"]) for total in unused.totals],
    }


@require_safe
@login_required
def entry_page(request: HttpRequest, customer: str, entry: str) -> HttpResponse:
    """One entry."""
    with asking(request, customer) as scope:
        found = get_entry(scope, entry)
        record(Action.REPORT_VIEWED, scope.email, customer=customer, report="entry", entry=entry)
        return render(request, "web/entry.html", _page(scope, found))


@require_POST
@login_required
def entry_act(request: HttpRequest, customer: str, entry: str) -> HttpResponse:
    """Reseller finance makes it void, allocates it, or takes an allocation back."""
    scope = scope_of(request, customer)
    scope.require(Capability.KEEP_LEDGER)
    act, post = request.POST.get("act", ""), request.POST
    if act == "void":
        void_document(scope, entry, post.get("reason", ""))
        messages.success(request, _("The document is void. What was allocated to it is free again."))
    elif act == "allocate":
        allocate_by_hand(scope, post.get("source", ""), post.get("target", ""), post.get("amount", ""))
        messages.success(request, _("Allocated. It can be undone."))
    elif act == "undo":
        number = post.get("number", "")
        undo_allocation(scope, int(number) if number.isascii() and number.isdigit() and len(number) < LONGEST else 0)
        messages.success(request, _("Undone. It is left to you from now on: no import allocates it by itself."))
    else:
        raise BadRequest(_("Say what to do with the entry: void, allocate or undo."))
    return HttpResponseRedirect(reverse("entry", args=[customer, entry]))


def _page(scope: Scope, found: Single) -> dict[str, Any]:
    position, entry = found.position, found.position.entry
    is_keeper = may(scope.role, Capability.KEEP_LEDGER)

    def money(amount: Decimal | None) -> str:
        return _("unknown") if amount is None else figure(plain(round_minor(amount, entry.currency)))

    return {
        "entry": entry,
        "kind": gettext(NAMES[entry.kind]),
        "is_invoice": entry.kind is Kind.INVOICE,
        "is_document": entry.kind.is_document,
        "status": gettext(position.status.value),
        "is_late": position.days_overdue is not None,
        "days": position.days_overdue,
        "on": day_words(entry.on),
        "due_on": day_words(entry.due_on) if entry.due_on else "",
        "void_on": day_words(entry.void_on) if entry.void_on else "",
        "months": period_words(parse_period(entry.cycles, today())) if entry.cycles else "",
        "net": money(entry.net),
        "tax": money(entry.tax),
        "gross": money(entry.amount),
        "before": money(entry.before) if entry.before else "",
        "before_on": day_words(entry.counts_on),
        "settled": money(abs(position.amount_paid)),
        "balance": money(position.balance),
        "original": linked(scope, found.original) if found.original else None,
        "lines": [{"row": line, "net": money(line.net)} for line in found.lines],
        "has_accounts": any(line.account for line in found.lines),
        "has_tax_codes": any(line.tax_code for line in found.lines),
        "settlements": [
            {
                **linked(scope, one.other),
                "number": one.number,
                "amount": money(one.amount),
                "how": gettext(HOW[How(one.how)]),
                "by": one.by,
                "at": instant_words(one.at),
            }
            for one in found.settlements
        ],
        "candidates": [{**linked(scope, e), "left": money(left)} for e, left in found.candidates] if is_keeper else [],
        "left": plain(round_minor(abs(position.balance), entry.currency)),
        "is_keeper": is_keeper,
        "match": _match(scope, found.match, money) if found.match else None,
        "list": reverse("report", args=[scope.customer, INVOICES_AND_PAYMENTS.key]),
        "charges": _charges(scope, entry),
    }


def linked(scope: Scope, entry: Entry) -> dict[str, str]:
    """What to call an entry, and where it stands."""
    return {
        "key": entry.key,
        "label": entry.number,
        "kind": gettext(NAMES[entry.kind]),
        "on": day_words(entry.on),
        "url": reverse("entry", args=[scope.customer, entry.key]),
    }


def _charges(scope: Scope, entry: Entry) -> tuple[dict[str, str], ...]:
    """The way from an invoice to what it bills."""
    if not entry.cycles:
        return ()
    pairs = (("usage-to-cost", _("By service")), ("charges", _("Every charge")))
    return tuple(
        {"label": label, "url": f"{reverse('report', args=[scope.customer, key])}?{encode([('period', entry.cycles)])}"}
        for key, label in pairs
    )


def _match(scope: Scope, match: Matched, money: Callable[[Decimal | None], str]) -> dict[str, Any]:
    about = ", ".join(cycle_words(one) for one in match.about)
    return {
        "gap": gettext(GAPS[match.gap]).format(about=about) if match.gap else "",
        "net": money(match.net),
        "others": [{**linked(scope, entry), "net": money(net)} for entry, net in match.others],
        "cost": figure(plain(match.cost)) if match.rounding else money(match.cost),
        "rounding": figure(plain(match.rounding)) if match.rounding else "",
        "unexplained": money(match.unexplained),
        "is_explained": not match.unexplained,
        "is_of_others": bool(match.others) and match.unexplained == sum(net for _, net in match.others),
        "editions": ", ".join(
            _("{month}, edition {number}").format(month=cycle_words(cycle), number=number)
            for cycle, number in match.editions
        ),
    }
