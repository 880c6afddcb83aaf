"""Opens what was received, by its source: bytes that landed -> parts whose columns are understood."""

from collections.abc import Callable, Mapping
from pathlib import Path

from crossfoot.core.finding import Finding
from crossfoot.sources.bill import Part, Source
from crossfoot.sources.focus_files import open_export
from crossfoot.sources.huawei_files import unpack
from crossfoot.sources.upload_files import open_upload

Opened = tuple[list[Part], list[Finding]]
OPEN: Mapping[Source, Callable[[Path, str, Path], Opened]] = {
    Source.HUAWEI: unpack,
    Source.FOCUS: open_export,
    Source.UPLOAD: open_upload,
}


def open_bill(source: Source, landed: Path, name: str, into: Path) -> Opened:
    """The parts of a bill, unpacked below `into`, with what is to be said about them.

    Raises:
        BadBill: it cannot be read as a whole; the finding says why.
    """
    return OPEN[source](landed, name, into)
