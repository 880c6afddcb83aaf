"""How often somebody may ask. Counted in the memory of the web process, forgotten when it ends (docs/adr/0025)."""

import threading
import time
from collections.abc import Callable, Sequence

from crossfoot.core.errors import TooMany

MINUTE = 60.0
FORGET_ABOVE = 10_000  # keys; those whose minute is over are dropped then


class Limit:
    """So many acts a minute for each key. What was not used comes back evenly, so a burst is followed by a steady pace."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Nobody has asked yet."""
        self.most, self._clock = most, clock
        self._full_at: dict[str, float] = {}  # when the key will have its whole minute again
        self._lock = threading.Lock()

    def spend(self, keys: Sequence[str], what: str) -> None:
        """Count one act of all these keys, or of none.

        Raises:
            TooMany: one of them has none left; it says in how many seconds there will be one.
        """
        now, each = self._clock(), MINUTE / self.most
        with self._lock:
            fullness = {key: max(self._full_at.get(key, now), now) + each for key in keys}
            wait = max(fullness.values()) - now - MINUTE
            if wait <= 0:
                self._full_at.update(fullness)
                if len(self._full_at) > FORGET_ABOVE:
                    self._full_at = {key: at for key, at in self._full_at.items() if at > now}
                return
        seconds = int(wait) + 1
        raise TooMany(f"That is more than {self.most} {what} in a minute: ask again in {seconds} s.", seconds)

    def clear(self) -> None:
        """Forget who has asked."""
        with self._lock:
            self._full_at.clear()


REQUESTS = Limit(120)
REPORTS = Limit(20)
REQUESTS_OF_A_PERSON = Limit(240)  # through all tokens of theirs, and their browser
REPORTS_OF_A_PERSON = Limit(40)


def forget() -> None:
    """Start a new minute for everybody."""
    for limit in (REQUESTS, REPORTS, REQUESTS_OF_A_PERSON, REPORTS_OF_A_PERSON):
        limit.clear()
