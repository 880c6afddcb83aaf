"""Reads a bill in a child process: bounded memory and time, a clean environment, no credentials, no way to the network.

Bytes from outside may be made to break whatever parses them. What happens to the child is a finding; the parent only
reads its JSON and the Parquet that it wrote.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crossfoot.core.errors import Unavailable
from crossfoot.core.finding import Finding
from crossfoot.ingest.reading import Reading, order_of, read_answer
from crossfoot.runtime.child import bare_environment, bounded
from crossfoot.runtime.outage import find_in_words
from crossfoot.sources.bill import BillFile, refusal

MEMORY = 4 << 30  # address space, of which DuckDB is told to use far less
SECONDS = 3600
OUT_OF_MEMORY = ("MemoryError", "Out of Memory", "out of memory", "bad_alloc", "Cannot allocate memory")
SMALLER = "Ask for the file in smaller parts, and ingest it."


def read_in_child(bill: BillFile, landed: Path, folder: Path) -> Reading:
    """The reading of a bill, or the finding that says why there is none.

    Raises:
        Unavailable: the disk is full or fails, which is no fault of the file.
        ChildFailed: the reader broke in a way that we do not know: a bug of ours.
    """
    answer = _ask(bill.name, order_of(bill, landed, folder), folder)
    if isinstance(answer, Finding):
        return Reading(is_accepted=False, findings=(answer,))
    return read_answer(answer)


def read_names_in_child(file: Path, name: str, folder: Path) -> dict[str, Any]:
    """The names of an upload's columns with their delimiter; in `findings` why there are none. Raises as above."""
    answer = _ask(name, {"file": str(file), "name": name, "folder": str(folder)}, folder)
    if isinstance(answer, Finding):
        return {"headers": [], "findings": [answer.as_json()]}
    return answer


def _ask(name: str, order: Mapping[str, object], folder: Path) -> dict[str, Any] | Finding:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "crossfoot.ingest.reading"],
            input=json.dumps(order),
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
            cwd=folder,
            env=bare_environment(folder),
            preexec_fn=bounded(MEMORY),
        )
    except subprocess.TimeoutExpired:
        return refusal(name, f"It could not be read within {SECONDS // 60} minutes.", SMALLER)
    if done.returncode == 0:
        found: dict[str, Any] = json.loads(done.stdout)
        return found
    return _explain(name, done)


def _explain(name: str, done: subprocess.CompletedProcess[str]) -> Finding:
    """Why there is no answer. Our own bugs are raised as they are."""
    if outage := find_in_words(done.stderr):
        raise Unavailable(f"{name} was not accepted. {outage.sentence}")
    if any(word in done.stderr for word in OUT_OF_MEMORY) or done.returncode == -signal.SIGKILL:
        return refusal(
            name, f"It needs more than the {MEMORY / 2**30:.1f} GiB of memory that reading one file may take.", SMALLER
        )
    if done.returncode < 0:
        return refusal(
            name,
            f"Reading it broke the reader (signal {-done.returncode}).",
            "Fetch the file again and ingest it; if it stays, tell Crossfoot.",
        )
    raise ChildFailed(done.stderr)


class ChildFailed(Exception):
    """The reader raised: a bug of ours, with its traceback."""
