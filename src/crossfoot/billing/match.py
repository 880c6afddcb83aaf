"""An invoice against the closed months that it says it bills: what they cost, what else bills them, what is left over.

Before tax on both sides, in one currency. Where something is not known, that is said, and nothing is subtracted from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from crossfoot.access.scope import Scope
from crossfoot.billing.ledger import NOTHING, Books, Entry
from crossfoot.core.clock import today
from crossfoot.core.money import WIDE, round_minor
from crossfoot.core.period import parse_period
from crossfoot.publish.plan import ClosedMonth, list_closed


class Gap(StrEnum):
    """Why an invoice cannot be set against its months."""

    NO_MONTHS = "no months"
    NOT_CLOSED = "not closed"
    NET_UNKNOWN = "net unknown"
    OTHER_CURRENCY = "other currency"
    OTHER_MONTHS = "other months"


@dataclass(frozen=True, kw_only=True)
class Matched:
    """`net` + what `others` bill = `cost` + `rounding` + `unexplained`; or a `gap`, with the months or numbers it is about."""

    net: Decimal | None
    others: tuple[tuple[Entry, Decimal], ...] = ()
    cost: Decimal = NOTHING
    rounding: Decimal = NOTHING
    unexplained: Decimal = NOTHING
    editions: tuple[tuple[str, int], ...] = ()
    gap: Gap | None = None
    about: tuple[str, ...] = ()


def match_months(scope: Scope, entry: Entry, books: Books) -> Matched:
    """The invoice against its months as they now stand, for a scope that sees the whole customer."""
    if not entry.cycles:
        return Matched(net=entry.net, gap=Gap.NO_MONTHS)
    cycles = parse_period(entry.cycles, today()).cycles
    closed = {month.cycle: month for month in list_closed(scope)}
    if missing := tuple(c for c in cycles if c not in closed):
        return Matched(net=entry.net, gap=Gap.NOT_CLOSED, about=missing)
    months = [closed[c] for c in cycles]
    if strange := tuple(m.cycle for m in months if set(m.billed_cost) - {entry.currency}):
        return Matched(net=entry.net, gap=Gap.OTHER_CURRENCY, about=strange)
    others = _others(entry, books, frozenset(cycles))
    if wider := tuple(e.number for e in others if set(parse_period(e.cycles, today()).cycles) - set(cycles)):
        return Matched(net=entry.net, gap=Gap.OTHER_MONTHS, about=wider)
    if untold := tuple(e.number for e in (entry, *others) if e.net is None):
        return Matched(net=entry.net, gap=Gap.NET_UNKNOWN, about=untold)
    return _compared(entry, others, months)


def _others(entry: Entry, books: Books, cycles: frozenset[str]) -> list[Entry]:
    """What else bills one of the months, and is not void."""
    return [
        e
        for e in books.entries
        if e.key != entry.key
        and e.cycles
        and e.void_on is None
        and e.currency == entry.currency
        and cycles & set(parse_period(e.cycles, today()).cycles)
    ]


def _compared(entry: Entry, others: Sequence[Entry], months: Sequence[ClosedMonth]) -> Matched:
    nets = tuple((e, _signed(e)) for e in others)
    costs = [m.billed_cost.get(entry.currency, NOTHING) for m in months]
    cost, payable = _sum(costs), _sum([round_minor(c, entry.currency) for c in costs])
    billed = _sum([_signed(entry), *(net for _, net in nets)])
    return Matched(
        net=entry.net,
        others=nets,
        cost=cost,
        rounding=WIDE.subtract(payable, cost),
        unexplained=WIDE.subtract(billed, payable),
        editions=tuple((m.cycle, m.number) for m in months),
    )


def _signed(entry: Entry) -> Decimal:
    net = entry.net or NOTHING
    return net if entry.kind.is_debit else net.copy_negate()


def _sum(amounts: Sequence[Decimal]) -> Decimal:
    total = NOTHING
    for amount in amounts:
        total = WIDE.add(total, amount)
    return total
