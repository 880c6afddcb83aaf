"""Who asks the API: a person with a session, or a program with a token in the header. A token is never in an address."""

from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest

from crossfoot.access.models import ApiToken, User
from crossfoot.access.scope import Scope, scope_for, scope_of_token
from crossfoot.access.tokens import find_token
from crossfoot.api import limits
from crossfoot.core.errors import NotSignedIn
from crossfoot.core.roles import Role

SCHEME = "bearer"
HOW = "Sign in, or send a valid token: `Authorization: Bearer cft_…`."


@dataclass(frozen=True)
class Asker:
    """A person, and the token where a program asks for them."""

    user: User
    token: ApiToken | None = None

    @property
    def role(self) -> Role:
        """The role of the person."""
        return Role(self.user.role)

    def scope(self, customer: str = "") -> Scope:
        """What may be read of this customer; NotFound where it is not theirs."""
        return scope_of_token(self.token, customer) if self.token else scope_for(self.user, customer)

    def spend(self, of_token: limits.Limit, of_person: limits.Limit, what: str) -> None:
        """Count one act against both limits."""
        of_token.spend([f"token {self.token.pk}" if self.token else f"session {self.user.pk}"], what)
        of_person.spend([f"person {self.user.pk}"], what)


def find_asker(request: HttpRequest) -> Asker:
    """The asker, counted. A token that is sent decides alone: one that is not valid is never helped by a session.

    Raises:
        NotSignedIn: neither a session nor a token that is valid now.
        TooMany: more requests than a minute has.
    """
    sent = request.headers.get("Authorization")
    if sent is not None:
        scheme, _, text = sent.partition(" ")
        token = find_token(text.strip()) if scheme.lower() == SCHEME else None
        asker = Asker(token.owner, token) if token else None
    else:
        asker = Asker(request.user) if isinstance(request.user, User) else None
    if asker is None:
        raise NotSignedIn(HOW)
    asker.spend(limits.REQUESTS, limits.REQUESTS_OF_A_PERSON, "requests")
    return asker


def asker_of(request: HttpRequest) -> Asker:
    """The asker whom `find_asker` found for this request, which django-ninja keeps in it."""
    return cast("Asker", request.auth)  # type: ignore[attr-defined]
