"""The data health page: what came when, how whole it is, what was refused, and what should come next and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from crossfoot.core.errors import BadRequest
from crossfoot.core.finding import Finding
from crossfoot.core.money import plain, round_minor
from crossfoot.core.period import MONTH, end_day, first_day
from crossfoot.core.roles import Capability, may
from crossfoot.publish.health import AccountHealth, Expected, FileHealth, Health, read_health
from crossfoot.render.screen import DASH, MONTHS, cycle_words, figure, instant_words, through_words
from crossfoot.web.paged import Paged
from crossfoot.web.person import customers_of, scope_of

PAGE_ACCOUNTS = 100
SOURCES = {"huawei": "Huawei", "focus": "FOCUS", "upload": later("upload")}
HERE, GONE, AHEAD = "here", "gone", "ahead"


@dataclass(frozen=True, kw_only=True)
class FileLine:
    """A newest file, as the page shows it."""

    source: str
    kind: str
    name: str
    sha256: str
    state: str
    state_words: str
    received: str
    age: str
    rows: str
    totals: tuple[tuple[str, str], ...]
    through: str
    refusals: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class Run:
    """Days in a row of one kind: with a line, without one, not yet due."""

    kind: str
    at: int
    days: int


@dataclass(frozen=True, kw_only=True)
class AccountLine:
    """An account's month, as the page shows it."""

    customer: str
    customer_id: str
    account: str
    file: str
    rows: str
    state: str
    state_words: str
    through: str
    days: str
    strip: tuple[Run, ...]


@require_safe
@login_required
def health_page(request: HttpRequest) -> HttpResponse:
    """The health of a month."""
    scope = scope_of(request)
    scope.require(Capability.READ_DATA_HEALTH)
    cycle, customer = request.GET.get("cycle", ""), request.GET.get("customer", "")
    if cycle and not MONTH.match(cycle):
        raise BadRequest(_("{cycle} is no month that can be read: write cycle=2026-10.").format(cycle=repr(cycle[:20])))
    scope_of(request, customer)
    health = read_health(scope, cycle, customer)
    owned = sorted((a for a in health.accounts if a.customer), key=lambda a: (a.customer_name, a.customer, a.account))
    pages = Paged(owned, request.GET, PAGE_ACCOUNTS)
    context = {
        "cycle": health.cycle,
        "name": cycle_words(health.cycle),
        "customer_id": customer,
        "cycles": [(one, cycle_words(one)) for one in health.cycles],
        "listed": [(one.id, one.name) for one in customers_of(request)],
        "files": [_file_line(one, health.looked_at) for one in health.files],
        "expected": _expected_words(health.expected),
        "is_late": bool(health.expected and health.expected.is_late),
        "final": len({a.account for a in owned if a.is_final and not a.is_refused}),
        "count": len({a.account for a in owned}),
        "unowned": [_account_line(one, health) for one in health.unowned],
        "accounts": [_account_line(one, health) for one in pages.rows],
        "pages": pages,
        "may_close": may(scope.role, Capability.READ_CLOSE),
    }
    return render(request, "web/health.html", context)


def age_words(at: datetime, now: datetime) -> str:
    """`5 minutes ago`, `3 hours ago`, `2 days ago`: how old something is, in whole units."""
    minutes = max(0, (now - at) // timedelta(minutes=1))
    for size, one, many in ((1440, "{n} day ago", "{n} days ago"), (60, "{n} hour ago", "{n} hours ago")):
        if minutes >= size:
            return ngettext(one, many, minutes // size).format(n=minutes // size)
    return ngettext("{n} minute ago", "{n} minutes ago", minutes).format(n=minutes) if minutes else _("just now")


def days_words(expected: Sequence[date], missing: Sequence[date]) -> str:
    """`27 of 30 days, none on 12 and 13 Oct`: how many days have a line, and which have none."""
    if not expected:
        return _("no whole day yet")
    said = _("{here} of {all} days").format(here=len(expected) - len(missing), all=len(expected))
    return said + (_(", none on {days}").format(days=_listed(missing)) if missing else "")


def _listed(days: Sequence[date]) -> str:
    """Days of one month: single ones, and runs as `12–14`."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    words = [str(run[0].day) if len(run) == 1 else f"{run[0].day}{DASH}{run[-1].day}" for run in runs]
    last = f"{words[-1]} {MONTHS[days[-1].month - 1]}"
    return _("{days} and {last}").format(days=", ".join(words[:-1]), last=last) if len(words) > 1 else last


def _file_line(one: FileHealth, now: datetime) -> FileLine:
    file = one.file
    state = "blocked" if not file.is_accepted else "open" if one.refusals else "final"
    words = {"blocked": _("refused"), "open": _("accepted in part"), "final": _("accepted")}
    kinds = {"huawei": _("month to date"), "focus": _("export"), "upload": _("by a column map")}
    kind = _("final bill") if file.is_final else kinds.get(file.source, "")
    return FileLine(
        source=str(SOURCES.get(file.source, file.source)),
        kind=kind,
        name=file.name,
        sha256=file.sha256[:12],
        state=state,
        state_words=words[state],
        received=instant_words(file.received_at),
        age=age_words(file.received_at, now),
        rows=figure(str(file.rows)),
        totals=tuple((currency, _shown(amount, currency)) for currency, amount in file.totals),
        through=through_words(file.data_through) if file.data_through else "",
        refusals=one.refusals,
    )


def _account_line(one: AccountHealth, health: Health) -> AccountLine:
    state = "blocked" if one.is_refused else "accepted" if one.is_left_out else "final" if one.is_final else "open"
    words = {
        "blocked": _("newest lines refused"),
        "accepted": _("accepted as not charged"),
        "final": _("final bill"),
        "open": _("month to date"),
    }
    return AccountLine(
        customer=one.customer_name or one.customer,
        customer_id=one.customer,
        account=one.account,
        file=one.file,
        rows=figure(str(one.rows)),
        state=state,
        state_words=words[state],
        through=through_words(one.data_through) if one.data_through else "",
        days="" if one.is_left_out else days_words(one.expected, one.missing),
        strip=_strip(one, health.cycle),
    )


def _strip(one: AccountHealth, cycle: str) -> tuple[Run, ...]:
    """The days of the month as a drawing."""
    expected, start = set(one.expected), first_day(cycle)
    days = [start + timedelta(days=n) for n in range((end_day(cycle) - start).days)]
    kinds = [AHEAD if day not in expected else HERE if day in one.present else GONE for day in days]
    runs = [[at for at, _kind in run] for _, run in groupby(enumerate(kinds), key=itemgetter(1))]
    return tuple(Run(kind=kinds[run[0]], at=run[0], days=len(run)) for run in runs)


def _expected_words(expected: Expected | None) -> str:
    if expected is None:
        return ""
    by = instant_words(expected.by)
    if expected.what == "final":
        late = _("Huawei's final bill should have come by {by} (GMT+08:00) and is late: ask Huawei, or ingest it.")
        return (late if expected.is_late else _("Next: Huawei's final bill, by {by} (GMT+08:00).")).format(by=by)
    late = _("The next month-to-date file should have come by {by} (GMT+08:00) and is late: look at the delivery.")
    return (late if expected.is_late else _("Next: a month-to-date file, by {by} (GMT+08:00).")).format(by=by)


def _shown(exact: str, currency: str) -> str:
    return figure(plain(round_minor(Decimal(exact), currency)))
