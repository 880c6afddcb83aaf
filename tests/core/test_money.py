"""The roundings of money.md by their names, against integer arithmetic that knows no rounding mode."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossfoot.core.money import is_currency, minor_digits, plain, round8, round_minor

CALM = settings(max_examples=300, deadline=None, derandomize=True, database=None)
# Whole units of 1e-12 up to 38 digits: more than any sum of a lake can hold.
UNITS = st.integers(min_value=-(10**38) + 1, max_value=10**38 - 1)
# Sums that lie exactly on a half of the eighth decimal are what a rounding mode is about.
HALVES = st.integers(min_value=-(10**20), max_value=10**20).map(lambda n: n * 10_000 + 5_000 * (1 if n >= 0 else -1))


def amount(units: int) -> Decimal:
    return Decimal(units).scaleb(-12, _wide())


def _wide():
    from decimal import Context

    return Context(prec=60)


def half_away(value: Fraction, digits: int) -> Fraction:
    """Half away from zero by whole numbers: twice the size plus one, halved and cut."""
    scaled = abs(value) * 10**digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, 10**digits)


@CALM
@given(UNITS | HALVES)
def test_round8_is_half_away_from_zero_however_large_the_amount(units):
    rounded = round8(amount(units))
    assert Fraction(rounded) == half_away(Fraction(units, 10**12), 8)
    assert rounded.as_tuple().exponent == -8


@CALM
@given(UNITS | HALVES, st.sampled_from(["USD", "JPY", "KWD"]))
def test_round_minor_is_half_away_from_zero_at_the_minor_unit(units, currency):
    digits = {"USD": 2, "JPY": 0, "KWD": 3}[currency]
    assert Fraction(round_minor(amount(units), currency)) == half_away(Fraction(units, 10**12), digits)


@pytest.mark.parametrize(
    ("text", "currency", "shown"),
    [
        ("-0.005", "USD", "-0.01"),
        ("0.005", "USD", "0.01"),
        ("0.00499999", "USD", "0.00"),
        ("2.5", "JPY", "3"),
        ("-2.5", "JPY", "-3"),
        ("1.0005", "KWD", "1.001"),
        ("1.005", "XXX", "1.01"),  # a currency for which the standard names no minor unit
    ],
)
def test_halves_go_away_from_zero(text, currency, shown):
    assert plain(round_minor(Decimal(text), currency)) == shown


@CALM
@given(st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-(10**15), max_value=10**15))
def test_plain_is_read_back_as_the_same_amount_without_exponent_or_negative_zero(value):
    text = plain(value)
    assert Decimal(text) == value
    assert "E" not in text
    assert not (text.startswith("-") and value == 0)


@pytest.mark.parametrize(("value", "text"), [("1E-8", "0.00000001"), ("-0.00", "0.00"), ("1E+3", "1000"), ("0", "0")])
def test_plain_in_words(value, text):
    assert plain(Decimal(value)) == text


def test_minor_units_are_those_of_iso_4217():
    assert [minor_digits(c) for c in ("USD", "CNY", "JPY", "KWD", "CLP", "VND", "BHD")] == [2, 2, 0, 3, 0, 0, 3]
    assert is_currency("USD")
    assert not is_currency("usd")
    assert not is_currency("XYZ")
    assert not is_currency("")
