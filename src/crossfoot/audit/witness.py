"""The newest signed head a second time, in a file of the home: outside the database whose log it protects.

Emptying the log, or cutting its tail and putting an older head back, leaves the database in harmony with itself; the
file then names an end that is no longer there. It is written before a sealing commits, with the old end and the new
one, and again afterwards with the new one alone, so that a crash at any moment leaves a file that fits the database.
It is made together with the key and never again: one that was removed is missed.
"""

import fcntl
import hmac
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from crossfoot.core.errors import CrossfootError
from crossfoot.core.ids import canonical_json
from crossfoot.runtime.files import write_whole
from crossfoot.runtime.home import Home

KEY = "audit"
FILE = "audit.head"
GENESIS = "0" * 64


@dataclass(frozen=True)
class End:
    """The end of the chain: the number of its last seal, and that seal's hash."""

    number: int = 0
    hash: str = GENESIS


@dataclass(frozen=True)
class Note:
    """What the file says: the end, and the end that a sealing at work is about to make."""

    head: End
    following: End | None = None

    def fits(self, end: End) -> bool:
        """True when the chain may end there."""
        return end in {self.head, self.following}


@dataclass(frozen=True)
class Witness:
    """The key that signs heads, and the file that keeps one."""

    key: str
    path: Path

    def sign(self, end: End) -> str:
        """The signature of an end, as the database keeps it."""
        return hmac.new(self.key.encode(), f"{end.number}:{end.hash}".encode(), sha256).hexdigest()

    def read(self) -> Note | None:
        """What the file says; None where it is missing, damaged, or not of our key."""
        try:
            body = json.loads(self.path.read_bytes())
            ends = [body["head"], body["following"]]
            if not hmac.compare_digest(body["signature"], self._sign_note(ends)):
                return None
            head, following = (End(**end) if end else None for end in ends)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return Note(head, following) if head else None

    def write(self, note: Note) -> None:
        """Write the file, whole and synced.

        Raises:
            CrossfootError: the disk refuses.
        """
        ends = [vars(note.head), vars(note.following) if note.following else None]
        body = {"head": ends[0], "following": ends[1], "signature": self._sign_note(ends)}
        try:
            write_whole(self.path, [canonical_json(body)])
        except OSError as problem:
            msg = f"The log was not sealed, because {self.path} cannot be written ({problem.strerror})."
            raise CrossfootError(msg) from problem

    def settle(self) -> None:
        """After the commit: the following end is the end."""
        note = self.read()
        if note and note.following:
            self.write(Note(note.following))

    def fault(self, end: End, found: str | None) -> str:
        """What is wrong between the file and a chain that ends there; `found` is its hash at the file's number."""
        if not self.path.exists():
            return f"{FILE} is missing in the home: nothing outside the database tells where the log ends. {HEAL}"
        note = self.read()
        if note is None:
            return f"{FILE} in the home was altered, or was not written by this installation. {HEAL}"
        if note.fits(end):
            return ""
        if end.number < note.head.number:
            return (
                f"The chain ends at seal {end.number}, but {FILE} in the home names seal {note.head.number}: "
                "the log was cut there, or the database is an older copy."
            )
        if found != note.head.hash:
            return f"Seal {note.head.number} is not the one that {FILE} in the home names: the log was written anew."
        return (
            f"{FILE} in the home ends at seal {note.head.number} and the log goes on to seal {end.number}: "
            f"the file was replaced by an older one. {HEAL}"
        )

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether no other process of this home seals now, and none will until we are through."""
        with _locked(self.path, fcntl.LOCK_EX | fcntl.LOCK_NB) as is_ours:
            yield is_ours

    def _sign_note(self, ends: list[dict[str, object] | None]) -> str:
        return hmac.new(self.key.encode(), b"head:" + canonical_json(ends), sha256).hexdigest()


HEAL = "If you know why, say it with  crossfoot audit renew --reason TEXT"


def witness_of(home: Home) -> Witness:
    """The home's witness; with the key, which is made once, comes the file of an empty log."""
    path = home.root / FILE
    with _locked(path, fcntl.LOCK_EX):
        is_new = not (home.keys / KEY).exists()
        witness = Witness(home.secret(KEY), path)
        if is_new:
            witness.write(Note(End()))
    return witness


@contextmanager
def _locked(path: Path, how: int) -> Iterator[bool]:
    handle = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, how)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)
