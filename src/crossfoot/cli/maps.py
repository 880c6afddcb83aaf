"""Commands for files of any make: column maps, and a look at what one makes of a file before it is accepted."""

import json
from pathlib import Path
from typing import Annotated

import typer

from crossfoot.cli.say import AsJson, say, say_findings, say_json
from crossfoot.cli.session import OPERATOR, portal
from crossfoot.core.errors import BadRequest, RefusedByFindings
from crossfoot.core.finding import read_finding
from crossfoot.sources.column_map import read_map

maps = typer.Typer(help="Column maps: how files of any make are read.", no_args_is_help=True)


@maps.command("list")
def list_maps(as_json: AsJson = False) -> None:
    """The column maps, each in its newest version."""
    with portal():
        from crossfoot.ingest.maps import list_maps as list_kept  # noqa: PLC0415 - Django must be set up first

        kept = list_kept()
    if as_json:
        say_json([{"name": k.name, "version": k.version, "saved_by": k.saved_by, **k.columns.as_json()} for k in kept])
    for one in kept if not as_json else ():
        say(f"{one.name}  version {one.version}  saved by {one.saved_by}  {len(one.columns.columns)} columns")


@maps.command("save")
def save_map(name: str, file: Path, as_json: AsJson = False) -> None:
    """Save a column map from a JSON file; the same map again changes nothing."""
    try:
        body = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadRequest(f"{file} cannot be read as JSON ({error}): `crossfoot maps propose` writes one.") from error
    columns = read_map(body)
    with portal():
        from crossfoot.ingest.maps import save_map as keep  # noqa: PLC0415

        kept = keep(name, columns, OPERATOR)
    if as_json:
        say_json({"name": kept.name, "version": kept.version})
    else:
        say(f"{kept.name} is version {kept.version}")


@maps.command("propose")
def propose_map(file: Path) -> None:
    """Print a column map for a file as JSON; what a person must still fill in goes to stderr."""
    if not file.is_file():
        raise BadRequest(f"There is no file {file}: check the name.")
    with portal() as home:
        from crossfoot.ingest.receive import look_at  # noqa: PLC0415

        found = look_at(file.resolve(), file.name, home)
    if not found["headers"]:
        raise RefusedByFindings(read_finding(found["findings"][0]).sentence)
    say_json(found["proposal"])
    if found["missing"]:
        typer.echo(f"Still to be chosen: {', '.join(found['missing'])}.", err=True)
    if found["unmatched"]:
        typer.echo(f"Nothing is filled from: {', '.join(found['unmatched'])}.", err=True)


Preview = Annotated[bool, typer.Option("--preview", help="Show ten rows and the totals; accept nothing.")]


def show_preview(file: Path, name: str, as_json: bool) -> None:
    """What a map makes of a file: ten rows, control totals, findings."""
    with portal() as home:
        from crossfoot.core.clock import today  # noqa: PLC0415
        from crossfoot.ingest.maps import get_map  # noqa: PLC0415
        from crossfoot.ingest.receive import preview  # noqa: PLC0415
        from crossfoot.sources.upload_files import find_upload  # noqa: PLC0415

        shown = preview(find_upload(file, get_map(name).columns, today()), home)
    if as_json:
        say_json(shown.as_json())
    else:
        for row in shown.rows:
            say("  ".join(f"{key} {value}" for key, value in row.items() if value is not None))
        for currency, total in shown.reading.totals.items():
            say(
                f"{currency}  {total['rows']} rows  list {total['list_cost']}  settlement {total['settlement_amount'] or 'unknown'}"
            )
        say_findings(shown.reading.findings)
    if not shown.reading.is_accepted:
        raise RefusedByFindings(f"{file.name} would be refused. Nothing was accepted.")
