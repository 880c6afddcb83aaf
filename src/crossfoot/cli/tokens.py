"""Tokens for programs: make one, list, end one."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from crossfoot.cli.say import AsJson, say, say_json
from crossfoot.cli.session import portal
from crossfoot.core.errors import BadRequest
from crossfoot.core.roles import Capability

if TYPE_CHECKING:
    from crossfoot.access.models import ApiToken

tokens = typer.Typer(help="Tokens with which programs ask the API.", no_args_is_help=True)
AsPerson = Annotated[str, typer.Option("--as", help="Whose tokens: the address of a person whose role has them.")]


@tokens.command("add")
def add_one(  # noqa: PLR0913 - the command's options are those of docs/commands.md
    email: AsPerson,
    name: Annotated[str, typer.Option(help="What will use it.")],
    until: Annotated[str, typer.Option(help="The last day on which it is valid, at most a year ahead.")],
    customer: Annotated[str, typer.Option(help="For the reseller's people: this customer only.")] = "",
    account: Annotated[list[str] | None, typer.Option(help="Only this account; may repeat.")] = None,
    project: Annotated[list[str] | None, typer.Option(help="Only this enterprise project; may repeat.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a token and print it: this once, it is not kept."""
    last_day = _day(until)
    with portal():
        from crossfoot.access.scope import find_user  # noqa: PLC0415 - Django must be set up first
        from crossfoot.access.tokens import add_token  # noqa: PLC0415

        made = add_token(
            find_user(email),
            name=name,
            last_day=last_day,
            customer=customer,
            accounts=account or [],
            projects=project or [],
        )
        document = _as_json(made.token) | {"secret": made.secret}
    if as_json:
        say_json(document)
    else:
        say(made.secret)


@tokens.command("list")
def list_all(email: AsPerson, as_json: AsJson = False) -> None:
    """The tokens of a person; of an administrator of a customer, those of all its people."""
    with portal():
        from crossfoot.access.scope import find_user, scope_for  # noqa: PLC0415 - Django must be set up first
        from crossfoot.access.tokens import list_tokens  # noqa: PLC0415

        scope = scope_for(find_user(email))
        scope.require(Capability.USE_TOKENS)
        documents = [_as_json(token) for token in list_tokens(scope)]
    if as_json:
        say_json(documents)
    for one in documents if not as_json else ():
        state = "valid" if one["is_valid"] else "not valid any more"
        say(f"{one['id']}  {one['name']}: {one['owner']}, until {one['last_day']}, {state}")


@tokens.command()
def revoke(token: str, email: AsPerson, as_json: AsJson = False) -> None:
    """End a token by its id: its next request is refused."""
    with portal():
        from crossfoot.access.scope import find_user, scope_for  # noqa: PLC0415 - Django must be set up first
        from crossfoot.access.tokens import revoke_token  # noqa: PLC0415

        ended = revoke_token(scope_for(find_user(email)), token)
        document = _as_json(ended)
    if as_json:
        say_json(document)
    else:
        say(f"The token {ended.name} ({ended.id}) is revoked.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"{text!r} is not a date: write --until 2026-12-31.") from None


def _as_json(token: "ApiToken") -> dict[str, object]:
    from crossfoot.access.tokens import is_valid  # noqa: PLC0415 - Django is set up by now

    return {
        "id": token.id,
        "name": token.name,
        "owner": token.owner.email,
        "customer": token.customer_key,
        "accounts": token.accounts,
        "projects": token.projects,
        "made_at": token.made_at,
        "last_day": token.last_day,
        "last_used_on": token.last_used_on,
        "revoked_at": token.revoked_at,
        "is_valid": is_valid(token),
    }
