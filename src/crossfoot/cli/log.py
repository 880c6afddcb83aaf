"""Commands about the log of acts."""

from typing import Annotated

import typer

from crossfoot.cli.say import AsJson, say, say_json
from crossfoot.cli.session import OPERATOR, portal
from crossfoot.core.errors import BadRequest

audit = typer.Typer(help="The log of acts.", no_args_is_help=True)


@audit.command("verify")
def verify_audit(as_json: AsJson = False) -> None:
    """Walk the chain of the log and name the first bad entry."""
    with portal() as home:
        from crossfoot.access.rls import as_staff  # noqa: PLC0415 - Django must be set up first
        from crossfoot.audit.chain import verify  # noqa: PLC0415
        from crossfoot.audit.witness import witness_of  # noqa: PLC0415

        with as_staff():
            verdict = verify(witness_of(home))
    if as_json:
        say_json(verdict.__dict__)
    else:
        say(
            verdict.fault
            or f"{verdict.sealed} entries are sealed and unchanged; {verdict.unsealed} are not sealed yet."
        )
    if verdict.fault:
        raise typer.Exit(6)


@audit.command("renew")
def renew_audit(
    reason: Annotated[str, typer.Option(help="Why the signed head does not fit: it is kept in the log.")],
    as_json: AsJson = False,
) -> None:
    """Sign the end of an unbroken log anew, after the home or the database was put back by hand."""
    if not reason.strip():
        raise BadRequest("Say in --reason why the head has to be signed anew: the log keeps it.")
    with portal() as home:
        from crossfoot.access.rls import as_staff  # noqa: PLC0415
        from crossfoot.audit.chain import renew, verify  # noqa: PLC0415
        from crossfoot.audit.record import Action, record  # noqa: PLC0415
        from crossfoot.audit.witness import witness_of  # noqa: PLC0415

        witness = witness_of(home)
        with as_staff():
            before = verify(witness).fault
            number = renew(witness)
            record(Action.LOG_RENEWED, OPERATOR, reason=reason.strip(), seal=number, before=before)
    if as_json:
        say_json({"sealed": number, "before": before})
    else:
        say(f"The log is signed anew up to seal {number}; the act stands in it.")
