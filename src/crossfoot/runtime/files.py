"""A file is whole or it is not there: written beside its place, synced, renamed, and the folder synced too."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

BLOCK = 1 << 20


def write_whole(path: Path, chunks: Iterable[bytes]) -> str:
    """Write the chunks to `path` (mode 0600), whole or not at all; the answer is their sha256."""
    digest = hashlib.sha256()
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    fsync_folder(path.parent)
    return digest.hexdigest()


def sha256_file(path: Path) -> str:
    """The sha256 of the file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fsync_folder(folder: Path) -> None:
    """Make the names in the folder as durable as the files they name."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
