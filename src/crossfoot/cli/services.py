"""Services: what each is called, and another name from a day on."""

from datetime import date
from typing import Annotated

import typer

from crossfoot.cli.say import AsJson, say, say_json
from crossfoot.cli.session import portal
from crossfoot.core.errors import BadRequest

services = typer.Typer(help="Huawei's services: their codes, categories and names.", invoke_without_command=True)


@services.callback()
def list_all(context: typer.Context, as_json: AsJson = False) -> None:
    """Every service by its name, with its code, category, and what it is called now."""
    if context.invoked_subcommand:
        return
    with portal():
        from crossfoot.support.names import list_named_services  # noqa: PLC0415 - Django must be set up first

        found = list_named_services()
    if as_json:
        say_json([_as_json(service) for service in found])
        return
    for service in found:
        renamed = f"  shown as {service.shown.en} since {service.since}" if service.since else ""
        say(f"{service.original.en or '(unknown code)'}  {service.code}  {service.category or 'Other'}{renamed}")


@services.command()
def rename(  # noqa: PLR0913 - the command's options are contract.md's
    code: str,
    name: Annotated[str, typer.Option("--en", help="The English name.")],
    email: Annotated[str, typer.Option("--as", help="Who renames: a person of reseller finance, or an operator.")],
    name_zh: Annotated[str, typer.Option("--zh", help="The Chinese name; without it the English one.")] = "",
    day: Annotated[str, typer.Option("--from", help="The first day of the name; without it today.")] = "",
    as_json: AsJson = False,
) -> None:
    """Call a service by another name from a day on; files keep its own name and code."""
    valid_from = _day(day) if day else None
    with portal():
        from crossfoot.access.scope import find_user, scope_for  # noqa: PLC0415 - Django must be set up first
        from crossfoot.support.names import rename_service  # noqa: PLC0415

        service = rename_service(scope_for(find_user(email)), code, name=name, name_zh=name_zh, valid_from=valid_from)
    if as_json:
        say_json(_as_json(service))
        return
    for given in service.history:
        say(f"{service.code} is {given.name}{f' ({given.name_zh})' if given.name_zh else ''} from {given.valid_from}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"{text!r} is not a date: write --from 2026-12-01.") from None


def _as_json(service: object) -> dict[str, object]:
    from crossfoot.support.names import NamedService  # noqa: PLC0415 - Django must be set up first

    assert isinstance(service, NamedService)  # noqa: S101 - narrows the type
    return {
        "code": service.code,
        "service_category": service.category,
        "service_subcategory": service.subcategory,
        "name": service.original.en,
        "name_zh": service.original.zh,
        "shown": service.shown.en,
        "shown_zh": service.shown.zh,
        "since": service.since,
        "history": [
            {"name": n.name, "name_zh": n.name_zh, "from": n.valid_from, "written_at": n.written_at, "by": n.written_by}
            for n in service.history
        ],
    }
