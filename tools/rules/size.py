"""How long a file and a function may grow: what can be read in one sitting."""

import ast
from collections.abc import Iterator

from tools.rules.rule import Breach, Rule, Source

NAME = "size"
FILE_LINES = 300
FUNCTION_LINES = 55
LONG_SHARE = 0.01  # one function in a hundred may be longer: a table of facts, say


def find(sources: tuple[Source, ...]) -> Iterator[Breach]:
    for source in sources:
        lines = source.text.count("\n")
        if lines > FILE_LINES:
            yield Breach(source.path, 1, NAME, f"{lines} lines, the limit is {FILE_LINES}: which part is its own room?")
    functions = list(_functions(sources))
    too_long = [found for found in functions if found[0] > FUNCTION_LINES]
    if len(too_long) > len(functions) * LONG_SHARE:
        for length, source, node in too_long:
            message = (
                f"{node.name} has {length} lines, and more than one function in a hundred is over {FUNCTION_LINES}"
            )
            yield Breach(source.path, node.lineno, NAME, message)


def _functions(sources: tuple[Source, ...]) -> Iterator[tuple[int, Source, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for source in sources:
        if not source.room:
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (node.end_lineno or node.lineno) - node.lineno + 1, source, node


RULE = Rule(
    NAME,
    "A number that nobody can follow cannot be defended before a customer. Short files and functions are what the code "
    "bases that people trust have in common.",
    find,
)
