"""A PDF read back by its own structure: the cells of its tables as a screen reader would speak them, letter by letter."""

import io
import re
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, IndirectObject

PAIR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")


class Back:
    """A document that was read."""

    def __init__(self, data: bytes) -> None:
        self.reader = PdfReader(io.BytesIO(data))
        self.pages = [page.extract_text() for page in self.reader.pages]
        self.root = self.reader.trailer["/Root"]
        self._marked = {page.indirect_reference.idnum: marked(page) for page in self.reader.pages}

    @property
    def text(self) -> str:
        return "\n".join(self.pages)

    def everything(self) -> str:
        """Whatever can be got out of the file: what is printed, what is spoken, what describes it, every string in it."""
        spoken = (self.spoken(one) for one in kids(self.root["/StructTreeRoot"]) if isinstance(one, DictionaryObject))
        described = self.root["/Metadata"].get_object().get_data().decode()
        strings = (str(value) for one in self.objects() for value in one.values() if isinstance(value, str))
        return "\n".join([self.text, *spoken, described, *strings])

    def objects(self) -> Iterator[DictionaryObject]:
        """Every dictionary of the file."""
        for number in sorted({*self.reader.xref_objStm, *(n for found in self.reader.xref.values() for n in found)}):
            one = self.reader.get_object(number)
            if isinstance(one, DictionaryObject):
                yield one

    def elements(self, kind: str, below: DictionaryObject | None = None) -> Iterator[DictionaryObject]:
        """Elements of a kind, in the order in which they are read."""
        for kid in kids(below if below is not None else self.root["/StructTreeRoot"]):
            if isinstance(kid, DictionaryObject) and kid.get("/S") == kind:
                yield kid
            elif isinstance(kid, DictionaryObject):
                yield from self.elements(kind, kid)

    def rows(self) -> list[list[str]]:
        """The lines of the one table without its head and what is carried: a text for each cell."""
        (table,) = self.elements("/Table")
        return [self._row(row) for body in self.elements("/TBody", table) for row in self.elements("/TR", body)]

    def head(self) -> list[str]:
        (table,) = self.elements("/Table")
        (head,) = self.elements("/THead", table)
        return self._row(next(self.elements("/TR", head)))

    def spoken(self, element: DictionaryObject) -> str:
        """All text below an element."""
        page = element.raw_get("/Pg") if "/Pg" in element else None
        return "".join(self._kid(kid, page) for kid in kids(element))

    def _row(self, row: DictionaryObject) -> list[str]:
        return [self.spoken(cell) for cell in kids(row)]

    def _kid(self, kid: object, page: IndirectObject | None) -> str:
        if isinstance(kid, int):
            assert page is not None
            return self._marked[page.idnum].get(kid, "")
        assert isinstance(kid, DictionaryObject)
        if kid.get("/Type") == "/MCR":
            own = kid.raw_get("/Pg") if "/Pg" in kid else page
            assert own is not None
            return self._marked[own.idnum].get(kid["/MCID"], "")
        return self.spoken(kid) if "/S" in kid else ""

    def keys(self) -> set[str]:
        """Every key of every dictionary of the file."""
        return {key for one in self.objects() for key in one}


def kids(element: DictionaryObject) -> list[object]:
    found = element.get("/K", ArrayObject())
    found = found.get_object() if hasattr(found, "get_object") else found
    return [
        one.get_object() if hasattr(one, "get_object") else one
        for one in (found if isinstance(found, list) else [found])
    ]


def marked(page: DictionaryObject) -> dict[int, str]:
    """The text of each marked piece of a page; where glyphs stand for another text (`ActualText`), that text."""
    fonts = {name: letters(font.get_object()) for name, font in page["/Resources"].get("/Font", {}).items()}
    found: dict[int, str] = {}
    stack: list[tuple[int | None, str | None]] = []
    font: dict[int, str] = {}

    def say(text: str) -> None:
        number = next((one for one, _ in reversed(stack) if one is not None), None)
        if number is not None:
            found[number] = found.get(number, "") + text

    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        if operator in {b"BDC", b"BMC"}:
            properties = operands[1] if operator == b"BDC" else {}
            stack.append((properties.get("/MCID"), properties.get("/ActualText")))
            say(properties.get("/ActualText", ""))
        elif operator == b"EMC":
            stack.pop()
        elif operator == b"Tf":
            font = fonts[operands[0]]
        elif operator in {b"Tj", b"TJ"} and not any(actual for _, actual in stack):
            shown = operands[0] if operator == b"TJ" else operands
            say("".join(decoded(part, font) for part in shown))
    return found


def decoded(part: object, font: dict[int, str]) -> str:
    if not isinstance(part, bytes | str):
        return ""  # a shift between two letters
    data = part if isinstance(part, bytes) else part.original_bytes
    return "".join(font[int.from_bytes(data[i : i + 2])] for i in range(0, len(data), 2))


def letters(font: DictionaryObject) -> dict[int, str]:
    """Which text each glyph of a font stands for."""
    found: dict[int, str] = {}
    data = font["/ToUnicode"].get_object().get_data()
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", data, re.DOTALL):
        found |= {int(a, 16): bytes.fromhex(b.decode()).decode("utf-16-be") for a, b in PAIR.findall(block)}
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", data, re.DOTALL):
        for first, last, start in RANGE.findall(block):
            for place in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + place] = chr(int(start, 16) + place)
    return found
