"""Figures and dates as people read them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfoot.render.screen import date_cell, figure, provenance, signed, span_words, through_words
from tests.render.tables import cost_table, usd


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("0.00", "0.00"),
        ("999.99", "999.99"),
        ("1000", "1,000"),
        ("-1234567.80000000", "−1,234,567.80000000"),
        ("12345", "12,345"),
    ],
)
def test_a_figure(plain: str, shown: str) -> None:
    assert figure(plain) == shown


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8))
def test_no_digit_of_a_figure_is_lost(amount: Decimal) -> None:
    assert figure(f"{amount:f}").replace(",", "").replace("−", "-") == f"{amount:f}"


def test_a_change_bears_its_sign() -> None:
    assert [signed("1024.11"), signed("-3.00"), signed("0.00")] == ["+1,024.11", "−3.00", "+0.00"]


@pytest.mark.parametrize(
    ("start", "last", "words"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), "1–31 Oct 2026"),
        (date(2026, 9, 28), date(2026, 10, 4), "28 Sep – 4 Oct 2026"),
        (date(2025, 12, 1), date(2026, 1, 31), "1 Dec 2025 – 31 Jan 2026"),
        (date(2026, 10, 5), date(2026, 10, 5), "5 Oct 2026"),
    ],
)
def test_a_span_has_both_ends_in(start: date, last: date, words: str) -> None:
    assert span_words(start, last) == words


def test_midnight_belongs_to_the_day_it_ends() -> None:
    assert through_words(datetime(2026, 10, 31, 16, tzinfo=UTC)) == "31 Oct 2026 24:00"
    assert through_words(datetime(2026, 10, 31, 15, tzinfo=UTC)) == "31 Oct 2026 23:00"


def test_midnight_in_utc_ends_a_day_that_is_cut_there() -> None:
    assert through_words(datetime(2026, 11, 1, tzinfo=UTC)) == "31 Oct 2026 24:00"


def test_what_is_no_date_stays_as_it_is() -> None:
    assert date_cell("soon") == "soon"


def test_provenance() -> None:
    table = cost_table([usd("ecs", "1.00", "1.00")], [{"currency": "USD", "billed_cost": "1.00"}])
    assert provenance(table) == (
        "1–31 Oct 2026 · GMT+08:00 · USD, before tax · data through 31 Oct 2026 24:00"
        " · published 5 Nov 2026 12:04 · edition 2, final"
    )
