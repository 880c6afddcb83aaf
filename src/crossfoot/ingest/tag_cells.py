"""The tags of a bill: every different cell of `raw` is parsed once, some at a time, however many there are.

Leaves `tag_cells` in the workbench: the cell as it came, and its tags; null where it cannot be read.
"""

import duckdb
import pyarrow as pa

from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.core.tags import BadTags, parse_tags
from crossfoot.sources.columns import BY_KEY
from crossfoot.sources.layout import Layout

CELLS_AT_ONCE = 50_000


def parse_tag_cells(bench: duckdb.DuckDBPyConnection) -> None:
    """Fill `tag_cells` with the tags of every different cell, some at a time; null where they cannot be read."""
    bench.execute("CREATE OR REPLACE TABLE tag_cells (raw VARCHAR, tags MAP(VARCHAR, VARCHAR))")
    bench.execute("CREATE OR REPLACE TABLE cells AS SELECT DISTINCT resource_tag FROM raw WHERE resource_tag <> ''")
    kinds = pa.schema({"raw": pa.string(), "tags": pa.map_(pa.string(), pa.string())})
    with bench.cursor() as reader:
        reader.execute("FROM cells")
        while rows := reader.fetchmany(CELLS_AT_ONCE):
            cells = [cell for (cell,) in rows]
            tags = [None if found is None else list(found.items()) for found in map(_tags, cells)]
            bench.register("found_tags", pa.table([cells, tags], schema=kinds))
            bench.execute("INSERT INTO tag_cells SELECT raw, tags FROM found_tags")
            bench.unregister("found_tags")


def _tags(cell: str) -> dict[str, str] | None:
    try:
        return parse_tags(cell)
    except BadTags:
        return None


def find_bad_tags(bench: duckdb.DuckDBPyConnection, layout: Layout) -> list[Finding]:
    """The finding on cells that are no tags, if there are any: their lines are kept without."""
    row = bench.execute(
        "SELECT arg_min(line_file, raw.rowid), arg_min(raw.rowid - first, raw.rowid) + 1, arg_min(resource_tag, raw.rowid), "
        "count(*) FROM raw JOIN parts USING (part) WHERE resource_tag IN (SELECT raw FROM tag_cells WHERE tags IS NULL)"
    ).fetchone()
    file, record, value, count = row or ("", None, "", 0)
    if not count:
        return []
    return [
        Finding(
            check="tags",
            severity=Severity.NOTE,
            reach=Reach.FILE,
            file=file,
            record=record,
            column=layout.name_of("resource_tag", BY_KEY["resource_tag"].english),
            value=str(value)[:120],
            count=count,
            message="The tags begin like a JSON object and are none: the line was read without tags.",
            next_step=f"Ask {layout.maker} for a corrected file if you report by tag.",
        )
    ]
