"""Writes published files: Parquet, whole, synced, named by content. Imported by `publish.publish` alone."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
from pyarrow import parquet

from crossfoot.lake.files import LakeFile
from crossfoot.lake.schema import ROW_GROUP
from crossfoot.runtime.files import fsync_folder, sha256_file

COUNT = "rows"  # of the rollup: how many lines a row stands for
ALL_DIFFERENT = frozenset({"charge_key", "source_record"})  # a dictionary of these would be the column once more


class Draft:
    """A file of the lake in the making: no name that a reader could know, and not synced yet."""

    def __init__(self, lake: Path, folder: str) -> None:
        """Begin a file below `folder`."""
        self._lake, self._folder = lake, folder
        self._part = _make_folder(lake, folder) / f".{secrets.token_hex(8)}.part"
        self._writer: parquet.ParquetWriter | None = None
        self.rows = 0

    def add(self, table: pa.Table) -> None:
        """Append rows, in their order."""
        if self._writer is None:
            names = [name for name in table.column_names if name not in ALL_DIFFERENT]
            self._writer = parquet.ParquetWriter(
                self._part,
                table.schema,
                compression="zstd",
                use_dictionary=names,
                store_decimal_as_integer=True,
                store_schema=False,
            )
        self._writer.write_table(table, row_group_size=ROW_GROUP)
        self.rows += table.num_rows

    def settle(self) -> LakeFile:
        """Make the file durable, under its content's hash: the same rows again are the same file."""
        self._close()
        self._part.chmod(0o600)
        with self._part.open("rb") as handle:
            os.fsync(handle.fileno())
        sha256 = sha256_file(self._part)
        path = f"{self._folder}/{sha256[:32]}.parquet"
        self._part.replace(self._lake / path)
        fsync_folder(self._part.parent)
        return LakeFile(path=path, rows=self.rows, sha256=sha256)

    def discard(self) -> None:
        """Leave nothing behind; what is settled stays."""
        self._part.unlink(missing_ok=True)  # first: on a full disk half a file would keep it full
        with suppress(OSError):  # the end of a file that nobody wants may find no room either
            self._close()

    def _close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()


@contextmanager
def drafting(lake: Path) -> Iterator[Callable[[str], Draft]]:
    """Gives drafts; those that are not settled when it ends, by whatever error, are gone."""
    drafts: list[Draft] = []

    def begin(folder: str) -> Draft:
        drafts.append(Draft(lake, folder))
        return drafts[-1]

    try:
        yield begin
    finally:
        for draft in drafts:
            draft.discard()


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
