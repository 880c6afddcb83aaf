"""How a table stands on paper: upright or lying, which columns, how wide. Widths are in letters' heights (em).

Which columns are printed hangs on what columns there are and not on what is in them, so the same report always prints
the same. How wide they are follows their longest cells.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crossfoot.reports.spec import Kind
from crossfoot.reports.table import TableColumn

LETTER, WIDE_LETTER = 0.58, 1.0
CJK = "\u2e80"  # from here on letters are as wide as they are high
GAP = 1.4  # between two columns
UPRIGHT, LYING = 62.0, 87.0  # what both A4 and Letter have room for, at SIZE
SIZE = 8.0  # points
LEAST = {Kind.MONEY: 10.0, Kind.QUANTITY: 8.0, Kind.DATE: 7.5, Kind.INSTANT: 11.0, Kind.UNIT: 6.0}
LEAST_TEXT, ENOUGH_TEXT = 11.0, 34.0
NARROWEST = 5.0
PIECE = 6  # letters of a long word that stay together
WHOLE_HEAD = 10.0  # a head as long as this stands in one line
BOLD = 1.06
NEVER_BROKEN = frozenset({Kind.MONEY, Kind.QUANTITY, Kind.DATE})
WORD = re.compile(r"\S+")
Cells = Sequence[str]


@dataclass(frozen=True)
class Sheet:
    """The printed columns with their widths, and those that find no room."""

    columns: tuple[TableColumn, ...]
    left_out: tuple[TableColumn, ...]


def choose(columns: Sequence[TableColumn], measures: frozenset[str]) -> Sheet:
    """The columns in their order while there is room; what is added up has its place before all others."""
    room = LYING - sum(_least(c) for c in columns if c.key in measures)
    printed, is_full = [], False
    for column in columns:
        if column.key not in measures:
            is_full = is_full or room < _least(column)  # what follows the first that has no room stays out too
            if is_full:
                continue
            room -= _least(column)
        printed.append(column)
    return Sheet(tuple(printed), tuple(c for c in columns if c not in printed))


@dataclass(frozen=True)
class Widths:
    """The width of each column, whether the page has to lie, and the size of its letters in points."""

    columns: list[float]
    is_lying: bool
    size: float


def widths(columns: Sequence[TableColumn], heads: Cells, lines: Iterable[Cells]) -> Widths:
    """Figures and dates as wide as they are; texts share the rest, the short ones first. What is too wide gets smaller."""
    found = [min(BOLD * width(head), WHOLE_HEAD) for head in heads]
    for cells in lines:
        found = [max(known, width(text)) for known, text in zip(found, cells, strict=True)]
    asked = [(known * BOLD + GAP, c.kind in NEVER_BROKEN) for known, c in zip(found, columns, strict=True)]
    is_lying = sum(w if is_fixed else min(w, ENOUGH_TEXT) for w, is_fixed in asked) > UPRIGHT
    room = LYING if is_lying else UPRIGHT
    most = _share([w for w, is_fixed in asked if not is_fixed], room - sum(w for w, is_fixed in asked if is_fixed))
    fitted = [w if is_fixed else min(w, most) for w, is_fixed in asked]
    return Widths(fitted, is_lying, int(SIZE * min(1.0, room / sum(fitted)) * 100) / 100)


def _share(texts: Sequence[float], room: float) -> float:
    """How wide a text may be so that all have a place in the room."""
    for place, wanted in enumerate(sorted(texts)):
        share = room / (len(texts) - place)
        if wanted > share:
            return max(share, NARROWEST)
        room -= wanted
    return max(texts, default=NARROWEST)


def width(text: str) -> float:
    """About how wide a text is."""
    if text.isascii():
        return len(text) * LETTER
    return sum(WIDE_LETTER if letter >= CJK else LETTER for letter in text)


def pieces(text: str, room: float) -> list[str]:
    """The text parted inside each word that is wider than its column, where it may go on in the next line."""
    if width(text) <= room:
        return [text]
    cuts = [0]
    for word in WORD.finditer(text):
        if width(word.group()) > room:
            cuts += range(word.start() + PIECE, word.end(), PIECE)
    return [text[start:end] for start, end in pairwise([*cuts, len(text)])]


def _least(column: TableColumn) -> float:
    return LEAST.get(column.kind, LEAST_TEXT)
