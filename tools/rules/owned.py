"""Rows that belong to a customer are reached through their own room, never by a bare `.objects` from outside.

A model says that it belongs to a customer with `customer_owned = True` in its body.
"""

import ast
from collections.abc import Iterator

from tools.rules.rule import Breach, Rule, Source, dotted

NAME = "owned"


def find(sources: tuple[Source, ...]) -> Iterator[Breach]:
    homes = {name: source.room for source in sources for name in _owned_models(source.tree)}
    for source in sources:
        if not source.room:
            continue
        for node in ast.walk(source.tree):
            if not (isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}):
                continue
            model = dotted(node.value).rpartition(".")[2]
            home = homes.get(model)
            if home is not None and home != source.room:
                message = f"{model} belongs to a customer: ask {home} for it, with a scope"
                yield Breach(source.path, node.lineno, NAME, message)


def _owned_models(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(_says_owned(line) for line in node.body):
            yield node.name


def _says_owned(line: ast.stmt) -> bool:
    if not isinstance(line, ast.Assign | ast.AnnAssign):
        return False
    target = line.targets[0] if isinstance(line, ast.Assign) else line.target
    return dotted(target) == "customer_owned" and isinstance(line.value, ast.Constant) and line.value.value is True


RULE = Rule(
    NAME,
    "Row-level security catches a forgotten filter; this rule sees to it that there is nothing to catch, because the "
    "only code that can forget one stands beside the model.",
    find,
)
