"""Looks at the outside of a file of the lake: is its end there, and does it count as many rows as it should."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crossfoot.lake.files import LakeFile


def fault_of(lake: Path, file: LakeFile) -> str:
    """What is wrong with the file, "" for nothing. Its rows are not read: a byte among them can still be wrong."""
    path = lake / file.path
    if not path.is_file():
        return "is missing"
    try:
        rows = pq.read_metadata(path).num_rows
    except (OSError, pa.ArrowInvalid):
        return "is cut or damaged"
    return "" if rows == file.rows else f"has {rows} rows and not {file.rows}"
