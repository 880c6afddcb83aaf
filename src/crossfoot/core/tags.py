"""Resource tags: `key:value;key2:value2;` split at the first colon, because a value may hold one (huawei.md 3.6).

Exports in FOCUS carry a JSON object instead.
"""

import json

NO_TAGS = frozenset({"", "--"})


class BadTags(ValueError):
    """A cell that looks like a JSON object and is none."""


def parse_tags(raw: str) -> dict[str, str]:
    """The tags of one cell; the first of equal keys stands. A part without a colon is a key with an empty value.

    Raises:
        BadTags: it begins like a JSON object and cannot be read as one.
    """
    text = raw.strip()
    if text in NO_TAGS:
        return {}
    pairs = _from_json(text) if text.startswith("{") else (part.partition(":")[::2] for part in text.split(";"))
    tags: dict[str, str] = {}
    for key, value in pairs:
        if key.strip():
            tags.setdefault(key.strip(), value.strip())
    return tags


def _from_json(text: str) -> list[tuple[str, str]]:
    try:
        pairs = json.loads(text, object_pairs_hook=list, parse_float=str, parse_int=str)
        found = [(str(key), _plain(value)) for key, value in pairs]
        is_text = "\0" not in "".join(word for pair in found for word in pair).encode().decode()
    except (ValueError, TypeError, RecursionError):  # an escape may make half a character, which is no text
        raise BadTags(text) from None
    if not is_text:
        raise BadTags(text)
    return found


def _plain(value: object) -> str:
    """A value as text: FOCUS allows true and false, and null for a tag without a value."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
