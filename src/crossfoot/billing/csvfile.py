"""The rows of a CSV that a person hands in, from its bytes: from a command or from a page, and never half of them.

UTF-8, with or without a byte order mark, or GB18030 where the header then makes sense. Row 1 is the first after the
header, as in every import. Whatever stands in a cell is text: a formula is not run here, and is guarded in every file
that leaves the house.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from crossfoot.core.errors import BadRequest

MOST_BYTES, MOST_ROWS, LONGEST_CELL = 16 << 20, 100_000, 1000
WIDE = (b"\xff\xfe", b"\xfe\xff")
SAVE_AS = "Save it as CSV in UTF-8, with commas between the cells."


@dataclass(frozen=True)
class Columns:
    """What a file must have, and what it may have; the order is free."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every column, as the documents list them."""
        return (*self.required, *self.optional)


def read_table(data: bytes, name: str, columns: Columns) -> list[dict[str, str]]:
    """The rows, each with every column of ours; cells are stripped, and one that is left out is ''.

    Raises:
        BadRequest: it is too large, no CSV, has another header, or a row has cells too many, too few, or unfit.
    """
    if len(data) > MOST_BYTES:
        raise BadRequest(f"{name} is larger than {MOST_BYTES >> 20} MiB: import it in parts.")
    reader = csv.reader(io.StringIO(_decoded(data, name, columns), newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(header, name, columns)
        rows = [(number, row) for number, row in enumerate(reader, start=1) if row]
    except csv.Error as error:
        raise BadRequest(f"{name} cannot be read as CSV after line {reader.line_num} ({error}). {SAVE_AS}") from None
    if len(rows) > MOST_ROWS:
        raise BadRequest(f"{name} has {len(rows)} rows, more than {MOST_ROWS}: import it in parts.")
    for number, row in rows:
        _check_row(row, len(header), f"{name}, row {number}")
    empty = dict.fromkeys(columns.all, "")
    return [empty | dict(zip(header, (c.strip() for c in row), strict=True)) | {"": str(n)} for n, row in rows]


def _decoded(data: bytes, name: str, columns: Columns) -> str:
    if data.startswith(WIDE):
        raise BadRequest(f"{name} is UTF-16 text. {SAVE_AS}")
    if b"\0" in data:
        raise BadRequest(f"{name} holds a NUL byte, which is no text. {SAVE_AS}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    try:  # GB18030 decodes almost any bytes: a header that makes sense is the only proof
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if set(columns.required) <= {cell.strip() for cell in text.partition("\n")[0].strip().split(",")}:
        return text
    raise BadRequest(f"{name}, line {line} is not UTF-8 text. {SAVE_AS}")


def _check_header(header: Sequence[str], name: str, columns: Columns) -> None:
    wanted = f"It must have the columns {', '.join(columns.required)}"
    wanted += f", and may have {', '.join(columns.optional)}." if columns.optional else "."
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        raise BadRequest(f"The cells of {name} are not divided by commas. {SAVE_AS}")
    if missing := [c for c in columns.required if c not in header]:
        raise BadRequest(f"{name} has no column {', '.join(missing)} in its first line. {wanted}")
    if strange := [c for c in header if c not in columns.all]:
        raise BadRequest(f"{name} has a column {strange[0][:40]!r} that means nothing here. {wanted}")
    if len(set(header)) != len(header):
        raise BadRequest(f"{name} names a column twice in its first line. {wanted}")


def _check_row(row: Sequence[str], width: int, where: str) -> None:
    if len(row) != width:
        raise BadRequest(f"{where} has {len(row)} cells and the header {width}. Nothing of the file was imported.")
    for cell in row:
        if len(cell) > LONGEST_CELL:
            raise BadRequest(f"{where} has a cell of more than {LONGEST_CELL} characters. Nothing was imported.")
        if not cell.isprintable() and not cell.strip().isprintable():
            raise BadRequest(
                f"{where} has a cell with a character that cannot be seen, such as a line break: remove it. "
                "Nothing was imported."
            )
