"""What a page's address asks beside the question: page, order and layout of the table, an open list, the way back.

Two dates, a tag key or a value typed into a form become part of the question, under the address that asks it.
"""

from dataclasses import dataclass

from django.http import QueryDict

from crossfoot.core.errors import BadRequest
from crossfoot.render.address import BACK, Pairs, encode
from crossfoot.render.order import Order, read_order
from crossfoot.reports.vocabulary import TAG_PREFIX

TYPED = ("from", "to", "tag", "value", "value_of")
PAGE_WORDS = frozenset({"page", "choose", "choose_tag", "layout", "sort", "columns", BACK, *TYPED})
AS_ROWS = ("layout", "rows")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The address of a report page, read."""

    pairs: Pairs
    page: int
    choose: str
    as_rows: bool
    order: Order | None
    back: str
    columns: tuple[str, ...] = ()  # what is shown of the table's columns; all of them without a choice

    @property
    def kept(self) -> Pairs:
        """What stays when the question changes: the layout, the order, the way back."""
        order = [("sort", str(self.order))] if self.order else []
        return [*self.layout, *order]

    @property
    def layout(self) -> Pairs:
        """What stays when the rows are put in another order."""
        back = [(BACK, self.back)] if self.back else []
        return ([AS_ROWS] if self.as_rows else []) + [("columns", key) for key in self.columns] + back


def read_address(query: QueryDict) -> Asked:
    """The question's own pairs, and the page's words beside them."""
    tag = query.get("choose_tag", "").strip()
    return Asked(
        pairs=[(key, value) for key, values in query.lists() if key not in PAGE_WORDS for value in values],
        page=_page(query.get("page", "1")),
        choose=TAG_PREFIX + tag.removeprefix(TAG_PREFIX) if tag else query.get("choose", ""),
        as_rows=query.get("layout") == "rows",
        order=read_order(query.get("sort", "")),
        back=query.get(BACK, ""),
        columns=tuple(dict.fromkeys(key for key in query.getlist("columns") if key)),
    )


def typed(query: QueryDict) -> str | None:
    """The query string that says what was typed into a form as part of the question; None where nothing was."""
    start, end, tag, value, value_of = (query.get(key, "").strip() for key in TYPED)
    if not (start or end or tag or value):
        return None
    if bool(start) != bool(end):
        raise BadRequest("A range of dates needs both: the first date and the last date.")
    asked = read_address(query)
    pairs = [(key, value) for key, value in asked.pairs if not (key == "period" and start)]
    if start:
        pairs.insert(0, ("period", f"{start}..{end}"))
    if tag:
        second = [pair for pair in pairs if pair[0] == "by"][1:2]
        pairs = [pair for pair in pairs if pair[0] != "by"]
        pairs += [("by", TAG_PREFIX + tag.removeprefix(TAG_PREFIX)), *second]
    if value:
        pairs.append((value_of, value))
    return encode([*(pair for pair in pairs if pair[1] or pair[0] != "by"), *asked.layout])


def _page(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10**9:
        raise BadRequest(f"The page {text[:20]!r} is not a number that can be read: write page=2.")
    return int(text)
