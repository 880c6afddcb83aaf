"""What the worker and the command line do with an upload: name its columns, show what a map makes of it, accept it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from crossfoot.access.rls import as_staff
from crossfoot.core.clock import today
from crossfoot.ingest.accept import accept
from crossfoot.ingest.child import read_in_child, read_names_in_child
from crossfoot.ingest.engine import parquet
from crossfoot.ingest.models import Upload
from crossfoot.ingest.reading import CHARGES_NAME, Reading
from crossfoot.ingest.uploads import ACCEPTING, DONE, LOOKED, LOOKING, PREVIEWED, READING, move_on, path_of
from crossfoot.runtime.home import Home
from crossfoot.runtime.scratch import scratch
from crossfoot.sources.bill import BillFile
from crossfoot.sources.column_map import read_map
from crossfoot.sources.propose import propose_map, unmatched
from crossfoot.sources.upload_files import find_upload, pack_upload

SHOWN = 10
ROWS = f"""SELECT source_record, account_id, cycle, bill_date, bill_type, service_name, product_name, resource_id,
    usage_quantity, usage_unit, currency, list_cost, settlement_amount
FROM {{}} ORDER BY source_record LIMIT {SHOWN}"""


@dataclass(frozen=True)
class Preview:
    """What a map makes of a file, before anything of it is accepted."""

    reading: Reading
    rows: tuple[dict[str, str | None], ...]

    def as_json(self) -> dict[str, Any]:
        """The preview for `--json` and for the page."""
        return self.reading.as_json() | {"rows": list(self.rows)}


def preview(bill: BillFile, home: Home) -> Preview:
    """Read a file by its map and throw the reading away."""
    with scratch(home.tmp) as folder:
        packed = folder / "landed.tar"
        pack_upload(bill, packed)
        reading = read_in_child(bill, packed, folder)
        return Preview(reading, _rows(folder / CHARGES_NAME) if reading.is_accepted else ())


def _rows(charges: Path) -> tuple[dict[str, str | None], ...]:
    with duckdb.connect() as bench:
        found = bench.execute(ROWS.format(parquet([charges])))
        names = [column[0] for column in found.description or ()]
        return tuple(
            {
                name: None if cell is None else f"{cell:f}" if hasattr(cell, "quantize") else str(cell)
                for name, cell in zip(names, row, strict=True)
            }
            for row in found.fetchall()
        )


def look_at(file: Path, name: str, home: Home) -> dict[str, Any]:
    """The file's columns, and the map that is proposed for them."""
    with scratch(home.tmp) as folder:
        found = read_names_in_child(file, name, folder)
    proposal = propose_map(found["headers"])
    left = unmatched(found["headers"], proposal)
    columns = proposal.as_json() | {"delimiter": found.get("delimiter", ",")}
    return {**found, "proposal": columns, "missing": list(proposal.missing), "unmatched": list(left)}


def look_at_upload(number: str, home: Home) -> None:
    """Name an upload's columns."""
    if upload := _find(number, LOOKING):
        move_on(number, [LOOKING], LOOKED, **look_at(path_of(upload, home), upload.name, home))


def preview_upload(number: str, home: Home) -> None:
    """Show what the chosen map makes of an upload."""
    if upload := _find(number, READING):
        move_on(number, [READING], PREVIEWED, preview=preview(_bill(upload, home), home).as_json())


def accept_upload(number: str, home: Home, actor: str) -> None:
    """Accept an upload by the map that was previewed."""
    if upload := _find(number, ACCEPTING):
        receipt = accept(_bill(upload, home), home, actor)
        if move_on(number, [ACCEPTING], DONE, receipt=receipt.as_json()):
            path_of(upload, home).unlink(missing_ok=True)


def _find(number: str, state: str) -> Upload | None:
    with as_staff():
        return Upload.objects.filter(id=number, state=state).first()


def _bill(upload: Upload, home: Home) -> BillFile:
    """The file under the name that its owner gave it."""
    bill = find_upload(path_of(upload, home), read_map(upload.columns), today())
    return BillFile(**{**bill.__dict__, "name": upload.name})
