"""The days of a cycle as the files write them: texts, since two million lines ask for them."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

from crossfoot.core.period import end_day, first_day

LAST_REWRITE = 4  # Huawei rewrites a month's usage file up to the 4th of the next month (huawei.md 4)


@dataclass(frozen=True, eq=False)
class Month:
    """One cycle."""

    cycle: str

    @cached_property
    def days(self) -> tuple[str, ...]:
        """Its days."""
        return _days(first_day(self.cycle), end_day(self.cycle))

    @cached_property
    def day_before(self) -> str:
        """The last day of the month before."""
        return str(first_day(self.cycle) - timedelta(days=1))

    @cached_property
    def days_after(self) -> tuple[str, ...]:
        """The days of the next month on which the usage file of this one is still rewritten."""
        return _days(end_day(self.cycle), end_day(self.cycle) + timedelta(days=LAST_REWRITE))

    @cached_property
    def following(self) -> dict[str, str]:
        """The day after a day."""
        days = (self.day_before, *self.days, *self.days_after)
        return dict(pairwise(days))


def _days(start: date, end: date) -> tuple[str, ...]:
    return tuple(str(start + timedelta(days=ahead)) for ahead in range((end - start).days))
