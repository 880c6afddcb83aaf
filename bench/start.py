"""B10: how long a warm start takes, and what the portal holds in memory when nobody asks anything."""

import time
from pathlib import Path

from bench.house import House, Running
from bench.measure import cpu_of, table

IDLE_SECONDS = 10


def start(house: House) -> None:
    """Start twice; the second start is warm. A page was served by then."""
    with house.running():
        pass
    with house.running() as running:
        used = cpu_of(running.pids)
        time.sleep(IDLE_SECONDS)
        idle = (cpu_of(running.pids) - used) / IDLE_SECONDS
        memory = _memory_mb(running)
    rows = [(name, f"{mb:.0f}") for name, mb in sorted(memory.items(), key=lambda pair: -pair[1])]
    table(
        "B10: warm start and idle memory",
        [
            ("what", "value"),
            ("**`crossfoot up` to the first page**", f"**{running.start:.1f} s**, {used:.1f} CPU s (bar 6 s)"),
            ("**idle memory in all, shared pages once (PSS)**", f"**{sum(memory.values()):.0f} MB** (bar 500 MB)"),
            *((f"of it {name}", f"{mb} MB") for name, mb in rows),
            ("processor when idle", f"{idle * 100:.1f} % of a core"),
        ],
    )


def _memory_mb(running: Running) -> dict[str, float]:
    found: dict[str, float] = {}
    for pid in running.pids:
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            continue
        name = next((n for n in ("granian", "main work", "main up") if n in words), "PostgreSQL")
        pss = float(rollup.partition("\nPss:")[2].split()[0]) / 1024
        found[NAMES.get(name, name)] = found.get(NAMES.get(name, name), 0) + pss
    return found


NAMES = {"granian": "the web server", "main work": "the worker", "main up": "the supervisor"}
