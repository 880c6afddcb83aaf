"""Marks English source strings for translation without importing a framework; the page that shows them translates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self


def mark(text: str) -> str:
    """Mark a visible string. gettext's extractor looks for this name."""
    return text


@dataclass(frozen=True)
class Span:
    """Bill dates from one to another, both ends in, as ISO text; files write them with `to` between them."""

    first: str
    last: str

    def __str__(self) -> str:
        """`2026-10-01 to 2026-10-10`, or the one date."""
        return self.first if self.first == self.last else f"{self.first} to {self.last}"


Part = str | int | Span


class Sentence(str):
    """A sentence in English that knows its parts, so that a page can say it in another language.

    Dates and months among the parts are ISO text: files keep them so, pages write them as their reader does.
    """

    __slots__ = ("parts", "template")
    template: str
    parts: Mapping[str, tuple[Part, ...]]

    def __new__(cls, template: str, **parts: Part | Sequence[Part]) -> Self:
        """Fill the marked template; a sequence is told with commas."""
        told = {k: (v,) if isinstance(v, str | int | Span) else tuple(v) for k, v in parts.items()}
        self = super().__new__(cls, template.format(**{k: ", ".join(map(str, v)) for k, v in told.items()}))
        self.template, self.parts = template, told
        return self
