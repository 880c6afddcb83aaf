"""What lies at a path, by its source: the bills in the order in which they are to be read, and what was left alone."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from crossfoot.core.finding import Finding
from crossfoot.sources.bill import BillFile, Source
from crossfoot.sources.focus_files import find_exports
from crossfoot.sources.huawei_files import find_bills


def find_files(
    source: Source, path: Path, today: date, files: Sequence[Path] | None = None
) -> tuple[list[BillFile], list[Finding]]:
    """The bills at a path, oldest first where their names tell, and what looked like one but is not.

    `today` is the billing date on which an export arrives: it does not say of which day it is.
    `files` are what is there, where the path is not on this machine.
    """
    if source is Source.FOCUS:
        return find_exports(path, today, files), []
    return find_bills(path, files)
