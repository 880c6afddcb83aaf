"""Home: the few numbers that matter.

A customer's person: the last closed month and its change, this month so far, what moved. The reseller's people: the
month close, or the customers for those who do not close.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crossfoot.access.scope import Scope, list_customers
from crossfoot.audit.record import Action, record
from crossfoot.core.money import plain, round_minor
from crossfoot.core.period import day_after, previous_cycle
from crossfoot.core.roles import Capability, may
from crossfoot.outlook.pace import Pace, pace_of
from crossfoot.publish.news import News, list_news
from crossfoot.query.run import list_cycles, run
from crossfoot.render.address import encode
from crossfoot.render.chart import render_chart
from crossfoot.render.names import service_names
from crossfoot.render.screen import (
    cycle_words,
    edition_words,
    figure,
    instant_words,
    share,
    signed,
    through_words,
    told,
)
from crossfoot.reports.catalog import get_report, list_reports
from crossfoot.reports.question import NONE_WORD, ask
from crossfoot.reports.table import EditionMeta, Table
from crossfoot.support.saved import visit
from crossfoot.web.close import render_close
from crossfoot.web.ledger import owed_card
from crossfoot.web.person import scope_of
from crossfoot.web.saved import saved_links

REPORT, COST = "usage-to-cost", "billed_cost"
MONTHS_SHOWN = 6
MOVERS_SHOWN = 6
FINAL = "final"


@dataclass(frozen=True, kw_only=True)
class Amount:
    """A month's cost in one currency, and how it moved against the month before."""

    currency: str
    cost: str
    change: str = ""
    percent: str = ""


@dataclass(frozen=True, kw_only=True)
class MonthCard:
    """One month on the home page."""

    name: str
    edition: str
    amounts: tuple[Amount, ...]
    url: str


@dataclass(frozen=True, kw_only=True)
class Mover:
    """A service whose cost changed."""

    name: str
    currency: str
    before: str
    after: str
    change: str
    url: str


@require_safe
@login_required
def home_page(request: HttpRequest) -> HttpResponse:
    """The home of whoever asks."""
    scope = scope_of(request)
    if not scope.is_reseller:
        return _customer_home(request, scope)
    if may(scope.role, Capability.READ_CLOSE):
        return render_close(request, scope)
    return render(request, "web/customers.html", {"listed": list_customers(scope_of(request))})


@require_safe
@login_required
def customer_page(request: HttpRequest, customer: str) -> HttpResponse:
    """The home of one customer, as its own people see it."""
    return _customer_home(request, scope_of(request, customer))


def _customer_home(request: HttpRequest, scope: Scope) -> HttpResponse:
    cycles = list_cycles(scope)
    since = visit(scope)
    context: dict[str, Any] = {"reports": _reports(scope), "views": saved_links(scope), "owed": owed_card(scope)}
    if since:
        context |= {"since": instant_words(since), "news": tuple(_news(scope, one) for one in list_news(scope, since))}
    if cycles:
        context |= _months(scope, cycles[:MONTHS_SHOWN])
    record(Action.REPORT_VIEWED, scope.email, customer=scope.customer, report="home")
    return render(request, "web/home.html", context)


def _news(scope: Scope, one: News) -> dict[str, Any]:
    """What came out of one month: its newest edition, and what that changed."""
    edition = EditionMeta(cycle=one.cycle, edition=one.number, status=one.status, published_at=one.published_at)
    changes = (f"{signed(plain(round_minor(amount, currency)))} {currency}" for currency, amount in one.changes.items())
    return {
        "month": cycle_words(one.cycle),
        "url": _report_url(scope, [("period", one.cycle)]),
        "edition": edition_words(edition, gettext),
        "is_first": one.is_first,
        "changes": tuple(changes),
    }


def _months(scope: Scope, cycles: Sequence[str]) -> dict[str, Any]:
    """The cards: the newest final month, and the newest month if it is not final yet."""
    by_month = _answer(scope, cycles[-1], cycles[0], ["month"])
    editions = {edition.cycle: edition for edition in by_month.meta.editions}
    costs = _costs(by_month)
    closed = next((cycle for cycle in cycles if cycle in editions and editions[cycle].status == FINAL), None)
    movers = _movers(scope, closed) if closed and previous_cycle(closed) in editions else ()
    is_open = editions[cycles[0]].status != FINAL if cycles[0] in editions else False
    return {
        "closed": _card(scope, closed, editions[closed], costs) if closed else None,
        "current": _card(scope, cycles[0], editions[cycles[0]], costs) if is_open else None,
        "paces": _paces(scope, cycles[0]) if is_open else (),
        "zone": by_month.meta.time_zone,
        "through": through_words(by_month.meta.data_through) if by_month.meta.data_through else "",
        "chart": render_chart(by_month, gettext),
        "movers": movers,
        "currency": movers[0].currency if len({mover.currency for mover in movers}) == 1 else "",
        "moved_from": cycle_words(previous_cycle(closed)) if closed else "",
        "moved_to": cycle_words(closed) if closed else "",
        "known_issues": by_month.meta.known_issues,
        "warnings": tuple(told(warning, gettext) for warning in by_month.meta.warnings),
    }


