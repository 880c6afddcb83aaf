"""Every visible string of the sources has its Chinese, with the same parts to fill in; and nothing else is kept."""

import re
from string import Formatter

import pytest

from tools.messages import LANGUAGES, gather, read

PERCENT = re.compile(r"%\((\w+)\)s")
DATES = {"year", "month", "number", "day", "last", "dash", "end"}  # each language takes of these what it writes


def fields(text: str) -> set[str]:
    """The parts to fill in. Templates use %(name)s, Python uses {name}."""
    named = set(PERCENT.findall(text))
    return named or {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_is_translated_and_none_is_left_over(language: str) -> None:
    known = {message.id: message.string for message in read(language) if message.id}
    assert set(known) == set(gather()), "run `make messages` and translate what is new"
    assert [said for said, text in known.items() if not (text if isinstance(text, str) else all(text))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_in_the_same_parts(language: str) -> None:
    for message in read(language):
        for said, text in zip(
            message.id if isinstance(message.id, tuple) else (message.id,),
            message.string if isinstance(message.string, tuple) else (message.string,),
            strict=False,
        ):
            assert fields(said) - DATES == fields(text) - DATES, said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_ends_as_a_sentence(language: str) -> None:
    """An ending lost in translation is a label made of a sentence."""
    for message in read(language):
        if isinstance(message.id, str) and message.id.endswith("."):
            assert str(message.string)[-1:] in "。.…", message.id
