"""A column map: which column, constant or word of somebody's file fills which key of ours. Plain data, kept as JSON.

A key takes one column, or several whose cells are joined by " / " (a Partner Center export says what a line is in its
bill type and its billing mode together). `words` then turn a cell into Huawei's code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from crossfoot.core.errors import BadRequest
from crossfoot.core.money import is_currency
from crossfoot.core.period import MONTH
from crossfoot.sources.columns import ALL, BY_KEY

JOIN = " / "
DATES = ("iso", "dmy", "mdy")
DELIMITERS = (",", ";", "\t")
REQUIRED = (*(c.key for c in ALL if c.required and c.key != "cycle"), "currency")
MAX_TEXT = 200


@dataclass(frozen=True, kw_only=True)
class ColumnMap:
    """How one kind of file is read. Without a cycle, a line belongs to the month of its bill date."""

    columns: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " "] = ""
    dates: Literal["iso", "dmy", "mdy"] = "iso"
    delimiter: str = ","
    sheet: str = ""
    header_row: int = 1
    is_final: bool = False

    def as_json(self) -> dict[str, Any]:
        """The map as it is kept and handed in."""
        return asdict(self) | {"columns": {key: list(names) for key, names in self.columns.items()}}

    @property
    def missing(self) -> tuple[str, ...]:
        """The keys without which nothing can be said of a line, in the words of a bill."""
        there = {*self.columns, *self.constants}
        return tuple(BY_KEY[key].english for key in REQUIRED if key not in there)


def read_map(body: object) -> ColumnMap:
    """Read a map.

    Raises:
        BadRequest: a sentence that names the part that cannot be read.
    """
    if not isinstance(body, dict):
        raise BadRequest('A column map is a JSON object such as {"columns": {"bill_date": "Date"}}.')
    known = set(ColumnMap.__dataclass_fields__)
    if unknown := sorted(set(body) - known):
        raise BadRequest(f"A column map has no part {unknown[0]!r}: it has {', '.join(sorted(known))}.")
    found = ColumnMap(
        columns={key: _names(key, names) for key, names in _pairs(body, "columns").items()},
        constants={key: _text(value) for key, value in _pairs(body, "constants").items()},
        words={key: _words(key, words) for key, words in _pairs(body, "words").items()},
        decimal=_one_of(body, "decimal", (".", ",")),
        thousands=_one_of(body, "thousands", ("", ",", ".", " ")),
        dates=_one_of(body, "dates", ("iso", "dmy", "mdy")),
        delimiter=_one_of(body, "delimiter", DELIMITERS),
        sheet=_text(body.get("sheet", "")),
        header_row=_row(body.get("header_row", 1)),
        is_final=body.get("is_final", False) is True,
    )
    _check(found)
    return found


def _check(found: ColumnMap) -> None:
    for key in (*found.columns, *found.constants, *found.words):
        if key not in BY_KEY:
            raise BadRequest(f"A column map fills no key {key[:40]!r}: the keys are {', '.join(BY_KEY)}.")
    if twice := sorted(set(found.columns) & set(found.constants)):
        raise BadRequest(f"{twice[0]} is taken from a column and is a constant: keep one of the two.")
    if found.decimal == found.thousands:
        raise BadRequest("The decimal sign and the thousands sign of a column map cannot be the same.")
    if found.missing:
        raise BadRequest(
            f"The column map says nothing of {', '.join(found.missing)}: name a column or a constant for each."
        )
    currency = found.constants.get("currency")
    if currency is not None and not is_currency(currency):
        raise BadRequest(f"The currency {currency[:20]!r} is not one of ISO 4217, such as USD.")
    cycle = found.constants.get("cycle")
    if cycle is not None and not MONTH.match(cycle):
        raise BadRequest(f"The month {cycle[:20]!r} cannot be read: write 2026-10.")


def _pairs(body: Mapping[str, Any], part: str) -> dict[str, Any]:
    found = body.get(part, {})
    if not isinstance(found, dict):
        raise BadRequest(f"{part} of a column map is a JSON object: key to value.")
    return found


def _names(key: str, names: object) -> tuple[str, ...]:
    listed = [names] if isinstance(names, str) else names
    if not isinstance(listed, list | tuple) or not listed or not all(isinstance(name, str) and name for name in listed):
        raise BadRequest(f"columns.{key[:40]} of a column map is the name of a column, or a list of names.")
    return tuple(listed)


def _words(key: str, words: object) -> dict[str, str]:
    if not isinstance(words, dict):
        raise BadRequest(f"words.{key[:40]} of a column map is a JSON object: the file's word to Huawei's code.")
    return {str(word): _text(code) for word, code in words.items()}


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise BadRequest(f"A column map holds texts of at most {MAX_TEXT} characters, not {str(value)[:40]!r}.")
    return value


def _row(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 100:  # noqa: PLR2004 - a page of title
        raise BadRequest("header_row of a column map is the number of the line that names the columns, from 1 to 100.")
    return value


def _one_of(body: Mapping[str, Any], part: str, allowed: Sequence[str]) -> Any:  # noqa: ANN401 - one of the literals
    value = body.get(part, allowed[0])
    if value not in allowed:
        raise BadRequest(f"{part} of a column map is one of {', '.join(map(repr, allowed))}, not {str(value)[:20]!r}.")
    return value
