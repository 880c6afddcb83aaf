"""The formats in which a report leaves the house, each once: address, menu, command line and worker take them from here."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from crossfoot.core.errors import BadRequest
from crossfoot.core.words import mark as _
from crossfoot.deliver.focus import write_focus_csv, write_focus_parquet
from crossfoot.deliver.paper import write_pdf
from crossfoot.render.csv import render_csv
from crossfoot.render.excel_csv import render_excel_csv
from crossfoot.render.json import render_json
from crossfoot.render.xlsx import render_xlsx
from crossfoot.reports.table import Table


@dataclass(frozen=True, kw_only=True)
class Format:
    """A way to write a Table. `write` fills a file that was opened for writing and reading, and returns its sha256."""

    key: str
    suffix: str
    media_type: str
    write: Callable[[Table, BinaryIO], str]
    label: str
    note: str  # what it is for, in the menu

    @property
    def route(self) -> str:
        """The name of its address."""
        return f"report-{self.key}"


def _write_json(table: Table, out: BinaryIO) -> str:
    digest = hashlib.sha256()
    for piece in render_json(table):
        digest.update(piece)
        out.write(piece)
    return digest.hexdigest()


# In the order of the menu. Another format is one more object here, and a renderer.
FORMATS = (
    Format(
        key="xlsx",
        suffix=".xlsx",
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        write=render_xlsx,
        label=_("Excel"),
        note=_("rows with totals, and a sheet that explains them"),
    ),
    Format(
        key="pdf",
        suffix=".pdf",
        media_type="application/pdf",
        write=write_pdf,
        label=_("PDF"),
        note=_("the whole report on paper"),
    ),
    Format(
        key="csv",
        suffix=".csv",
        media_type="text/csv; charset=utf-8",
        write=render_csv,
        label=_("CSV"),
        note=_("rows for a spreadsheet"),
    ),
    Format(
        key="excel-csv",
        suffix=".excel.csv",
        media_type="text/csv; charset=utf-8",
        write=render_excel_csv,
        label=_("CSV for Excel"),
        note=_("where decimals are written with a comma"),
    ),
    Format(
        key="json",
        suffix=".json",
        media_type="application/json",
        write=_write_json,
        label=_("JSON"),
        note=_("the whole answer for a program"),
    ),
)
# Of charges alone: a program that reads FOCUS wants every line.
OF_CHARGES = (
    Format(
        key="focus-csv",
        suffix=".focus.csv",
        media_type="text/csv; charset=utf-8",
        write=write_focus_csv,
        label=_("FOCUS 1.4, CSV"),
        note=_("for cost tools; text is not guarded against spreadsheets"),
    ),
    Format(
        key="focus-parquet",
        suffix=".focus.parquet",
        media_type="application/vnd.apache.parquet",
        write=write_focus_parquet,
        label=_("FOCUS 1.4, Parquet"),
        note=_("for cost tools, with types"),
    ),
)
KEYS = tuple(fmt.key for fmt in (*FORMATS, *OF_CHARGES))


def get_format(key: str) -> Format:
    """The format of that key."""
    for fmt in (*FORMATS, *OF_CHARGES):
        if fmt.key == key:
            return fmt
    raise BadRequest(f"There is no format {key!r}: choose from {', '.join(KEYS)}.")
