"""Sign-in by allauth, without sign-up: people are added by an operator or invited. Who came in, and who did not, is logged."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from crossfoot.access.models import User
from crossfoot.audit.record import Action, record


class ClosedDoor(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Nobody registers alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Closed."""
        return False

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:  # noqa: ANN401 - allauth's own
        """Somebody came in, by whatever way."""
        record(Action.PERSON_SIGNED_IN, user.email, customer=user.customer_key)
        answer: HttpResponse = super().post_login(request, user, **how)
        return answer

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401 - allauth's own
        """Somebody did not. What was typed is kept only where it is the address of a person: it may be a password."""
        typed = str(credentials.get("email") or "").lower()
        known = User.objects.filter(email=typed).first() if "\x00" not in typed else None
        record(
            Action.ACCESS_REFUSED,
            known.email if known else "",
            customer=known.customer_key if known else "",
            path=request.path,
        )
