"""Table to the CSV that Excel opens by a double click where decimals are written with a comma: semicolons between cells.

The same lines, columns and digits as the CSV; only the two signs differ.
"""

from typing import BinaryIO

from crossfoot.render.delimited import Dialect, write_delimited
from crossfoot.reports.table import Table

SEMICOLONS = Dialect(delimiter=";", decimal=",")


def render_excel_csv(table: Table, out: BinaryIO) -> str:
    """Write the file; its sha256 in hex."""
    return write_delimited(table, out, SEMICOLONS)
