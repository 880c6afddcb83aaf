"""Reads one bill in a process of its own and prints what it said and how much memory was held: `peak.py FILE NAME`.

Peaks are the kernel's own counts. The first is of the process that keeps the database's passwords, the second of its child.
"""

import json
import resource
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from crossfoot.ingest.child import read_in_child
from crossfoot.runtime.files import sha256_file


def main() -> None:
    """Land the file as `accept` does, and read it."""
    import django

    django.setup()
    from crossfoot.ingest.accept import _settle
    from tests.faults.dirt import bill

    path, name = Path(sys.argv[1]), sys.argv[2]
    with TemporaryDirectory() as there:
        folder = Path(there)
        scratch = folder / "scratch"
        scratch.mkdir()
        shutil.copyfile(path, folder / "part")
        found = bill(b"", name, folder)
        sha256_file(folder / "part")
        _settle(folder / "part", found.path)
        reading = read_in_child(found, found.path, scratch)
    # A process begins with the peak of the one that started it, in getrusage though not in /proc.
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    ours = int(status["VmHWM"].split()[0])
    peaks = [size * 1024 for size in (ours, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)]
    said = [[f.record, f.column, f.message] for f in reading.findings]
    json.dump(
        {"accepted": reading.is_accepted, "rows": reading.rows, "said": said, "peaks": peaks, "totals": reading.totals},
        sys.stdout,
    )


if __name__ == "__main__":
    main()
