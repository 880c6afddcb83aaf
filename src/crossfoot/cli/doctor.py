"""The command that looks a home over, whatever state it is in."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from crossfoot.cli.say import AsJson, say, say_json
from crossfoot.cli.session import start_django
from crossfoot.core.errors import CrossfootError, RefusedByFindings
from crossfoot.runtime.database import connected
from crossfoot.runtime.home import Home, open_home

if TYPE_CHECKING:
    from crossfoot.care.outside import Check

Deep = Annotated[bool, typer.Option("--deep", help="Hash every file; takes as long as reading them all.")]
Sweep = Annotated[
    bool, typer.Option("--sweep", help="Remove files of the portal that nothing refers to and that are over a day old.")
]


def doctor(deep: Deep = False, sweep: Sweep = False, as_json: AsJson = False) -> None:
    """Check home, database, worker, files, clock and log; says what is wrong and what to do."""
    checks = []
    for check in _look_over(is_deep=deep, is_sweeping=sweep):
        checks.append(check)
        if not as_json:
            say(f"{check.name:<10} {'ok     ' if check.is_ok else 'WRONG  '} {check.sentence}")
    wrong = [check.name for check in checks if not check.is_ok]
    if as_json:
        say_json({"ok": not wrong, "checks": [check.as_json() for check in checks]})
    if wrong:
        raise RefusedByFindings(f"Something is wrong with: {', '.join(wrong)}.")


def _look_over(*, is_deep: bool, is_sweeping: bool) -> Iterator["Check"]:
    from crossfoot.care import outside  # noqa: PLC0415 - DuckDB is heavy, and `--help` need not pay

    yield outside.check_versions()
    yield outside.check_front_end()
    try:
        home = open_home()
    except CrossfootError as refusal:
        yield outside.Check("home", wrong=refusal.sentence)
        return
    yield outside.check_home(home)
    yield outside.check_room(home)
    try:
        with connected(home) as database:
            yield outside.check_database(database)
            yield from _ask_database(home, is_deep=is_deep, is_sweeping=is_sweeping)
    except CrossfootError as refusal:
        yield outside.Check("database", wrong=refusal.sentence)


def _ask_database(home: Home, *, is_deep: bool, is_sweeping: bool) -> Iterator["Check"]:
    start_django()
    from django.db import connections  # noqa: PLC0415 - Django must be set up first

    from crossfoot.care.doctor import check_sweep, list_checks  # noqa: PLC0415

    try:
        if is_sweeping:
            yield check_sweep(home)
        yield from list_checks(home, is_deep=is_deep)
    finally:
        connections.close_all()
