"""Arrow columns to the rows of an XLSX sheet, as the XML that stands in `<sheetData>`: a piece of a batch at a time.

A number of a Table becomes the same digits, with as many decimals shown as it has. What an Excel number cannot hold (it
has 15 significant digits) becomes a text of all its digits, so nothing is ever shown that is not so. Text is an inline
string whatever it begins with: nothing of it is ever run.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from crossfoot.render.columns import join, raw, rewrite
from crossfoot.reports.spec import Kind

DIGITS = 15  # significant ones of an Excel number, which is an IEEE double
DECIMALS = 10  # the most that a quantity has
FIRST_SAFE = 61  # 1 March 1900 as a serial: before it Excel counts a day that never was
EPOCH = 25_569  # 1 January 1970 as a serial
DAY_MICROSECONDS = 86_400_000_000
LONGEST = 32_767  # UTF-16 units in a cell
CUT = " … (cut here, where a cell of Excel ends: the CSV has all of it)"
CONTROLS = bytes(range(0x20))
NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")  # also CR, which a reader of XML would take for a line end
ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # a text that looks like one of the escapes below


class Styles(NamedTuple):
    """The numbers of the workbook's cell formats; `numbers` by how many decimals are shown."""

    text: str
    long: str
    date: str
    instant: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Filled:
    """One column of a piece: what its cells are, and what stands where there is no value (nothing for '')."""

    kind: Kind
    values: pa.StringArray
    nothing: str = ""


@dataclass
class Counted:
    """How many cells could not be numbers."""

    long: int = field(default=0)


def rows_xml(first: int, columns: Sequence[Filled], styles: Styles, counted: Counted) -> memoryview:
    """The rows of a piece; `first` is the number of its first row in the sheet."""
    count = len(columns[0].values)
    rows = pa.array(range(first, first + count)).cast(pa.string())
    cells = [_Cells(letters(i), rows, styles, counted).of(column) for i, column in enumerate(columns)]
    return join(['<row r="', rows, '">', *cells, "</row>"], "")


def constant(text: str, count: int) -> pa.StringArray:
    """A column of one text."""
    return pa.repeat(pa.scalar(text, pa.string()), count)


def letters(index: int) -> str:
    """The name of a column: 0 is A, 26 is AA."""
    name = ""
    while index >= 0:
        name, index = chr(ord("A") + index % 26) + name, index // 26 - 1
    return name


def xml_text(text: str) -> str:
    """A text as the XML of a cell: Excel's own escapes for what XML cannot hold, and never longer than a cell."""
    units = text.encode("utf-16-le")
    if len(units) > 2 * LONGEST:
        text = units[: 2 * (LONGEST - len(CUT))].decode("utf-16-le", "ignore") + CUT
    text = ESCAPED.sub("_x005F_", text)
    return escape(NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text), quote=False)


class _Cells(NamedTuple):
    """The cells of one column; in all of them null stays null until the end."""

    letter: str
    rows: pa.StringArray
    styles: Styles
    counted: Counted

    def of(self, column: Filled) -> pa.StringArray:
        """The cells, none of them null."""
        kinds = {Kind.DATE: self._dates, Kind.INSTANT: self._instants}
        make = self._numbers if column.kind.is_number else kinds.get(column.kind, self._texts)
        cells = make(column.values)
        if column.nothing and column.values.null_count:
            nothing = self._texts(constant(column.nothing, len(self.rows)), column.kind.is_number)
            return pc.if_else(pc.is_null(cells), nothing, cells)
        return pc.fill_null(cells, "")

    def _join(
        self, style: pa.StringArray | str, kind: str, before: str, values: pa.StringArray, after: str
    ) -> pa.Array:
        head = (f'<c r="{self.letter}', self.rows, '" s="', style, f'"{kind}>{before}')
        return pc.binary_join_element_wise(*head, values, f"{after}</c>", "")

    def _texts(self, values: pa.StringArray, is_right: bool = False) -> pa.StringArray:  # noqa: FBT001, FBT002
        if _needs_care(values):
            values = rewrite(values, xml_text)
        style = self.styles.long if is_right else self.styles.text
        return self._join(style, ' t="inlineStr"', '<is><t xml:space="preserve">', values, "</t></is>")

    def _numbers(self, values: pa.StringArray) -> pa.StringArray:
        point = pc.find_substring(values, ".")
        decimals = pc.if_else(pc.less(point, 0), 0, pc.subtract(pc.binary_length(values), pc.add(point, 1)))
        style = pa.array(self.styles.numbers).take(pc.min_element_wise(decimals, DECIMALS))
        numbers = self._join(style, "", "<v>", values, "</v>")
        long = _is_long(values, decimals)
        if not pc.any(long).as_py():
            return numbers
        self.counted.long += pc.sum(long).as_py()
        return pc.if_else(long, self._texts(values, is_right=True), numbers)

    def _dates(self, values: pa.StringArray) -> pa.StringArray:
        serial = pc.add(values.cast(pa.date32()).cast(pa.int32()), EPOCH)
        return self._serials(self.styles.date, serial, values)

    def _instants(self, values: pa.StringArray) -> pa.StringArray:
        since = values.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).cast(pa.float64())
        return self._serials(self.styles.instant, pc.add(pc.divide(since, DAY_MICROSECONDS), EPOCH), values)

    def _serials(self, style: str, serial: pa.Array, values: pa.StringArray) -> pa.StringArray:
        dates = self._join(style, "", "<v>", serial.cast(pa.string()), "</v>")
        return pc.if_else(pc.less(serial, FIRST_SAFE), self._texts(values), dates)


def _is_long(values: pa.StringArray, decimals: pa.Array) -> pa.BooleanArray:
    """True for what an Excel number cannot hold or show; null is neither. Zeros at either end carry nothing."""
    lengths = pc.max(pc.binary_length(values)).as_py() or 0
    if lengths <= DIGITS and (pc.max(decimals).as_py() or 0) <= DECIMALS:
        return constant_false(len(values))
    digits = pc.utf8_trim(pc.replace_substring_regex(values, "[-.]", ""), "0")
    return pc.or_(pc.greater(pc.binary_length(digits), DIGITS), pc.greater(decimals, DECIMALS))


def constant_false(count: int) -> pa.BooleanArray:
    """A column of no."""
    return pa.repeat(pa.scalar(value=False), count)


def _needs_care(values: pa.StringArray) -> bool:
    """Whether any cell of the column has to be rewritten, seen in its bytes."""
    data = bytes(raw(values))
    return (
        any(sign in data for sign in (b"&", b"<", b">", b"_x", b"\xef\xbf"))
        or len(data.translate(None, CONTROLS)) != len(data)
        or (pc.max(pc.binary_length(values)).as_py() or 0) > LONGEST
    )
