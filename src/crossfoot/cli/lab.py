"""Makes bills of a reseller that never was, with the truth beside them."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from crossfoot.cli.say import AsJson, say, say_json
from crossfoot.core.errors import BadRequest
from crossfoot.simulator import EVENTS, Plan
from crossfoot.simulator import simulate as simulate_plan


def simulate(  # noqa: PLR0913 - the command's options are contract.md's
    out: Path,
    customers: Annotated[int, typer.Option(min=1)],
    months: Annotated[str, typer.Option(help="2026-08..2026-10")],
    rows: Annotated[int, typer.Option(min=1, help="Distinct final lines.")],
    seed: Annotated[int, typer.Option()],
    lang: Annotated[str, typer.Option(help="Language of the headers: en or zh.")] = "en",
    event: Annotated[list[str] | None, typer.Option(help=f"A mishap: {', '.join(EVENTS)}.")] = None,
    daily: Annotated[bool, typer.Option("--daily", help="Write every day's month-to-date file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write simulated Huawei bills, customers.csv, prices.csv and truth.json."""
    first, _, last = months.partition("..")
    if lang not in {"en", "zh"}:
        raise BadRequest(f"Headers are en or zh, not {lang!r}.")
    plan = Plan(
        customers=customers,
        first_cycle=first,
        last_cycle=last or first,
        rows=rows,
        seed=seed,
        lang="zh" if lang == "zh" else "en",
        events=tuple(event or ()),
        daily=daily,
    )
    try:
        summary = simulate_plan(plan, out)
    except OSError as error:
        raise BadRequest(f"The bills cannot be written to {out} ({error.strerror}): name a folder.") from error
    if as_json:
        say_json(asdict(summary))
        return
    say(f"{summary.rows} lines of {summary.customers} customers in {out}")
