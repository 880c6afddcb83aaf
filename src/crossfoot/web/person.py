"""Who sent this request, and the scope that they may have over a customer."""

from django.http import HttpRequest

from crossfoot.access.models import User
from crossfoot.access.scope import Scope, scope_for
from crossfoot.core.errors import NotFound


def person_of(request: HttpRequest) -> User:
    """The person signed in. Every page asks for one first; without one there is nothing here."""
    if not isinstance(request.user, User):
        raise NotFound
    return request.user


def scope_of(request: HttpRequest, customer: str = "") -> Scope:
    """The scope of the person over this customer; NotFound for one that is not theirs."""
    return scope_for(person_of(request), customer)
