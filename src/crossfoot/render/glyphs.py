"""Which letters paper has: one font for Latin, Greek and Cyrillic, and one for Chinese.

What neither has is spelt out as `[U+0E01]`: a gap would hide it, and PDF/A refuses gaps.
"""

import struct
import unicodedata
from bisect import bisect_right
from functools import cache
from pathlib import Path

from pylopdf_fonts_zh_cn import sans_path

STATIC = Path(__file__).parent / "static"  # made by `make env` (frontend/build.mjs)
FAMILIES = ("Noto Sans", "Noto Sans SC")
BLANKS = "\t\n\r\v\f\u0085\u2028\u2029"
# What would turn, hide, break or join what stands beside it; marks that make no letter with the one before are among it.
RESTLESS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Mc", "Me"})
JOINED = range(0x0590, 0x1E00)  # scripts whose letters change beside each other, which our two fonts cannot do
Ranges = tuple[tuple[int, ...], tuple[int, ...]]
WHOLE_UNICODE = 12  # the format of the table that has all planes


def font_folders() -> tuple[Path, Path]:
    """Where the font files lie."""
    return STATIC, sans_path().parent


def printable(text: str) -> str:
    """The text with blanks in place of line ends, and with every letter that cannot be printed spelt out."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_letter(letter) for letter in unicodedata.normalize("NFC", text))


def _letter(letter: str) -> str:
    if letter in BLANKS:
        return " "
    if unicodedata.category(letter) in RESTLESS or ord(letter) in JOINED or not _has(ord(letter)):
        return f"[U+{ord(letter):04X}]"
    return letter


def _has(code: int) -> bool:
    return any(_covers(ranges, code) for ranges in _ranges())


def _covers(ranges: Ranges, code: int) -> bool:
    starts, ends = ranges
    place = bisect_right(starts, code) - 1
    return place >= 0 and code <= ends[place]


@cache
def _ranges() -> tuple[Ranges, Ranges]:
    return _read(STATIC / "NotoSans-Regular.ttf"), _read(sans_path())


def _read(font: Path) -> Ranges:
    """First and last code of every run of letters in a font's table of characters (OpenType `cmap`, format 12)."""
    data = font.read_bytes()
    (tables,) = struct.unpack_from(">H", data, 4)
    found = (struct.unpack_from(">4sIII", data, 12 + 16 * i) for i in range(tables))
    cmap = next(offset for tag, _, offset, _ in found if tag == b"cmap")
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    for i in range(count):
        (offset,) = struct.unpack_from(">I", data, cmap + 8 + 8 * i)
        if struct.unpack_from(">H", data, cmap + offset)[0] == WHOLE_UNICODE:
            (groups,) = struct.unpack_from(">I", data, cmap + offset + 12)
            runs = list(struct.iter_unpack(">III", data[cmap + offset + 16 : cmap + offset + 16 + 12 * groups]))
            return tuple(run[0] for run in runs), tuple(run[1] for run in runs)
    raise ValueError(font.name)
