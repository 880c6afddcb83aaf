"""What lies at a path, by its source: the bills in the order in which they are to be read, and what was left alone."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from crossfoot.core.finding import Finding
from crossfoot.sources.bill import BillFile, Source, list_files
from crossfoot.sources.column_map import ColumnMap
from crossfoot.sources.focus_files import find_exports
from crossfoot.sources.huawei_files import find_bills
from crossfoot.sources.upload_files import find_upload, kind_of


def find_files(
    source: Source,
    path: Path,
    today: date,
    *,
    files: Sequence[Path] | None = None,
    columns: ColumnMap | None = None,
) -> tuple[list[BillFile], list[Finding]]:
    """The bills at a path, oldest first where their names tell, and what looked like one but is not.

    `today` is the billing date on which an export arrives: it does not say of which day it is. `files` are what is
    there, where the path is not on this machine. `columns` is the map by which uploads are read.
    """
    if columns:
        there = files if files is not None else list_files(path)
        return [find_upload(file, columns, today) for file in there if kind_of(file.name) or file == path], []
    if source is Source.FOCUS:
        return find_exports(path, today, files), []
    return find_bills(path, files)
