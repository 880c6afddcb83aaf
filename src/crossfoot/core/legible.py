"""Text from outside as a person can read it, a database can keep it and JSON can carry it."""

import re

ILLEGIBLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def legible(text: str) -> str:
    """The text on one line: what no eye sees, and halves of characters, are shown as U+FFFD."""
    return ILLEGIBLE.sub("\ufffd", text) if not text.isprintable() else text
