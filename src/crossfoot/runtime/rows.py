"""CSV files that people hand in: the header as agreed, every row with as many cells, refused in a sentence otherwise."""

import csv
from pathlib import Path

from crossfoot.core.errors import BadRequest


def read_rows(path: Path, header: list[str]) -> list[dict[str, str]]:
    """The rows under their header.

    Raises:
        BadRequest: it is no CSV in UTF-8, the header is another, or a row has cells too many, too few or with a NUL.
    """
    if not path.is_file():
        raise BadRequest(f"There is no file {path}: check the name.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, strict=True)
            if reader.fieldnames != header:
                raise BadRequest(f"{path.name} must begin with the header {','.join(header)}.")
            rows: list[dict[str, str]] = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadRequest(f"{path.name} cannot be read as CSV in UTF-8 ({error}).") from error
    for number, row in enumerate(rows, start=1):
        if set(row) != set(header) or None in row.values():
            raise BadRequest(
                f"{path.name}, row {number} must have {len(header)} cells. Nothing of the file was imported."
            )
        if any("\x00" in cell for cell in row.values()):
            raise BadRequest(f"{path.name}, row {number} holds a NUL character: remove it. Nothing was imported.")
    return rows
