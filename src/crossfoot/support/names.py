"""What services are called: the reseller gives a service another name from a day on.

A name is a note on an answer. The service stays the same row under the same key and code, in every file; its page shows
the name. Names are added, never changed, so that a report as of an earlier moment shows the name of that moment.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from crossfoot.access.rls import as_scope, as_staff
from crossfoot.access.scope import Scope
from crossfoot.audit.record import Action, record
from crossfoot.core.clock import GMT8, now, today
from crossfoot.core.errors import BadRequest, NotFound
from crossfoot.core.roles import Capability
from crossfoot.publish.models import MonthState
from crossfoot.sources.services import LONGEST_NAME, find_service, list_services
from crossfoot.support.models import ServiceName

UNKNOWN = "service-code"  # the check that notes codes which the table does not have


@dataclass(frozen=True)
class Names:
    """The name of a service in English and in Chinese."""

    en: str
    zh: str


@dataclass(frozen=True, kw_only=True)
class NamedService:
    """A service with what it is called now and what it was or will be called. An unknown code has no name of its own."""

    code: str
    category: str
    subcategory: str
    original: Names
    shown: Names
    since: date | None
    history: tuple[ServiceName, ...] = ()


def list_names(scope: Scope, as_of: datetime | None = None) -> dict[str, Names]:
    """Code -> name, of the services that bore one at that moment, as it was known then."""
    with as_scope(scope):
        return {code: Names(name, name_zh or name) for code, name, name_zh in _at(as_of or now(), scope.customer)}


def _at(moment: datetime, customer: str) -> Iterable[tuple[str, str, str]]:
    """Oldest first, so that the latest stays in a dict."""
    return _ordered(
        ServiceName.objects.filter(
            customer_key__in=["", customer], written_at__lte=moment, valid_from__lte=moment.astimezone(GMT8).date()
        )
    ).values_list("code", "name", "name_zh")


def _ordered(names: QuerySet[ServiceName]) -> QuerySet[ServiceName]:
    return names.order_by("valid_from", "id")


def list_named_services() -> tuple[NamedService, ...]:
    """Every service of the table, and every code that bills brought and the table does not have, by original name."""
    with as_staff():
        history: dict[str, list[ServiceName]] = {}
        for name in _ordered(ServiceName.objects.filter(customer_key="")):
            history.setdefault(name.code, []).append(name)
        codes = [s.code for s in list_services()]
        strange = sorted({*_unknown_codes(), *history} - set(codes))
    found = [_named(code, history.get(code, [])) for code in [*codes, *strange]]
    return tuple(sorted(found, key=lambda s: (s.original.en or s.code).casefold()))


def _named(code: str, history: list[ServiceName]) -> NamedService:
    service = find_service(code)
    original = Names(service.name, service.name_zh) if service else Names("", "")
    current = next((n for n in reversed(history) if n.valid_from <= today()), None)
    return NamedService(
        code=code,
        category=service.service_category if service else "",
        subcategory=service.service_subcategory if service else "",
        original=original,
        shown=Names(current.name, current.name_zh or current.name) if current else original,
        since=current.valid_from if current else None,
        history=tuple(reversed(history)),
    )


def _unknown_codes() -> set[str]:
    """The codes that the last attempts to publish found in bills and not in the table."""
    noted = MonthState.objects.filter(findings__contains=[{"check": UNKNOWN}]).values_list("findings", flat=True)
    return {str(f["value"]) for findings in noted for f in findings if f["check"] == UNKNOWN}


def rename_service(
    scope: Scope, code: str, *, name: str, name_zh: str = "", valid_from: date | None = None
) -> NamedService:
    """Call a service by another name from a day on (today, if none is given). The same once more changes nothing.

    Raises:
        NotPermitted: only the reseller's finance and operators may.
        NotFound: no bill and no table has the code.
        BadRequest: the name is empty, too long, unreadable, or belongs to another service.
    """
    scope.require(Capability.RENAME_SERVICES)
    known = {s.code: s for s in list_named_services()}
    service = known.get(code.strip()) or known.get(code.strip().lower())
    if service is None:
        raise NotFound(f"There is no service {code[:80]!r}: see the list of services.")
    name, name_zh, day = name.strip(), name_zh.strip(), valid_from or today()
    if not name:
        raise BadRequest("The service has no new name: write its English name; the Chinese one may be left out.")
    others = [s for s in known.values() if s is not service]
    for text in filter(None, (name, name_zh)):
        _check_name(text, day, others)
    if not any((n.name, n.name_zh, n.valid_from) == (name, name_zh, day) for n in service.history[:1]):
        _add(scope, service, Names(name, name_zh), day)
    return next(s for s in list_named_services() if s.code == service.code)


def _add(scope: Scope, service: NamedService, names: Names, day: date) -> None:
    with as_scope(scope):
        ServiceName.objects.create(
            code=service.code,
            name=names.en,
            name_zh=names.zh,
            valid_from=day,
            written_at=now(),
            written_by=scope.email,
        )
        record(
            Action.SERVICE_RENAMED,
            scope.email,
            code=service.code,
            name=names.en,
            name_zh=names.zh,
            valid_from=str(day),
            before=service.shown.en,
        )


def _check_name(text: str, day: date, others: Iterable[NamedService]) -> None:
    if len(text) > LONGEST_NAME:
        raise BadRequest(f"The name has {len(text)} characters: write at most {LONGEST_NAME}.")
    if not text.isprintable():
        raise BadRequest("The name holds a character that cannot be seen, such as a line break: remove it.")
    for other in others:
        if any(text.casefold() in {names.en.casefold(), names.zh.casefold()} for names in _names_from(other, day)):
            raise BadRequest(
                f"{text} is a name of the service {other.code}: two services under one name could not be told apart. "
                "Choose another."
            )


def _names_from(service: NamedService, day: date) -> Iterator[Names]:
    """What a service is called on a day and after it, and its own name, under which files keep it for ever."""
    yield service.original
    for given in service.history:  # the newest first
        yield Names(given.name, given.name_zh)
        if given.valid_from <= day:
            return
