"""Tokens for programs: made once, shown once, kept as a hash, and asked about again at every request.

A token reads `cft_ID_SECRET`. The id may be shown and logged; the secret has 256 bits of chance, so its plain sha256
cannot be guessed back.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hmac import compare_digest

from django.db import transaction

from crossfoot.access.models import AccountOwner, ApiToken, User
from crossfoot.access.rls import as_scope
from crossfoot.access.scope import Scope, scope_for
from crossfoot.audit.record import Action, record
from crossfoot.core.clock import now, today
from crossfoot.core.errors import BadRequest, NotFound
from crossfoot.core.ids import ALPHABET, sha256_hex
from crossfoot.core.roles import Capability, Role, may
from crossfoot.core.words import mark as _

PREFIX, ID_LENGTH, SECRET_BYTES = "cft", 10, 32
LONGEST_NAME, LONGEST_VALUE, LONGEST_TOKEN = 80, 128, 200
MOST, MOST_VALUES = 50, 100
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class MadeToken:
    """A new token; `secret` is its whole text, which is shown now and never again."""

    token: ApiToken
    secret: str


def add_token(  # noqa: PLR0913 - what a token is, all by name
    owner: User,
    *,
    name: str,
    last_day: date,
    customer: str = "",
    accounts: Sequence[str] = (),
    projects: Sequence[str] = (),
) -> MadeToken:
    """Make a token that reads as its owner, or less. `last_day` is the last day on which it is valid.

    Raises:
        NotPermitted: the owner's role has no tokens.
        NotFound: the customer is not the owner's.
        BadRequest: no name, a day that is past or too far off, or an account or project that the owner may not read.
    """
    scope = scope_for(owner, customer)
    scope.require(Capability.USE_TOKENS)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or "\x00" in name:
        raise BadRequest(_("Give the token a name of at most 80 characters: what will use it."))
    if not today() <= last_day <= today() + LONGEST:
        raise BadRequest(_("A token is valid until a day from today on, at most a year ahead."))
    if len([token for token in list_tokens(scope) if token.owner_id == owner.pk and is_valid(token)]) >= MOST:
        raise BadRequest(_("You have 50 tokens that are valid: revoke one first."))
    kept = _named(scope, accounts, projects)
    number = "".join(secrets.choice(ALPHABET) for _letter in range(ID_LENGTH))
    secret = f"{PREFIX}_{number}_{secrets.token_urlsafe(SECRET_BYTES)}"
    token = ApiToken(
        id=number,
        sha256=sha256_hex(secret.encode()),
        name=name,
        owner=owner,
        customer_key=scope.customer,
        **kept,
        made_at=now(),
        last_day=last_day,
    )
    with transaction.atomic():
        token.save(force_insert=True)
        record(
            Action.TOKEN_MADE,
            owner.email,
            customer=scope.customer,
            token=number,
            name=name,
            last_day=last_day.isoformat(),
            **kept,
        )
    return MadeToken(token, secret)


def list_tokens(scope: Scope) -> tuple[ApiToken, ...]:
    """One's own tokens, newest first; a customer's administrator sees those of all its people."""
    known = ApiToken.objects.select_related("owner").order_by("-made_at", "id")
    if scope.role is Role.CUSTOMER_ADMIN and scope.customer and not scope.is_narrowed:
        return tuple(known.filter(owner__customer_key=scope.customer))
    return tuple(known.filter(owner__email=scope.email))


def revoke_token(scope: Scope, number: str) -> ApiToken:
    """End a token, from its next request on. Twice is once.

    Raises:
        NotFound: it is none of those that `list_tokens` gives.
    """
    token = next((token for token in list_tokens(scope) if token.id == number), None)
    if token is None:
        raise NotFound(_("There is no such token."))
    if token.revoked_at is None:
        token.revoked_at = now()
        detail = {"token": token.id, "name": token.name, "owner": token.owner.email}
        with transaction.atomic():
            token.save(update_fields=["revoked_at"])
            record(Action.TOKEN_REVOKED, scope.email, customer=token.customer_key, **detail)
    return token


def find_token(text: str) -> ApiToken | None:
    """The token with this text, if it is valid now: asked at every request. The first use of a day is logged."""
    token = _known(text)
    is_right = compare_digest(sha256_hex(text.encode("utf-8", "replace")), token.sha256 if token else "0" * 64)
    if token is None:
        return None
    if not is_right or not is_valid(token):
        record(Action.ACCESS_REFUSED, token.owner.email, customer=token.customer_key, token=token.id)
        return None
    unused = ApiToken.objects.filter(pk=token.pk).exclude(last_used_on=today())
    if unused.update(last_used_on=today()):  # two requests at once: one of them is the first
        record(Action.TOKEN_USED, token.owner.email, customer=token.customer_key, token=token.id)
    return token


def get_token(number: str) -> ApiToken:
    """The token with this id, for work that was begun through it; NotFound where it is not valid any more."""
    token = ApiToken.objects.select_related("owner").filter(pk=number).first()
    if token is None or not is_valid(token):
        raise NotFound(_("The token through which this was asked for is not valid any more."))
    return token


def is_valid(token: ApiToken) -> bool:
    """Neither revoked nor out of date, and of a person who is still here in a role that has tokens."""
    is_over = token.revoked_at is not None or token.last_day < today()
    return not is_over and token.owner.is_active and may(Role(token.owner.role), Capability.USE_TOKENS)


def _known(text: str) -> ApiToken | None:
    prefix, _first, rest = text.partition("_")
    number, _second, secret = rest.partition("_")
    is_written = prefix == PREFIX and secret and len(text) <= LONGEST_TOKEN and number.isascii() and number.isalnum()
    return ApiToken.objects.select_related("owner").filter(pk=number).first() if is_written else None


def _named(scope: Scope, accounts: Sequence[str], projects: Sequence[str]) -> dict[str, list[str]]:
    """The accounts and projects that a token keeps to, each of which its owner may read."""
    if (accounts or projects) and not scope.customer:
        raise BadRequest(_("Accounts and projects belong to a customer: name the customer as well."))
    with as_scope(scope):
        mine = AccountOwner.objects.filter(customer_id=scope.customer).values_list("account_id", flat=True)
        owned = scope.accounts or tuple(mine)
    for value in (*accounts, *projects):
        if not value or len(value) > LONGEST_VALUE or "\x00" in value:
            raise BadRequest(_("An account or a project has 1 to 128 characters: check what you named."))
    for value in accounts:
        if value not in owned:
            raise BadRequest(
                f"There is no account {value} here: choose from {', '.join(sorted(set(owned))) or 'none'}."
            )
    for value in projects:
        if scope.projects and value not in scope.projects:
            raise BadRequest(f"There is no project {value} here: choose from {', '.join(scope.projects)}.")
    if len(accounts) > MOST_VALUES or len(projects) > MOST_VALUES:
        raise BadRequest(_("A token names at most 100 accounts and 100 projects."))
    return {"accounts": sorted(set(accounts)), "projects": sorted(set(projects))}
