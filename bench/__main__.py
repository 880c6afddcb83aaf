"""`make bench` or `python -m bench [ROWS]`: everything on one simulated reseller in a home of its own."""

import os
import shutil
import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Run all; print Markdown."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    tmp = Path(tempfile.mkdtemp(prefix="crossfoot-bench-"))
    tmp.chmod(0o755)
    os.environ["CROSSFOOT_HOME"] = str(tmp / "home")
    from bench import load, pages  # noqa: PLC0415 - they read the home
    from crossfoot.runtime import postgres  # noqa: PLC0415
    from crossfoot.runtime.home import open_home  # noqa: PLC0415

    try:
        load.simulate(tmp / "bills", rows)
        load.prepare(tmp / "bills")
        load.load(tmp / "bills", rows, tmp)
        pages.pages(tmp / "bills", tmp)
    finally:
        postgres.erase(open_home())
        shutil.rmtree(tmp)


if __name__ == "__main__":
    main()
