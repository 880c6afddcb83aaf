"""What a piece of work costs: wall seconds and CPU seconds of this process and the processes it waits for."""

import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    """Filled when the work has ended."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def cost() -> Iterator[Cost]:
    """Measure what is inside."""
    found, start, cpu = Cost(), time.perf_counter(), _cpu()
    yield found
    found.wall, found.cpu = time.perf_counter() - start, _cpu() - cpu


def _cpu() -> float:
    return sum(resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime for who in (0, -1))


def cpu_of(pids: list[int]) -> float:
    """CPU seconds that these processes have used so far."""
    return sum(_ticks(pid) for pid in pids) / TICKS


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return int(fields[11]) + int(fields[12])


def below(pid: int) -> list[int]:
    """A process and everything that descends from it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            children.setdefault(parent, []).append(int(folder.name))
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


def postgres_of(data: str) -> list[int]:
    """The server on this data folder and its backends."""
    pid = int((Path(data) / "postmaster.pid").read_text().splitlines()[0])
    return below(pid)


def quantile(values: list[float], q: float) -> float:
    """The value below which a share q of them lies."""
    return sorted(values)[min(int(len(values) * q), len(values) - 1)]


def repeat(work: Callable[[], object], times: int) -> tuple[list[float], float]:
    """Wall seconds of each run, and CPU seconds per run."""
    walls = []
    with cost() as whole:
        for _ in range(times):
            start = time.perf_counter()
            work()
            walls.append(time.perf_counter() - start)
    return walls, whole.cpu / times


def table(title: str, rows: list[tuple[str, ...]]) -> None:
    """Print a Markdown table; the first row is its head."""
    print(f"\n### {title}\n")
    for i, row in enumerate(rows):
        print("| " + " | ".join(row) + " |")
        if i == 0:
            print("|" + "---|" * len(row))