def _answer(scope: Scope, first: str, last: str, by: Sequence[str]) -> Table:
    report = get_report(REPORT, scope.role)
    return run(report, ask(report, scope.role, period=f"{first}..{last}", by=by), scope)


def _paces(scope: Scope, cycle: str) -> tuple[Pace, ...]:
    """Where the open month is heading at the pace of its whole days."""
    report = get_report(REPORT, scope.role)
    table = run(report, ask(report, scope.role, period=cycle, by=["day"], digits="exact"), scope)
    if not table.meta.data_through or not table.question.period:
        return ()
    through = day_after(table.meta.data_through)
    return tuple(replace(p, amount=figure(p.amount)) for p in pace_of(table.rows(), table.question.period, through))


def _costs(table: Table) -> Mapping[str, Mapping[str, str | None]]:
    """Cycle -> currency -> cost."""
    found: dict[str, dict[str, str | None]] = {}
    for row in table.rows():
        found.setdefault(row["month"] or "", {})[row["currency"] or ""] = row[COST]
    return found


def _card(scope: Scope, cycle: str, edition: EditionMeta, costs: Mapping[str, Mapping[str, str | None]]) -> MonthCard:
    before = costs.get(previous_cycle(cycle), {}) if edition.status == FINAL else {}
    amounts = (_amount(currency, cost, before.get(currency)) for currency, cost in costs.get(cycle, {}).items())
    return MonthCard(
        name=cycle_words(cycle),
        edition=edition_words(edition, gettext),
        amounts=tuple(amounts),
        url=_report_url(scope, [("period", cycle)]),
    )


def _amount(currency: str, cost: str | None, before: str | None) -> Amount:
    if cost is None:
        return Amount(currency=currency, cost=_("unknown"))
    if before is None:
        return Amount(currency=currency, cost=figure(cost))
    change = Decimal(cost) - Decimal(before)
    percent = share(change, abs(Decimal(before)))
    return Amount(
        currency=currency,
        cost=figure(cost),
        change=signed(plain(change)),
        percent=signed(percent) if percent else "",
    )


def _movers(scope: Scope, closed: str) -> tuple[Mover, ...]:
    """The services whose shown cost changed most from the month before to the closed one."""
    table = _answer(scope, previous_cycle(closed), closed, ["service", "month"])
    sides: dict[tuple[str, str | None], dict[str, Decimal]] = {}
    for row in table.rows():
        side = sides.setdefault((row["currency"] or "", row["service"]), {})
        side[row["month"] or ""] = Decimal(row[COST] or 0)
    empty = gettext(table.columns[0].empty)
    called = service_names(table, get_language() or "", table.rows())
    found = [_mover(scope, key, side, closed, empty, called) for key, side in sides.items()]
    ranked = sorted(found, key=lambda pair: (-abs(pair[0]), pair[1].name))
    return tuple(mover for change, mover in ranked[:MOVERS_SHOWN] if change)


def _mover(  # noqa: PLR0913 - what a line is made of
    scope: Scope,
    key: tuple[str, str | None],
    side: Mapping[str, Decimal],
    closed: str,
    empty: str,
    called: Mapping[str, str],
) -> tuple[Decimal, Mover]:
    currency, service = key
    zero = next(iter(side.values())) * 0  # with the digits of the currency
    before, after = side.get(previous_cycle(closed), zero), side.get(closed, zero)
    return after - before, Mover(
        name=called.get(service, service) if service else empty,
        currency=currency,
        before=figure(plain(before)),
        after=figure(plain(after)),
        change=signed(plain(after - before)),
        url=_report_url(
            scope,
            [
                ("period", f"{previous_cycle(closed)}..{closed}"),
                ("by", "day"),
                ("service", service or NONE_WORD),
            ],
        ),
    )


def _report_url(scope: Scope, pairs: Sequence[tuple[str, str]]) -> str:
    return f"{reverse('report', args=[scope.customer, REPORT])}?{encode(pairs)}"


def _reports(scope: Scope) -> tuple[Mapping[str, str], ...]:
    return tuple(
        {
            "title": gettext(report.title),
            "question": gettext(report.question),
            "url": reverse("report", args=[scope.customer, report.key]),
        }
        for report in list_reports(scope.role)
    )
