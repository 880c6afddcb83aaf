"""Folders for work in progress: gone when the work ends, and swept by the next worker where a process was killed.

A lock on the folder says that somebody is at work in it. The kernel lets go of a lock however its process ends, so no
age and no process number has to be guessed.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "work-"


@contextmanager
def scratch(tmp: Path) -> Iterator[Path]:
    """A folder below `tmp` for the time of the work (mode 0700)."""
    tmp.mkdir(parents=True, exist_ok=True)
    _sweep(tmp)
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=tmp))
    handle = _open(new)
    fcntl.flock(handle, fcntl.LOCK_EX)
    folder = new.rename(tmp / (PREFIX + new.name.removeprefix(".new-")))  # held before a sweep can see it
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _sweep(tmp: Path) -> None:
    for folder in tmp.glob(PREFIX + "*"):
        with suppress(OSError):  # its owner has just removed it, or works in it: BlockingIOError is one of them
            handle = _open(folder)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)


def _open(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
