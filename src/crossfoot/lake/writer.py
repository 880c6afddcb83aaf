"""Writes published files: Parquet, whole, synced, named by content. Imported by `publish.publish` alone."""

import os
from decimal import Decimal
from pathlib import Path

import duckdb

from crossfoot.lake.files import LakeFile
from crossfoot.runtime.files import fsync_folder, sha256_file

ROW_GROUP = 122_880
COUNT = "rows"  # of the rollup: how many lines a row stands for


def write_file(bench: duckdb.DuckDBPyConnection, select: str, lake: Path, folder: str) -> LakeFile:
    """Write the rows of a query, in its order, as one file below `folder`.

    The name is the content's hash: writing the same rows again gives the same file, and a crash leaves an orphan.
    """
    target = _make_folder(lake, folder)
    part = target / f".{os.getpid()}.part"
    try:
        count = bench.execute(
            f"COPY ({select}) TO '{str(part).replace(chr(39), chr(39) * 2)}' "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        ).fetchone()
        part.chmod(0o600)
        with part.open("rb") as handle:
            os.fsync(handle.fileno())
        sha256 = sha256_file(part)
        path = target / f"{sha256[:32]}.parquet"
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)  # on a full disk half a file would keep it full
        raise
    fsync_folder(target)
    return LakeFile(path=f"{folder}/{path.name}", rows=int(count[0]) if count else 0, sha256=sha256)


def _make_folder(lake: Path, folder: str) -> Path:
    """Make the folder, each new name as durable as the files below it will be."""
    path = lake
    for name in Path(folder).parts:
        path /= name
        if not path.exists():
            path.mkdir(mode=0o700, exist_ok=True)
            fsync_folder(path.parent)
    return path


def read_back(
    bench: duckdb.DuckDBPyConnection, lake: Path, files: list[LakeFile]
) -> dict[tuple[str, str], tuple[int, Decimal, Decimal]]:
    """What was stored, lines or their rollup, read again from disk: customer and currency -> lines, List, Sell."""
    if not files:
        return {}
    paths = ", ".join("'" + str(lake / f.path).replace("'", "''") + "'" for f in files)
    count = f"CAST(sum({COUNT}) AS BIGINT)" if files[0].path.startswith("daily/") else "count(*)"
    return {
        (customer, currency): (rows, list_cost, billed)
        for customer, currency, rows, list_cost, billed in bench.execute(
            f"SELECT customer_id, currency, {count}, sum(list_cost), CAST(sum(billed_cost) AS DECIMAL(38,8)) "
            f"FROM read_parquet([{paths}], hive_partitioning=false) GROUP BY 1, 2"
        ).fetchall()
    }
