"""What a page's address asks beside the question: the page of a long table, an open filter, the layout, what a form types.

Two dates or a tag key typed into the filter form become part of the question, under the address that asks it.
"""

from dataclasses import dataclass

from django.http import QueryDict

from crossfoot.core.errors import BadRequest
from crossfoot.render.address import Pairs, encode
from crossfoot.reports.vocabulary import TAG_PREFIX

PAGE_WORDS = frozenset({"page", "choose", "from", "to", "tag", "choose_tag", "layout"})
AS_ROWS = ("layout", "rows")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The address of a report page, read."""

    pairs: Pairs
    page: int
    choose: str
    as_rows: bool
    by: tuple[str, ...]


def read_address(query: QueryDict) -> Asked:
    """The question's own pairs, and the page's words beside them."""
    pairs = [(key, value) for key, values in query.lists() if key not in PAGE_WORDS for value in values if value]
    tag = query.get("choose_tag", "").strip()
    return Asked(
        pairs=pairs,
        page=_page(query.get("page", "1")),
        choose=TAG_PREFIX + tag.removeprefix(TAG_PREFIX) if tag else query.get("choose", ""),
        as_rows=query.get("layout") == "rows",
        by=tuple(value for key, value in pairs if key == "by"),
    )


def typed(query: QueryDict) -> str | None:
    """The query string that says what was typed into the form as part of the question; None where nothing was."""
    start, end, tag = (query.get(key, "").strip() for key in ("from", "to", "tag"))
    if not (start or end or tag):
        return None
    if bool(start) != bool(end):
        raise BadRequest("A range of dates needs both: the first date and the last date.")
    pairs = [(key, value) for key, value in read_address(query).pairs if not (key == "period" and start)]
    if start:
        pairs.insert(0, ("period", f"{start}..{end}"))
    if tag:
        second = [pair for pair in pairs if pair[0] == "by"][1:2]
        pairs = [pair for pair in pairs if pair[0] != "by"]
        pairs += [("by", TAG_PREFIX + tag.removeprefix(TAG_PREFIX)), *second]
    return encode(pairs)


def _page(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10**9:
        raise BadRequest(f"The page {text[:20]!r} is not a number that can be read: write page=2.")
    return int(text)
