"""What somebody holds and asks about: the sha256 of its bytes, and the id of the result that it bears.

The id stands in the name of every file (`KEY--ID.csv`), at the end of a JSON document, in a property of an XLSX and in
the description of a PDF. Files come from anybody: only a bounded part of each is looked at, and nothing is unpacked
beyond it.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass
from hashlib import sha256
from typing import IO

from crossfoot.core.ids import ALPHABET

BLOCK = 1 << 20
LARGEST = 100 << 20
END = 64 << 10  # where the end of a JSON document and the directory of a ZIP are looked for
PDF_PART = 4 << 20  # from the start and from the end
MOST_DIRECTORY = 1 << 20  # bytes of a ZIP's own list of its members
MARK = "crossfoot-result"  # what the property is called in XLSX and PDF
_LETTERS = f"[{ALPHABET}]{{4}}"
ID = re.compile(rf"{_LETTERS}(?:-{_LETTERS}){{3}}")
IN_NAME = re.compile(rf"--({ID.pattern})(?![0-9A-Z-])")
IN_JSON = re.compile(rf'"id"\s*:\s*"({ID.pattern})"')
MARKED = re.compile(rf"(?:{MARK}|Keywords).{{0,200}}?({ID.pattern})", re.DOTALL)
SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})", re.IGNORECASE)
MISREAD = str.maketrans("OIL", "011")
END_OF_ZIP, END_OF_ZIP64, END_BYTES = b"PK\x05\x06", b"PK\x06\x07", 22
PROPERTIES = "docProps/custom.xml"


@dataclass(frozen=True)
class Claim:
    """Either may be missing: an id that was typed has no bytes, a file may bear no id."""

    sha256: str = ""
    id: str = ""


def read_text(text: str) -> Claim:
    """What was typed: an id, in small letters or without its dashes too, or a sha256. Empty when it is neither."""
    typed = text.strip()
    if digest := SHA256.fullmatch(typed):
        return Claim(sha256=digest[1].lower())
    letters = re.sub(r"[\s-]", "", typed[:64]).upper().translate(MISREAD)
    spelled = "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))
    return Claim(id=spelled if ID.fullmatch(spelled) else "")


def read_file(file: IO[bytes], name: str) -> Claim:
    """A file by its bytes and its name. Reads it once through in blocks, then a bounded part again."""
    digest = sha256()
    file.seek(0)
    while block := file.read(BLOCK):
        digest.update(block)
    in_name = IN_NAME.search(name)
    return Claim(sha256=digest.hexdigest(), id=_borne(file) or (in_name[1] if in_name else ""))


def _borne(file: IO[bytes]) -> str:
    """The id within the file."""
    file.seek(0)
    start = file.read(4)
    if start == b"%PDF":
        return _first(MARKED, _text(file, 0, PDF_PART)) or _first(MARKED, _tail(file, PDF_PART))
    if start[:2] == b"PK":
        return _first(MARKED, _properties(file))
    return _first(IN_JSON, _tail(file, END)) if start[:1] == b"{" else ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _tail(file: IO[bytes], size: int) -> str:
    length = file.seek(0, 2)
    return _text(file, max(length - size, 0), size)


def _text(file: IO[bytes], start: int, size: int) -> str:
    file.seek(start)
    return file.read(size).decode("latin-1")  # ids are plain letters, whatever the rest is


def _properties(file: IO[bytes]) -> str:
    """The document's own properties of an XLSX, if it is one: one small member is unpacked, and only its beginning."""
    if not _is_small_zip(file):
        return ""
    try:
        with zipfile.ZipFile(file) as archive, archive.open(PROPERTIES) as member:
            return member.read(END).decode("latin-1")
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        return ""  # no such member, or a ZIP that cannot be read, or one under a password


def _is_small_zip(file: IO[bytes]) -> bool:
    """True where the list of members is short: `zipfile` reads it whole, and a ZIP may name a million of them."""
    tail = _tail(file, END + END_BYTES).encode("latin-1")
    at = tail.rfind(END_OF_ZIP)
    if at < 0 or len(tail) - at < END_BYTES or END_OF_ZIP64 in tail:
        return False
    return int.from_bytes(tail[at + 12 : at + 16], "little") <= MOST_DIRECTORY
