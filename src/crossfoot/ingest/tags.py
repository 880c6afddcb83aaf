"""Resource tags: `key:value;key2:value2;` split at the first colon, because a value may hold one (huawei.md 3.6)."""

NO_TAGS = frozenset({"", "--"})


def parse_tags(raw: str) -> dict[str, str]:
    """The tags of one cell; the first of equal keys stands. A part without a colon is a key with an empty value."""
    tags: dict[str, str] = {}
    if raw.strip() in NO_TAGS:
        return tags
    for part in raw.split(";"):
        key, _, value = part.partition(":")
        if key.strip():
            tags.setdefault(key.strip(), value.strip())
    return tags
