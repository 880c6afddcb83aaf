"""What lies at a path, by its source: the bills in the order in which they are to be read, and what was left alone."""

from datetime import date
from pathlib import Path

from crossfoot.core.finding import Finding
from crossfoot.sources.bill import BillFile, Source
from crossfoot.sources.column_map import ColumnMap
from crossfoot.sources.focus_files import find_exports
from crossfoot.sources.huawei_files import find_bills
from crossfoot.sources.upload_files import find_upload, kind_of


def find_files(
    source: Source, path: Path, today: date, columns: ColumnMap | None = None
) -> tuple[list[BillFile], list[Finding]]:
    """The bills at a path, oldest first where their names tell, and what looked like one but is not.

    `today` is the billing date on which an export arrives: it does not say of which day it is.
    """
    if source is Source.FOCUS:
        return find_exports(path, today), []
    if columns:
        files = sorted(p for p in path.iterdir() if kind_of(p.name)) if path.is_dir() else [path]
        return [find_upload(file, columns, today) for file in files], []
    return find_bills(path)
