"""What a report is: dimensions to group by, measures to sum, a question in the reader's words. Data, not code.

`sql` is an expression over the lake's columns (`lake/schema.py`); the reader's own words never enter it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crossfoot.core.roles import EVERYONE, Role


class Kind(StrEnum):
    """How a column is read and written."""

    DIMENSION = "dimension"
    LABEL = "label"  # the readable name beside a dimension's code
    CODE = "code"  # the source's code beside a dimension's name: files carry it, a page leaves it to the lines
    UNIT = "unit"
    MONEY = "money"
    QUANTITY = "quantity"
    DATE = "date"
    INSTANT = "instant"
    TEXT = "text"

    @property
    def is_number(self) -> bool:
        """True for what a spreadsheet should add up."""
        return self in {Kind.MONEY, Kind.QUANTITY}


class Source(StrEnum):
    """Which facts a report reads."""

    CHARGES = "charges"  # the lake
    POSITIONS = "positions"  # documents and payments with what is open of them (billing.facts)
    MOVEMENTS = "movements"  # a statement of them

    @property
    def is_ledger(self) -> bool:
        """True for relational facts: amounts at the minor unit, known since they were recorded."""
        return self is not Source.CHARGES


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column with its definition; there is no column without a help text."""

    key: str
    label: str
    sql: str
    help: str
    kind: Kind = Kind.TEXT
    seen_by: frozenset[Role] = EVERYONE
    words: tuple[str, ...] = ()  # the values, where they are ours: pages say them in the reader's language
    empty: str = ""  # what a reader sees where there is no figure; else it is unknown


@dataclass(frozen=True, kw_only=True)
class Dimension(Column):
    """A column to group and filter by.

    `name_sql` gives the readable name beside a code, `code` is the column of the code beside a name; `empty` is what a reader sees where the source says none.
    `has_unit` means that lines of one value share what is metered, so a quantity can be shown beside them.
    """

    kind: Kind = Kind.DIMENSION
    name_sql: str = ""
    name_label: str = ""
    code: Column | None = None
    empty: str = "none"
    has_unit: bool = False


@dataclass(frozen=True, kw_only=True)
class Measure(Column):
    """A column to sum, exactly, within one currency (or one unit); `within` names what must lead the grouping for it."""

    kind: Kind = Kind.MONEY
    within: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Change:
    """A revision of a report's definition: since when, what a reader notices, and the columns that it brought."""

    revision: int
    day: date
    sentence: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Report:
    """One question a reader asks. Line reports list charges and are always exact; the others group and sum.

    A trend is grouped by a time first, and sets each beside an earlier one. `only` keeps a report to some of its facts.
    With `is_of_house` the reseller's people may ask it of all customers at once. With `is_valued_then` the period's last
    day is the one as at which everything stands; else a period of the ledger says which of its dates are shown.
    """

    key: str
    title: str
    question: str
    how_to_read: str
    measures: tuple[Measure, ...]
    by: tuple[Dimension, ...] = ()
    tags: bool = False  # may group and filter by `tag:KEY` too
    default_by: str = ""
    lines: tuple[Column, ...] = ()
    filters: tuple[Dimension, ...] = ()
    marks: tuple[Column, ...] = ()  # what is said of each row beside its dimensions
    only: str = ""
    drill: str = ""
    opens: str = ""  # of lines: the column with the order whose charges a row opens
    is_trend: bool = False
    source: Source = Source.CHARGES
    is_of_house: bool = False
    is_valued_then: bool = False
    sum_label: str = ""  # what the line of totals is called, where it is more than a total
    seen_by: frozenset[Role] = EVERYONE
    revision: int = 1
    changes: tuple[Change, ...] = ()  # one for each revision after the first

    @property
    def is_lines(self) -> bool:
        """True for a report of single charges."""
        return bool(self.lines)
