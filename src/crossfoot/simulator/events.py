"""The mishaps that a plan may ask for; each befalls the last cycle.

`account-moves` and `unmapped-account` are in the accounts themselves (customers.py).
"""

from collections.abc import Iterator
from dataclasses import replace

from crossfoot.simulator.charges import Charge
from crossfoot.simulator.kinds import UNKNOWN, USAGE
from crossfoot.simulator.plan import BROKEN_SUM, LATE_LINES, UNKNOWN_BILL_TYPE, Plan

VICTIMS = {UNKNOWN_BILL_TYPE: "C0002", BROKEN_SUM: "C0003"}
LATE_EVERY, OFTEN_LATE_EVERY = 500, 11


def disturbed(charges: Iterator[Charge], plan: Plan) -> Iterator[Charge]:
    """The charges of the last cycle, one of them turned into what each event wants."""
    waiting = {VICTIMS[event]: event for event in plan.events if event in VICTIMS}
    for charge in charges:
        customer = charge.account.customer
        event = waiting.get(customer.customer_id) if customer else None
        if event and charge.kind is USAGE and charge.amounts.official:
            del waiting[VICTIMS[event]]
            yield _turned(charge, event)
        else:
            yield charge


def is_late(plan: Plan, cycle: str, number: int) -> bool:
    """Whether a record reaches only the final bill and no month-to-date file."""
    often = LATE_LINES in plan.events and cycle == plan.last_cycle
    every = OFTEN_LATE_EVERY if often else LATE_EVERY
    return number % every == every // 2


def _turned(charge: Charge, event: str) -> Charge:
    if event == UNKNOWN_BILL_TYPE:
        return replace(charge, kind=UNKNOWN)
    return replace(charge, misprint=1)
