"""`make bench` or `python -m bench [S|M|L]`: everything through our own FOCUS source, in homes of their own.

The first customer's pages are measured twice: with that customer alone (S), then with all the others beside it.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.files import files
from bench.house import House
from bench.load import load
from bench.pages import Timed, compare, pages
from bench.start import start
from bench.workload import SIZES, S, Size, generate


def main() -> None:
    """Run all; print Markdown."""
    size = SIZES[sys.argv[1] if len(sys.argv) > 1 else "M"]
    tmp = Path(tempfile.mkdtemp(prefix="crossfoot-bench-"))
    tmp.chmod(0o755)  # PostgreSQL runs as another user
    try:
        for part in ("bench.paper", "bench.workbook"):
            subprocess.run([sys.executable, "-m", part], check=True)
        small = _measure(tmp / "small", S)
        if size is not S:
            compare(small, _measure(tmp / "large", size), (S, size))
    finally:
        shutil.rmtree(tmp)


def _measure(folder: Path, size: Size) -> dict[str, Timed]:
    generate(folder, size)
    house = House(folder)
    try:
        load(house, size)
        start(house)
        with house.running() as running:
            timed = pages(house, size, running)
            files(house, running)
    finally:
        house.erase()
    return timed


if __name__ == "__main__":
    main()
