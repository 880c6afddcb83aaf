"""Known issues: written by the reseller's support, shown only where they touch what is asked."""

from datetime import date, datetime

from django.db.models import Q

from crossfoot.access.rls import as_scope
from crossfoot.access.scope import Scope
from crossfoot.audit.record import Action, record
from crossfoot.core.clock import now
from crossfoot.core.errors import BadRequest
from crossfoot.core.period import Period
from crossfoot.core.roles import Capability
from crossfoot.support.models import KnownIssue

MAX_SENTENCE = 500


def list_issues(
    scope: Scope, period: Period, services: tuple[str, ...] = (), as_of: datetime | None = None
) -> tuple[str, ...]:
    """The sentences of the issues that touch the customer, the days and, if any are asked for, the services."""
    at = as_of or now()
    with as_scope(scope):
        found = KnownIssue.objects.filter(
            Q(closed_at=None) | Q(closed_at__gt=at),
            customer_key__in=["", scope.customer],
            first_day__lt=period.end,
            last_day__gte=period.start,
            written_at__lte=at,
        )
        if services:
            found = found.filter(service__in=["", *services])
        return tuple(found.order_by("first_day", "id").values_list("sentence", flat=True))


def list_open_issues(scope: Scope) -> tuple[KnownIssue, ...]:
    """Every issue that is not closed, the newest first, for those who write them."""
    scope.require(Capability.WRITE_KNOWN_ISSUES)
    with as_scope(scope):
        return tuple(KnownIssue.objects.filter(closed_at=None).order_by("-written_at"))


def add_issue(  # noqa: PLR0913 - the parts of an issue, all by name
    scope: Scope, *, sentence: str, first_day: date, last_day: date, customer: str = "", service: str = ""
) -> None:
    """Write down an issue; the reports it touches carry it from now on.

    Raises:
        NotPermitted: only the reseller's support may.
        BadRequest: the sentence is empty or too long, or the days are the wrong way round.
    """
    scope.require(Capability.WRITE_KNOWN_ISSUES)
    if not sentence.strip() or len(sentence) > MAX_SENTENCE:
        raise BadRequest(f"Write the issue in one sentence of at most {MAX_SENTENCE} characters.")
    if last_day < first_day:
        raise BadRequest("The last day of the issue lies before its first day.")
    with as_scope(scope):
        KnownIssue.objects.create(
            customer_key=customer,
            service=service,
            first_day=first_day,
            last_day=last_day,
            sentence=sentence.strip(),
            written_at=now(),
            written_by=scope.email,
        )
        record(Action.KNOWN_ISSUE_ADDED, scope.email, customer=customer, service=service, sentence=sentence)
