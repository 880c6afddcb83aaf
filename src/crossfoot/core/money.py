"""Exact money: the roundings of money.md by their names, and how an amount is written.

Half-up is away from zero (-0.005 -> -0.01), which is what Decimal's ROUND_HALF_UP does.
"""

from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache

from iso4217 import Currency

EIGHT = Decimal("0.00000001")
WIDE = Context(prec=60, rounding=ROUND_HALF_UP)  # the lake's sums have up to 38 digits, Decimal's own context 28
CENT_DIGITS = 2


@cache
def minor_digits(currency: str) -> int:
    """Digits of the currency's minor unit by ISO 4217 (JPY 0, USD 2, KWD 3); 2 where the standard names none."""
    exponent = Currency(currency).exponent
    return CENT_DIGITS if exponent is None else int(exponent)


@cache
def is_currency(code: str) -> bool:
    """Say whether ISO 4217 knows the code."""
    try:
        Currency(code)
    except ValueError:
        return False
    return True


def round8(amount: Decimal) -> Decimal:
    """Round to the 8 decimals of a priced line."""
    return amount.quantize(EIGHT, context=WIDE)


def round_minor(amount: Decimal, currency: str) -> Decimal:
    """Round to the minor unit of the currency."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), context=WIDE)


def plain(amount: Decimal) -> str:
    """An amount without exponent (`str` writes 1E-8) and without a negative zero."""
    text = f"{amount:f}"
    return text.removeprefix("-") if not amount else text
