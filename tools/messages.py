"""The words of pages, PDFs and mails: gathered from the sources into the catalogues, and compiled for the program.

`python -m tools.messages` brings every catalogue up to date (new strings empty, strings that are gone left out);
`python -m tools.messages compile` writes the .mo files beside them, which are built and not committed.
"""

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parents[1] / "src" / "crossfoot"
LOCALES = SOURCE / "locale"
LANGUAGES = ("zh_Hans",)
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "mark": None,
    "later": None,
    "ngettext": (1, 2),
}
APPARATUS = "simulator"  # shown to nobody
Message = str | tuple[str, str]


def catalogue(language: str) -> Path:
    """Where the translations of a language are written."""
    return LOCALES / language / "LC_MESSAGES" / "django.po"


def gather() -> dict[Message, list[str]]:
    """Every marked string and the files that hold it; a pair where it has a plural."""
    found: dict[Message, list[str]] = {}
    for path, text in _sources():
        name = path.relative_to(SOURCE).as_posix()
        for _, _, said, _ in extract_python(io.BytesIO(text), KEYWORDS, [], {}):
            message = _message(said)
            places = found.setdefault(message, []) if message else []
            if name not in places:
                places.append(name)
    return found


def _message(said: object) -> Message | None:
    """What a call marks: None for a variable, a pair for a singular with its plural."""
    if isinstance(said, tuple):
        parts = [part for part in said if isinstance(part, str) and part]
        return (parts[0], parts[1]) if len(parts) > 1 else parts[0] if parts else None
    return said if isinstance(said, str) and said else None


def _sources() -> Iterator[tuple[Path, bytes]]:
    from django.utils.translation.template import templatize  # noqa: PLC0415 - compiling needs no Django

    for path in sorted(SOURCE.rglob("*.py")):
        if APPARATUS not in path.parts:
            yield path, path.read_bytes()
    for path in sorted((SOURCE / "web" / "templates").rglob("*.html")):
        yield path, templatize(path.read_text(encoding="utf-8"), origin=str(path)).encode()


def read(language: str) -> Catalog:
    """The catalogue as it is; an empty one where there is none yet."""
    path = catalogue(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> None:
    """Write the catalogue anew with the strings of today."""
    known = read(language)
    fresh = Catalog(locale=language, charset="utf-8", fuzzy=False, header_comment="# The words of Crossfoot.")
    for message, places in sorted(gather().items(), key=lambda pair: (pair[1][0], str(pair[0]))):
        old = known.get(message[0] if isinstance(message, tuple) else message)
        fresh.add(message, old.string if old else None, locations=[(place, 0) for place in places])
    path = catalogue(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, width=0, omit_header=True, include_lineno=False)


def compile_all() -> None:
    """Write the .mo files."""
    for language in LANGUAGES:
        target = catalogue(language).with_suffix(".mo")
        with target.with_suffix(".tmp").open("wb") as file:
            write_mo(file, read(language))
        target.with_suffix(".tmp").replace(target)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crossfoot.config.settings")
    if sys.argv[1:] == ["compile"]:
        compile_all()
    else:
        for name in LANGUAGES:
            update(name)
        compile_all()
