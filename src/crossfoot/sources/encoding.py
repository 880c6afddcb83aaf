"""The encoding of a CSV: a byte order mark, else strict UTF-8, else GB18030 if its header then is one we know.

GB18030 decodes almost any bytes without an error, so a header that makes sense is the only proof. What is not UTF-8 is
written anew as UTF-8 beside it; the received file stays as it is.
"""

import codecs
import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from crossfoot.core.finding import Finding
from crossfoot.sources.bill import CHUNK, BadBill, refusal, remark

MAX_HEADER = MAX_LINE = CHUNK
MAX_COLUMNS = 500
WIDE = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16", codecs.BOM_UTF32_BE: "UTF-32"}
SAVE_AS = "Save it as CSV in UTF-8, or fetch it again, and ingest it."


def read_first_line(
    path: Path, name: str, is_known: Callable[[Sequence[str]], bool], delimiter: str = ","
) -> tuple[list[str], list[Finding]]:
    """The header cells of a CSV, which afterwards is UTF-8 at `path`; with a finding where the encoding was guessed.

    Raises:
        BadBill: it holds a NUL, is in an encoding that cannot be told, or its first line is no header.
    """
    with path.open("rb") as data:
        start = data.readline(MAX_HEADER + 1)
    if wide := next((word for mark, word in WIDE.items() if start.startswith(mark)), ""):
        raise BadBill(refusal(name, f"It is {wide} text.", SAVE_AS))
    if b"\0" not in start and len(start) > MAX_HEADER:
        raise BadBill(refusal(name, "Its first line is longer than 1 MiB, which no header is.", SAVE_AS))
    if not start:
        raise BadBill(refusal(name, "It is empty.", SAVE_AS))
    bad = _look_through(path, name)
    if b"\r" in start.rstrip(b"\r\n"):
        raise BadBill(refusal(name, "Its first line ends in CR alone, which ends no line of a CSV.", SAVE_AS))
    if bad is None:
        header = _cells(start.decode("utf-8-sig"), name, delimiter)
        refuse_width(len(header), name)
        return header, []
    cells = None if bad.after_utf8 else _cells_in_gb18030(start, delimiter)
    refuse_width(len(cells or ()), name)
    if cells is None or not is_known(cells):
        raise BadBill(
            refusal(name, f"Line {bad.line} is not UTF-8 text, nor does the header make sense in GB18030.", SAVE_AS)
        )
    _rewrite(path, name)
    said = "It is not UTF-8; its header makes sense in GB18030, so all of it was read so."
    return cells, [
        remark(
            name, "encoding", said, "Look at one Chinese name in the report; if it is garbled, save the file as UTF-8."
        )
    ]


def refuse_width(columns: int, name: str) -> None:
    """Refuse a file of more columns than any bill has, before they are looked at one by one."""
    if columns > MAX_COLUMNS:
        raise BadBill(
            refusal(name, f"It has {columns} columns.", f"A bill has at most {MAX_COLUMNS}: ask for another.")
        )


class NotUtf8(NamedTuple):
    """Where strict UTF-8 ends. After text that was UTF-8 it is a damaged file, not one in another encoding."""

    line: int
    after_utf8: bool


def _look_through(path: Path, name: str) -> NotUtf8 | None:
    """The first line that is not strict UTF-8; None where all are. A NUL is no text in any encoding.

    Nor is a line ever longer than 1 MiB: DuckDB leaves one of more than 32 MiB out without a word, if it is the last.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, is_plain, begun = 1, True, 0
    bad: NotUtf8 | None = None
    with path.open("rb") as data:
        while chunk := data.read(CHUNK):
            if (place := chunk.find(b"\0")) >= 0:
                found = line + chunk.count(b"\n", 0, place)
                raise BadBill(refusal(name, f"Line {found} holds a NUL byte, which is no text.", SAVE_AS))
            begun = _refuse_long(chunk, begun, line, name)
            if bad is None:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as error:
                    before = chunk[: error.start]
                    bad = NotUtf8(line + before.count(b"\n"), not (is_plain and before.isascii()))
                is_plain = is_plain and chunk.isascii()
            line += chunk.count(b"\n")
    if bad is None and _is_cut(decoder):
        return NotUtf8(line, after_utf8=not is_plain)
    return bad


def _refuse_long(chunk: bytes, begun: int, line: int, name: str) -> int:
    """How long the line at the end of the chunk is so far; at its begin it was `begun`. A chunk holds no longer line."""
    end = chunk.find(b"\n")
    if begun + (len(chunk) if end < 0 else end) > MAX_LINE:
        raise BadBill(refusal(name, f"Line {line} is longer than 1 MiB, which no line of a bill is.", SAVE_AS))
    return begun + len(chunk) if end < 0 else len(chunk) - chunk.rfind(b"\n") - 1


def _is_cut(decoder: codecs.IncrementalDecoder) -> bool:
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return True
    return False


def _cells_in_gb18030(start: bytes, delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader([start.decode("gb18030")], delimiter=delimiter), [])
    except (UnicodeDecodeError, csv.Error):
        return None


def _cells(text: str, name: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([text], strict=True, delimiter=delimiter), [])
    except csv.Error as error:
        raise BadBill(refusal(name, f"Its first line is not a CSV header ({error}).", SAVE_AS)) from None


def _rewrite(path: Path, name: str) -> None:
    target = path.with_name(f"{path.name}.utf8")
    try:
        with path.open(encoding="gb18030", newline="") as text, target.open("w", encoding="utf-8", newline="") as out:
            while chunk := text.read(CHUNK):
                out.write(chunk)
    except UnicodeDecodeError:
        said = "It is neither UTF-8 nor GB18030 from its first line to its last."
        raise BadBill(refusal(name, said, SAVE_AS)) from None
    target.replace(path)
