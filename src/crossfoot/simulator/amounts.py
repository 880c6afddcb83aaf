"""Exact money in whole units of 0.00000001, and the sums that every Huawei line obeys (huawei.md 3.2).

official = discount + truncated + amount, and amount = its eight payment parts. Integers are exact and faster than Decimal.
"""

from decimal import Decimal
from typing import NamedTuple

UNIT = 10**8
QUANTITY_UNIT = 10**6
PRICE_UNIT = 10**10
HUNDREDTH = UNIT // 100
NOTHING = "0.00000000"

CASH, CREDIT, COUPON, FLEXI, STORED_CARD, BONUS, DEBT, WRITTEN_OFF = range(8)
PARTS = 8


class Amounts(NamedTuple):
    """The money of one line."""

    official: int
    discount: int
    truncated: int
    amount: int
    paid: tuple[int, ...]


def half_up(numerator: int, denominator: int) -> int:
    """Divide, a half away from zero."""
    if numerator < 0:
        return -((-2 * numerator + denominator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)


def priced(price: int, quantity: int) -> int:
    """Price (1e-10) times quantity (1e-6), rounded to 8 decimals."""
    return half_up(price * quantity, PRICE_UNIT * QUANTITY_UNIT // UNIT)


def due(official: int, *, percent_off: int = 0, truncate_to: int = 1, wallet: int = DEBT) -> Amounts:
    """A line with a discount in percent, whatever lies below `truncate_to` given up, paid from one purse."""
    discount = half_up(official * percent_off, 100)
    net = official - discount
    truncated = net % truncate_to if net > 0 else 0
    amount = net - truncated
    paid = [0] * PARTS
    paid[wallet] = amount
    return Amounts(official, discount, truncated, amount, tuple(paid))


def covered(official: int) -> Amounts:
    """Usage that something already paid for covers: all of its list price is discount."""
    return Amounts(official, official, 0, 0, (0,) * PARTS)


def with_part(amounts: Amounts, part: int, wallet: int) -> Amounts:
    """Pay a third of the amount by another part, such as a coupon."""
    paid = list(amounts.paid)
    moved = amounts.amount // 3
    paid[wallet] -= moved
    paid[part] += moved
    return amounts._replace(paid=tuple(paid))


def money(units: int) -> str:
    """Eight decimals, plain."""
    if not units:
        return NOTHING
    if units < 0:
        return "-" + money(-units)
    whole, rest = divmod(units, UNIT)
    return f"{whole}.{rest:08d}"


def quantity_text(quantity: int) -> str:
    """A quantity without trailing zeros."""
    whole, rest = divmod(quantity, QUANTITY_UNIT)
    return f"{whole}.{rest:06d}".rstrip("0") if rest else str(whole)


def price_text(price: int) -> str:
    """Ten decimals, plain."""
    whole, rest = divmod(price, PRICE_UNIT)
    return f"{whole}.{rest:010d}"


def price_units(text: str) -> int:
    """A price in units of 1e-10."""
    return int(Decimal(text) * PRICE_UNIT)
