"""Money is Decimal and time comes from one clock: no `float(`, no `round(`, no `now()` outside core."""

import ast
from collections.abc import Iterator

from tools.rules.rule import Breach, Rule, Source, dotted

NAME = "exact"
CLOCKS = {"now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp", "localtime", "localdate"}
OWNERS = {"datetime", "date", "timezone"}
INSTEAD = {
    "float": "use Decimal; a float cannot hold 0.1",
    "round": "use core.money.round8 or round_minor; the builtin rounds halves to even",
}


def find(sources: tuple[Source, ...]) -> Iterator[Breach]:
    for source in sources:
        if not source.room or source.room == "core":
            continue
        for node in ast.walk(source.tree):
            message = _wrong(node)
            if message:
                yield Breach(source.path, getattr(node, "lineno", 1), NAME, message)


def _wrong(node: ast.AST) -> str:
    if isinstance(node, ast.ImportFrom) and node.module == "django.utils.timezone":
        taken = {alias.name for alias in node.names} & CLOCKS
        return f"use core.clock, not {', '.join(sorted(taken))} of django.utils.timezone" if taken else ""
    if not isinstance(node, ast.Call):
        return ""
    name = dotted(node.func)
    if name in INSTEAD:
        return INSTEAD[name]
    owner, _, act = name.rpartition(".")
    if act in CLOCKS and owner.rpartition(".")[2] in OWNERS:
        return f"use core.clock, not {name}(): a test sets that clock, and its zone is known"
    return ""


RULE = Rule(
    NAME,
    "An unexplained residual of 0.00000001 stops a publication, so no amount may pass through a float or through a "
    "rounding that has no name; and a billing day is cut in GMT+08:00, which only core.clock knows.",
    find,
)
