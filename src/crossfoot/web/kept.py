"""Keeps finished pages in memory, for whoever asks for the very same page again.

A page is kept under a hash of all that it was made from: the address, the person and the session, the language, the
day, the pinned question with its scope and editions, and what stands around it. So nothing ever goes stale, and nothing
is ever given to anybody else. Session, scope, files and log are asked again each time; only making the page is spared.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from importlib.metadata import version

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language

from crossfoot.access.scope import CustomerName
from crossfoot.core.clock import today
from crossfoot.core.ids import canonical_json, sha256_hex
from crossfoot.web.person import person_of

BUILD = version("crossfoot")
MOST_BYTES = 16 << 20


class Kept:
    """Pages by key, within so many bytes; the one not asked for the longest goes first."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        """Keep nothing yet."""
        self._pages: OrderedDict[str, bytes] = OrderedDict()
        self._most, self._bytes, self._lock = most, 0, threading.Lock()

    def find(self, key: str) -> bytes | None:
        """The page of that key."""
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
            return self._pages.get(key)

    def put(self, key: str, page: bytes) -> None:
        """Keep a page."""
        with self._lock:
            self._bytes += len(page) - len(self._pages.pop(key, b""))
            self._pages[key] = page
            while self._bytes > self._most:
                self._bytes -= len(self._pages.popitem(last=False)[1])


_KEPT = Kept()


def kept(
    request: HttpRequest, made_from: object, customers: tuple[CustomerName, ...], make: Callable[[], HttpResponse]
) -> HttpResponse:
    """The page that `make` makes from `made_from`, or the one that it made before from the same."""
    secret = request.META.get("CSRF_COOKIE")  # a page's forms work with this session alone
    if not secret or len(get_messages(request)):
        return make()
    person = person_of(request)
    whose = [person.pk, person.email, person.role, secret, get_language(), request.headers.get("HX-Request", "")]
    around = [[c.id, c.name] for c in customers]
    key = sha256_hex(canonical_json([BUILD, str(today()), request.get_full_path(), whose, around, made_from]))
    page = _KEPT.find(key)
    if page is None:
        page = make().content
        _KEPT.put(key, page)
    response = HttpResponse(page, headers={"ETag": f'"{key[:32]}"'})
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    return answer if isinstance(answer, HttpResponse) else response
