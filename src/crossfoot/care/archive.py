"""The form of a backup: one tar file whose last members say what all the others hash to.

In: chunks of bytes by name. Out: a file that is there whole or not at all. Reading checks everything first: a member
that is missing, cut, altered or too many is named before anything is put anywhere.
"""

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from crossfoot.core.errors import Altered, BadRequest, CrossfootError
from crossfoot.runtime.files import BLOCK, fsync_folder

FORMAT = 1
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
LARGEST_MANIFEST = 256 << 20


class Archive:
    """A backup being written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        """Take the open tar file."""
        self._tar = tar
        self.members: dict[str, dict[str, object]] = {}

    def add(self, name: str, file: IO[bytes], expected: str = "") -> None:
        """Add what is left to read of a file.

        Raises:
            Altered: it is not what the database says it is.
        """
        start = file.tell()
        size = file.seek(0, os.SEEK_END) - start
        file.seek(start)
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        hashing = _Hashing(file)
        self._tar.addfile(member, hashing)
        if expected and hashing.hexdigest() != expected:
            raise Altered(
                f"{name} is not the file that was written: nothing was backed up. Put it back from an earlier backup, "
                "or, if it is one of a bill, ingest the bill again; `crossfoot doctor --deep` lists all such files."
            )
        self.members[name] = {"bytes": size, "sha256": hashing.hexdigest()}

    def close(self, manifest: dict[str, Any]) -> None:
        """Say what all members are."""
        body = json.dumps({"format": FORMAT, **manifest, "members": self.members}, sort_keys=True, indent=1).encode()
        self.add(MANIFEST, io.BytesIO(body))
        self.add(SEAL, io.BytesIO(hashlib.sha256(body).hexdigest().encode()))


@contextmanager
def written(path: Path) -> Iterator[Archive]:
    """A new backup at `path`: it appears there when all of it is on the disk."""
    if path.exists():
        raise BadRequest(f"There is a file {path} already: choose another name, or remove it first.")
    if not path.parent.is_dir():
        raise BadRequest(f"There is no folder {path.parent}: make it, or choose another place for the backup.")
    try:
        handle, draft = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                    yield Archive(tar)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(path)
            fsync_folder(path.parent)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
    except OSError as problem:
        msg = f"The backup was not written ({problem.strerror}: {problem.filename or path}); nothing of it stays."
        raise CrossfootError(msg) from problem


def read_manifest(path: Path) -> dict[str, Any]:
    """Read the whole backup once and compare each member with the manifest.

    Raises:
        Altered: a member is not what the manifest says; it is named.
    """
    found, last, kept = {}, "", {MANIFEST: b"", SEAL: b""}
    for name, chunks in members(path):
        last, size, digest = name, 0, hashlib.sha256()
        for chunk in chunks:
            size += len(chunk)
            digest.update(chunk)
            if name in kept and size <= LARGEST_MANIFEST:
                kept[name] += chunk
        if name not in kept:
            found[name] = {"bytes": size, "sha256": digest.hexdigest()}
    if not kept[SEAL]:
        raise Altered(f"{path.name} is cut: it ends after the member {last or 'none'} and has no {SEAL}.")
    if hashlib.sha256(kept[MANIFEST]).hexdigest().encode() != kept[SEAL]:
        raise Altered(f"The member {MANIFEST} of {path.name} was altered: use another backup.")
    manifest: dict[str, Any] = json.loads(kept[MANIFEST])
    if manifest["format"] != FORMAT:
        raise BadRequest(f"{path.name} has form {manifest['format']} and this version reads {FORMAT}: use a newer one.")
    for name in sorted(manifest["members"].keys() | found.keys()):
        if manifest["members"].get(name) != found.get(name):
            how = (
                "is missing in"
                if name not in found
                else "was altered in"
                if name in manifest["members"]
                else "was added to"
            )
            raise Altered(f"The member {name} {how} {path.name}: nothing was restored. Use another backup.")
    return manifest


def members(path: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The members in their order, each to be read before the next is asked for."""
    if not path.is_file():
        raise BadRequest(f"There is no file {path}: check the name.")
    last = "none"
    try:
        with path.open("rb") as file, tarfile.open(fileobj=file, mode="r:") as tar:
            for member in tar:
                last = member.name
                opened = tar.extractfile(member) if member.isreg() else None
                if opened is None or member.name.startswith("/") or ".." in Path(member.name).parts:
                    raise Altered(f"The member {member.name} of {path.name} is none of ours: use another backup.")
                yield member.name, _chunks(opened, f"{path.name} is cut in the member {member.name}")
    except (tarfile.TarError, EOFError) as problem:
        raise Altered(
            f"{path.name} is cut or is no backup, in or after the member {last}: use another one."
        ) from problem


def _chunks(file: IO[bytes], cut: str) -> Iterator[bytes]:
    try:
        while chunk := file.read(BLOCK):
            yield chunk
    except (tarfile.TarError, EOFError) as problem:
        raise Altered(f"{cut}: nothing was restored. Use another backup.") from problem


class _Hashing:
    """A file that is read and hashed at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self._digest.update(chunk)
        return chunk

    def hexdigest(self) -> str:
        return self._digest.hexdigest()
