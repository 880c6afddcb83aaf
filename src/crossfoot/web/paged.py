"""One page of a long list, and the way to the others. What is left off a page is always said."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _

from crossfoot.core.errors import NotFound
from crossfoot.render.address import encode
from crossfoot.web.asked import read_address

T = TypeVar("T")


class Paged(Generic[T]):
    """The rows of the page that an address asks for."""

    def __init__(self, everything: Sequence[T], query: QueryDict, size: int) -> None:
        """Cut the page out; one behind the last is not there."""
        self.page, self.size, self.all = read_address(query).page, size, len(everything)
        self.count = max(1, -(-self.all // size))
        if self.page > self.count:
            raise NotFound(
                _("There is no page {page}: the last one is {last}.").format(page=self.page, last=self.count)
            )
        self.rows = everything[(self.page - 1) * size : self.page * size]
        self._kept = [(key, value) for key, value in query.items() if key != "page" and isinstance(value, str)]

    @property
    def first(self) -> int:
        """Number of the first row shown."""
        return (self.page - 1) * self.size + 1

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return min(self.page * self.size, self.all)

    @property
    def before(self) -> str:
        """The page before this one."""
        return self._url(self.page - 1) if self.page > 1 else ""

    @property
    def after(self) -> str:
        """The page after this one."""
        return self._url(self.page + 1) if self.page < self.count else ""

    def _url(self, page: int) -> str:
        return "?" + encode([*self._kept, ("page", str(page))])
