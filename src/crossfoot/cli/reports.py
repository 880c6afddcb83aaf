"""Commands of a reader: reports, their catalogue and their definitions, within the reader's own scope."""

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from crossfoot.cli.say import AsJson, say, say_json
from crossfoot.cli.session import OPERATOR, portal
from crossfoot.core.errors import BadRequest
from crossfoot.core.roles import Role
from crossfoot.runtime.files import BLOCK, write_whole

users = typer.Typer(help="People and what they may see.", no_args_is_help=True)
AsPerson = Annotated[str, typer.Option("--as", help="Whose eyes: the address of a person.")]


def report(  # noqa: PLR0913 - the command's options are contract.md's
    key: str,
    email: AsPerson,
    customer: Annotated[str, typer.Option(help="The customer, for the reseller's people.")] = "",
    period: Annotated[str, typer.Option(help="2026-10, 2026-08..2026-10, 2026-10-05..2026-10-11, last-month …")] = "",
    by: Annotated[str, typer.Option(help="One or two dimensions, such as service or service,month.")] = "",
    filter_: Annotated[list[str] | None, typer.Option("--filter", help="DIM=VALUE; may repeat.")] = None,
    as_of: Annotated[str, typer.Option(help="As it was known at an instant: 2026-11-05T04:04:00Z.")] = "",
    digits: Annotated[str, typer.Option(help="shown or exact.")] = "shown",
    format_: Annotated[
        str, typer.Option("--format", help="xlsx, pdf, csv, excel-csv, json, focus-csv or focus-parquet.")
    ] = "json",
    output: Annotated[Path | None, typer.Option("-o", help="Write to this file.")] = None,
) -> None:
    """One report, through the same scope, query and renderer as the page."""
    with portal() as home:
        from crossfoot.access.scope import find_user, scope_for  # noqa: PLC0415 - Django must be set up first
        from crossfoot.deliver.files import make_file  # noqa: PLC0415
        from crossfoot.deliver.formats import get_format  # noqa: PLC0415
        from crossfoot.query.run import run  # noqa: PLC0415
        from crossfoot.reports.catalog import get_report  # noqa: PLC0415
        from crossfoot.reports.question import ask  # noqa: PLC0415

        get_format(format_)  # before the question is asked
        scope = scope_for(find_user(email), customer)
        question = ask(
            get_report(key, scope.role),
            scope.role,
            period=period,
            by=[b for b in by.split(",") if b],
            filters=read_filters(filter_ or []),
            as_of=as_of,
            digits=digits,
        )
        table = run(question.report, question, scope)
        made = make_file(table, format_, scope, home)
        try:
            _hand_over(made.path, output)
        finally:
            made.path.unlink()


def _hand_over(made: Path, output: Path | None) -> None:
    if output is None:
        with made.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        return
    try:
        if output.exists() and not output.is_file():  # a device or a pipe
            shutil.copyfile(made, output)
        else:
            _write_whole(made, output.resolve())
    except OSError as error:
        raise BadRequest(f"The report cannot be written to {output} ({error.strerror}): name another file.") from error


def _write_whole(made: Path, output: Path) -> None:
    with made.open("rb") as file:
        write_whole(output, iter(lambda: file.read(BLOCK), b""))


def read_filters(texts: list[str]) -> dict[str, list[str]]:
    """`DIM=VALUE` pairs; several of one dimension are alternatives."""
    found: dict[str, list[str]] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise BadRequest(f"The filter {text!r} has no value: write DIM=VALUE, for example region=ap-southeast-1.")
        found.setdefault(key, []).append(value)
    return found


def reports(as_json: AsJson = False) -> None:
    """The catalogue of reports."""
    from crossfoot.reports.catalog import REPORTS  # noqa: PLC0415

    if as_json:
        say_json([{"report": r.key, "title": r.title, "question": r.question} for r in REPORTS])
    for one in REPORTS if not as_json else ():
        say(f"{one.key:<20} {one.title}: {one.question}")


def definitions(email: AsPerson, as_json: AsJson = True) -> None:
    """The dictionary that this person may see, as JSON."""
    del as_json  # there is no other form
    with portal():
        from crossfoot.access.scope import find_user  # noqa: PLC0415

        role = Role(find_user(email).role)
    from crossfoot.reports.catalog import list_definitions  # noqa: PLC0415

    say_json(list_definitions(role))


@users.command("add")
def add_user(  # noqa: PLR0913 - the command's options are contract.md's
    email: str,
    role: Annotated[Role, typer.Option()],
    customer: Annotated[str, typer.Option(help="The customer of a customer's person.")] = "",
    account: Annotated[list[str] | None, typer.Option(help="Only this Huawei account; may repeat.")] = None,
    project: Annotated[list[str] | None, typer.Option(help="Only this enterprise project; may repeat.")] = None,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add a person with one role; adding again sets role, scope and password."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else typer.prompt("Password", hide_input=True)
    with portal():
        from crossfoot.access.register import add_person  # noqa: PLC0415

        person = add_person(
            email,
            role,
            password=password,
            actor=OPERATOR,
            customer=customer,
            accounts=account or [],
            projects=project or [],
        )
    if as_json:
        scope = {"accounts": account or [], "projects": project or []}
        say_json({"email": person.email, "role": role, "customer": customer, **scope})
    else:
        say(f"{person.email} is {role}" + (f" of {customer}" if customer else ""))
