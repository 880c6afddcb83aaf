"""Rules that no ready linter knows, each with its reason, its test and its way to be excused: see rule.py."""

from pathlib import Path

from tools.rules import exact, owned, scope, size
from tools.rules.rule import Breach, Rule, Source

RULES: tuple[Rule, ...] = (scope.RULE, exact.RULE, owned.RULE, size.RULE)
TREES = ("src", "tests", "tools", "bench")


def read_sources(top: Path) -> tuple[Source, ...]:
    """Every Python file of the repository; migrations are written by a command and stay out."""
    paths = (path.relative_to(top) for tree in TREES for path in sorted((top / tree).rglob("*.py")))
    return tuple(Source.read(top, path) for path in paths if "migrations" not in path.parts)


def check(top: Path) -> list[Breach]:
    """All breaches of all rules, in the order of the files."""
    sources = read_sources(top)
    return sorted(breach for rule in RULES for breach in rule.breaches(sources))
