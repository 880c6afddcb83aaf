"""Hashes and the short ids made of them."""

import hashlib
import json
import re
from typing import Any

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to misread on paper
ID_LENGTH = 16
SAFE_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")


def sha256_hex(data: bytes) -> str:
    """The sha256 of the bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def canonical_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """JSON with one spelling per value: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def result_id(digest: str) -> str:
    """A short id from a sha256 in hex, in groups of four: `7K3F-92QD-01AB-XY5Z` (80 bits)."""
    number = int(digest[:20], 16)
    letters = "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (ID_LENGTH - 1), -1, -5))
    return "-".join(letters[i : i + 4] for i in range(0, ID_LENGTH, 4))


def is_safe_id(text: str) -> bool:
    """True for an id that may name a folder: letters, digits, - and _, at most 64."""
    return bool(SAFE_ID.match(text))
