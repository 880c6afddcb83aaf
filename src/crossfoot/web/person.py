"""Who sent this request, and the scope that they may have over a customer."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.http import HttpRequest

from crossfoot.access.models import User
from crossfoot.access.rls import as_scope, as_staff
from crossfoot.access.scope import CustomerName, Scope, list_customers, scope_for
from crossfoot.core.errors import NotFound
from crossfoot.core.roles import Role


def person_of(request: HttpRequest) -> User:
    """The person signed in. Every page asks for one first; without one there is nothing here."""
    if not isinstance(request.user, User):
        raise NotFound
    return request.user


def scope_of(request: HttpRequest, customer: str = "") -> Scope:
    """The scope of the person over this customer; NotFound for one that is not theirs. Asked once a request."""
    known: dict[str, Scope] = request.__dict__.setdefault("crossfoot_scopes", {})
    if customer not in known:
        known[customer] = scope_for(person_of(request), customer)
        if not known[customer].is_reseller:
            known[""] = known[customer]  # a customer's people have one scope
    return known[customer]


def customers_of(request: HttpRequest) -> tuple[CustomerName, ...]:
    """The customers that the person may open. Asked once a request."""
    if "crossfoot_customers" not in request.__dict__:
        request.__dict__["crossfoot_customers"] = list_customers(scope_of(request))
    return request.__dict__["crossfoot_customers"]  # type: ignore[no-any-return]


@contextmanager
def asking(request: HttpRequest, customer: str) -> Iterator[Scope]:
    """That scope, in one transaction of its role: all of a page was true at one instant."""
    is_reseller = Role(person_of(request).role).is_reseller  # it is asked in there whether the customer exists
    with as_staff() if is_reseller else nullcontext():
        scope = scope_of(request, customer)
        with as_scope(scope):
            yield scope
