"""Commands about findings: what stands against months and files, and what reseller finance takes on itself."""

from itertools import islice
from typing import Annotated

import typer

from crossfoot.cli.say import AsJson, say, say_json
from crossfoot.cli.session import portal
from crossfoot.core.errors import BadRequest
from crossfoot.core.finding import Severity
from crossfoot.core.period import MONTH

findings = typer.Typer(help="What is wrong with months and files, and who has to act.")
Reason = Annotated[str, typer.Option(help="Why; it is kept with your name and shown.")]
AsFinance = Annotated[str, typer.Option("--as", help="Who: a person of reseller finance.")]


@findings.callback(invoke_without_command=True)
def list_findings(
    context: typer.Context,
    cycle: Annotated[str, typer.Option(help="Only this cycle, such as 2026-10.")] = "",
    customer: Annotated[str, typer.Option(help="Only what touches this customer.")] = "",
    as_json: AsJson = False,
) -> None:
    """Every finding in force, blocks first."""
    if context.invoked_subcommand:
        return
    if cycle and not MONTH.match(cycle):
        raise BadRequest(f"{cycle!r} is no cycle: write 2026-10.")
    with portal():
        from crossfoot.access.rls import as_staff  # noqa: PLC0415 - Django must be set up first
        from crossfoot.publish.findings import Board, read_board  # noqa: PLC0415

        with as_staff():
            board: Board = read_board(cycle, customer)
    if as_json:
        say_json(board.as_json())
        return
    counts = [f"{board.count(s)} {words}" for s, words in zip(Severity, ("blocks", "accepted", "notes"), strict=True)]
    say(", ".join(counts))
    for group in board.groups:
        say(f"{group.severity.value}: {group.kind.title} ({len(group)}), {group.kind.owner.value} has to act")
        for one in islice(group.seen, 1 if group.severity is Severity.NOTE else None):
            reason = f" Accepted by {one.accepted.by}: {one.accepted.reason}" if one.accepted else ""
            say(f"  {one.finding.id}  {one.finding.sentence}{reason}")


@findings.command("accept")
def accept(finding_id: str, reason: Reason, email: AsFinance, as_json: AsJson = False) -> None:
    """Accept a finding against a month; `crossfoot publish` then goes on without it."""
    with portal():
        from crossfoot.access.scope import find_user  # noqa: PLC0415 - Django must be set up first
        from crossfoot.publish.acceptances import accept_finding  # noqa: PLC0415

        found = accept_finding(finding_id, reason, find_user(email))
    if as_json:
        say_json({"accepted": found.id, "customer": found.customer, "cycle": found.cycle})
    else:
        say(f"{found.id} is accepted. Publish {found.cycle} again: crossfoot publish --cycle {found.cycle}")


@findings.command("withdraw")
def withdraw(finding_id: str, reason: Reason, email: AsFinance, as_json: AsJson = False) -> None:
    """Take an acceptance back; the finding stops the next publication again."""
    with portal():
        from crossfoot.access.scope import find_user  # noqa: PLC0415 - Django must be set up first
        from crossfoot.publish.acceptances import withdraw_acceptance  # noqa: PLC0415

        found = withdraw_acceptance(finding_id, reason, find_user(email))
    if as_json:
        say_json({"withdrawn": found.id, "customer": found.customer, "cycle": found.cycle})
    else:
        say(f"{found.id} is accepted no more. Publish {found.cycle} again: crossfoot publish --cycle {found.cycle}")
