"""Commands of the reseller's books: who issues invoices, what was invoiced, what was paid. docs/imports.md has the columns."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crossfoot.cli.say import AsJson, say, say_json
from crossfoot.cli.session import OPERATOR, portal
from crossfoot.core.errors import BadRequest, RefusedByFindings

if TYPE_CHECKING:
    from crossfoot.billing.incoming import File, Imported

entities = typer.Typer(help="The reseller's legal entities, which issue invoices.", no_args_is_help=True)
invoices = typer.Typer(help="Invoices, credit notes and open items.", no_args_is_help=True)
payments = typer.Typer(help="Payments, and what settles like them.", no_args_is_help=True)
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would become of each row, and import nothing.")]
Lines = Annotated[Path | None, typer.Option("--lines", help="The lines of these documents, in a CSV of their own.")]


@entities.command("import")
def import_entities(file: Path, is_dry: DryRun = False, as_json: AsJson = False) -> None:
    """Import legal entities from CSV: entity,name,currency,zone and, if you like, address,tax_id."""

    def act() -> "Imported":
        from crossfoot.billing.imports import import_entities as import_file  # noqa: PLC0415 - Django must be set up first

        return import_file(_read(file), OPERATOR, is_dry=is_dry)

    _import(act, as_json)


@invoices.command("import")
def import_invoices(file: Path, lines: Lines = None, is_dry: DryRun = False, as_json: AsJson = False) -> None:
    """Import invoices, credit notes and open items from CSV, whole or not at all; the same file twice changes nothing."""

    def act() -> "Imported":
        from crossfoot.billing.imports import import_invoices as import_file  # noqa: PLC0415

        beside = _read(lines) if lines else None
        return import_file(_read(file), OPERATOR, lines=beside, is_dry=is_dry)

    _import(act, as_json)


@payments.command("import")
def import_payments(file: Path, is_dry: DryRun = False, as_json: AsJson = False) -> None:
    """Import payments from CSV, whole or not at all, and allocate what can be told to pay what."""

    def act() -> "Imported":
        from crossfoot.billing.imports import import_payments as import_file  # noqa: PLC0415

        return import_file(_read(file), OPERATOR, is_dry=is_dry)

    _import(act, as_json)


def _import(act: "Callable[[], Imported]", is_json: bool) -> None:
    with portal():
        outcome = act()
    if is_json:
        say_json(outcome.as_json())
    else:
        _say(outcome)
    if outcome.is_refused:
        raise RefusedByFindings(f"{outcome.file} would be refused: mend the rows that are named above.")


def _say(outcome: "Imported") -> None:
    from crossfoot.billing.incoming import NEW, REFUSED, UNCHANGED  # noqa: PLC0415

    new, unchanged, refused = (outcome.of(state) for state in (NEW, UNCHANGED, REFUSED))
    said = "would be new" if outcome.is_dry else "new"
    say(f"{outcome.file}: {len(new)} {said}, {len(unchanged)} unchanged, {len(refused)} refused")
    for change in (*new, *refused):
        say(f"  {change.state}: row {change.row}: {change.words}")
    for one in outcome.settled:
        say(f"  allocated: {one.source} to {one.target} of {one.customer}, {one.currency} {one.amount} ({one.how})")


def _read(path: Path) -> "File":
    from crossfoot.billing.csvfile import MOST_BYTES  # noqa: PLC0415
    from crossfoot.billing.incoming import File  # noqa: PLC0415

    try:
        with path.open("rb") as file:
            return File(path.name, file.read(MOST_BYTES + 1))
    except OSError as error:
        raise BadRequest(f"The file {path} cannot be read ({error.strerror}): check the name.") from error
