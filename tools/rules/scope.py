"""Who may say who is asking: `Scope(...)` is built in access/scope.py alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.rules.rule import Breach, Rule, Source, dotted

NAME = "scope"
HOME = Path("src/crossfoot/access/scope.py")


def find(sources: tuple[Source, ...]) -> Iterator[Breach]:
    for source in sources:
        if not source.room or source.path == HOME:
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and _makes_scope(node):
                yield Breach(source.path, node.lineno, NAME, f"take a Scope from {HOME}; never build or change one")


def _makes_scope(call: ast.Call) -> bool:
    """`Scope(...)`, `scope.Scope(...)`, and a copy with other contents: `replace(scope, ...)`."""
    act = dotted(call.func).rpartition(".")[2]
    copied = act == "replace" and bool(call.args) and dotted(call.args[0]).lower().endswith("scope")
    return act == "Scope" or copied


RULE = Rule(
    NAME,
    "A scope built by hand is a customer's wall with a door in it: the membership was never checked. Other portals "
    "leaked exactly there, by a filter written once more and once wrongly.",
    find,
)
