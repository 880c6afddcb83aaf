"""What a child process of ours starts with when it works on what strangers wrote: no credentials, and a bounded share."""

import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

from crossfoot.runtime.keeper import dies_with_parent

KEPT = ("PATH", "PYTHONPATH", "VIRTUAL_ENV")


def bare_environment(folder: Path) -> dict[str, str]:
    """Nothing of ours but what finds the program: no address of a database, no key, no home."""
    kept = {key: os.environ[key] for key in KEPT if key in os.environ}
    return {**kept, "HOME": str(folder), "TMPDIR": str(folder), "LC_ALL": "C.UTF-8"}


def bounded(memory: int, *, seconds: int = 0, file_bytes: int | None = None) -> Callable[[], None]:
    """What the child does before anything else: it ends with us, and takes no more than its share.

    `memory` is bytes of address space, `seconds` of processor time (0: as long as it takes), `file_bytes` the size of
    the largest file that it may write.
    """
    tie = dies_with_parent(signal.SIGKILL)

    def ask() -> None:
        tie()
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if seconds:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        if file_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))

    return ask
