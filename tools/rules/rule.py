"""What a rule is, and how a line is excused.

In: a parsed file. Out: breaches, each a place and a sentence. A line that has a good reason says so where it stands:
`# allow NAME: the reason`, on the line of the breach or the one above it. Without a reason it does not count.
"""

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ALLOW = re.compile(r"#\s*allow (?P<name>[a-z-]+): \S")


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the top of the repository, its text and its tree."""

    path: Path
    text: str
    tree: ast.Module

    @classmethod
    def read(cls, top: Path, path: Path) -> "Source":
        """Read and parse a file under `top`."""
        text = (top / path).read_text("utf-8")
        return cls(path, text, ast.parse(text, str(path)))

    @property
    def room(self) -> str:
        """The folder under `src/crossfoot`, "" for a file elsewhere."""
        parts = self.path.parts
        return parts[2] if parts[:2] == ("src", "crossfoot") and len(parts) > len(("src", "crossfoot", "")) else ""


@dataclass(frozen=True, order=True)
class Breach:
    """One place that breaks one rule."""

    path: Path
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        """The place first, so that an editor can jump to it."""
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


@dataclass(frozen=True)
class Rule:
    """A name, why it exists, and the function that finds its breaches over all files together."""

    name: str
    why: str
    find: Callable[[tuple[Source, ...]], Iterable[Breach]]

    def breaches(self, sources: tuple[Source, ...]) -> list[Breach]:
        """The breaches that no comment excuses."""
        texts = {source.path: source.text.splitlines() for source in sources}
        return sorted(breach for breach in self.find(sources) if not _is_allowed(breach, texts.get(breach.path, [])))


def _is_allowed(breach: Breach, lines: list[str]) -> bool:
    around = lines[max(0, breach.line - 2) : breach.line]
    return any(found["name"] == breach.rule for line in around for found in ALLOW.finditer(line))


def dotted(node: ast.AST) -> str:
    """`a.b.c` for a name or a chain of attributes, "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""
