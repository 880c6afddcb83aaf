"""Table to PDF: the document of paper.py, typeset by press.py in a child process with bounded memory and time.

PDF/UA-1 and PDF/A-2a in one file. Its creation time is the instant of publication, so the same question has the same bytes.
"""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crossfoot.core.errors import BadRequest, Unavailable
from crossfoot.core.period import midnight
from crossfoot.render.glyphs import STATIC, font_folders
from crossfoot.render.paper import Paper, compose
from crossfoot.render.screen import figure
from crossfoot.reports.table import Table
from crossfoot.runtime.child import bare_environment, bounded

MOST_ROWS = 5_000  # about a quarter of a minute and half of MEMORY
MEMORY = 4 << 30  # address space
SECONDS = 120  # of processor time
_AT_ONCE = threading.BoundedSemaphore(2)


def render_pdf(table: Table, paper: Paper, chart: Mapping[str, Any] | None) -> bytes:
    """The file. `chart` is the option of the page's chart.

    Raises:
        BadRequest: more rows than a PDF is made of.
        Unavailable: this one document takes more memory or time than it may.
        PressFailed: it could not be typeset: a bug of ours.
    """
    if table.meta.row_count > MOST_ROWS:
        count, most = figure(str(table.meta.row_count)), figure(str(MOST_ROWS))
        raise BadRequest(
            f"This report has {count} rows, and a PDF is made of at most {most}: download it as CSV or XLSX, which carry "
            "every row, or narrow it with a filter or a coarser grouping."
        )
    order = {
        "document": compose(table, paper, chart),
        "fonts": [str(folder) for folder in font_folders()],
        "script": str(STATIC / "chart.js"),
        "at": _instant(table),
    }
    with _AT_ONCE:
        return _press(json.dumps(order))


def _instant(table: Table) -> int:
    """The publication's second; of what was never published, the first of its period."""
    period, at = table.question.period, table.meta.pinned_at
    if at is None and period is not None:
        at = midnight(period.start)
    return int(at.timestamp()) if at else 0


def _press(order: str) -> bytes:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "crossfoot.render.press"],
            input=order.encode(),
            capture_output=True,
            check=False,
            timeout=2 * SECONDS,
            cwd="/",
            env=bare_environment(Path("/nonexistent")),
            preexec_fn=bounded(MEMORY, seconds=SECONDS, file_bytes=0),
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(TOO_MUCH) from None
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace")
    if done.returncode in {-signal.SIGKILL, -signal.SIGXCPU} or "memory" in said.lower():
        raise Unavailable(TOO_MUCH)
    raise PressFailed(said)


TOO_MUCH = "This PDF takes more memory or time than one may: narrow the report with a filter, or download CSV or XLSX."


class PressFailed(Exception):
    """The press raised: a bug of ours, with its traceback."""
