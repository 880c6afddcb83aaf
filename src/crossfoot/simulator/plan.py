"""What to simulate: the plan that a caller fills in, refused in one sentence where it cannot be carried out."""

import random
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from crossfoot.core.errors import BadRequest
from crossfoot.core.period import MONTH, next_cycle

UNKNOWN_BILL_TYPE = "unknown-bill-type"
UNMAPPED_ACCOUNT = "unmapped-account"
ACCOUNT_MOVES = "account-moves"
LATE_LINES = "late-lines"
BROKEN_SUM = "broken-sum"
# Each event with the number of customers it needs.
EVENTS = {UNKNOWN_BILL_TYPE: 2, UNMAPPED_ACCOUNT: 1, ACCOUNT_MOVES: 2, LATE_LINES: 1, BROKEN_SUM: 3}
UNMAPPED_ROWS = 5


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What was written."""

    files: int
    rows: int
    customers: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much to simulate; the same plan gives the same bytes."""

    customers: int
    first_cycle: str
    last_cycle: str
    rows: int
    seed: int
    lang: Literal["en", "zh"] = "en"
    events: tuple[str, ...] = ()
    daily: bool = False
    currency: str = "USD"

    @cached_property
    def cycles(self) -> tuple[str, ...]:
        """The cycles, in order."""
        found = [self.first_cycle]
        while found[-1] < self.last_cycle:
            found.append(next_cycle(found[-1]))
        return tuple(found)

    @property
    def unmapped_rows(self) -> int:
        """Lines of the account that no customer owns, part of the rows asked for."""
        return UNMAPPED_ROWS if UNMAPPED_ACCOUNT in self.events else 0

    def dice(self, *names: object) -> random.Random:
        """Chance that depends on the seed and on what it is for, so that no part disturbs another."""
        return random.Random(":".join(map(str, (self.seed, *names))))  # noqa: S311 - repeatable, not secret


def check(plan: Plan) -> None:
    """Refuse a plan that cannot be carried out.

    Raises:
        BadRequest: a cycle, a count or an event that cannot be.
    """
    if not MONTH.match(plan.first_cycle) or not MONTH.match(plan.last_cycle):
        raise BadRequest(f"The months {plan.first_cycle}..{plan.last_cycle} cannot be read: write 2026-08..2026-10.")
    if plan.first_cycle > plan.last_cycle:
        raise BadRequest(f"The months {plan.first_cycle}..{plan.last_cycle} end before they begin: swap them.")
    if plan.lang not in {"en", "zh"}:
        raise BadRequest(f"Huawei writes no file in {plan.lang!r}: choose en or zh.")
    _check_events(plan)
    _check_counts(plan)


def _check_events(plan: Plan) -> None:
    for event in plan.events:
        if event not in EVENTS:
            raise BadRequest(f"There is no event {event!r}: choose from {', '.join(EVENTS)}.")
        if plan.customers < EVENTS[event]:
            raise BadRequest(f"The event {event} needs {EVENTS[event]} customers: ask for more than {plan.customers}.")


def _check_counts(plan: Plan) -> None:
    if plan.customers < 1:
        raise BadRequest(f"{plan.customers} customers cannot be simulated: ask for at least one.")
    least = plan.customers * len(plan.cycles) + plan.unmapped_rows
    if plan.rows < least:
        raise BadRequest(
            f"{plan.rows} rows are too few, every customer has a line in every cycle: ask for {least} or more."
        )
