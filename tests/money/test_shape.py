"""Whatever the sums are: rows + rounding = totals, subtotals foot both ways, and the order is one and the same."""

import itertools
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from crossfoot.core.roles import Role
from crossfoot.query.shape import Group, shape
from crossfoot.reports.cost import USAGE_TO_COST
from crossfoot.reports.question import ask
from crossfoot.reports.vocabulary import BILLED_COST, LIST_COST

CALM = settings(max_examples=150, deadline=None, derandomize=True, database=None)
MEASURES = (LIST_COST, BILLED_COST)
DIGITS = {"USD": 2, "JPY": 0, "KWD": 3}
UNITS = st.integers(-(10**36), 10**36) | st.integers(-(10**9), 10**9) | st.integers(-40, 40).map(lambda n: n * 500_000)
CELLS = st.dictionaries(
    st.tuples(
        st.sampled_from(list(DIGITS)),
        st.sampled_from([None, "", "a", "b", "ü", "a\x1fb"]),
        st.sampled_from([None, "x", "y", "z"]),
    ),
    st.tuples(UNITS, UNITS),
    min_size=1,
    max_size=24,
)


def money(units: int) -> Decimal:
    return Decimal(f"{units}E-8")


def group(currency: str, keys: tuple[object, ...], cells: list[tuple[int, int]]) -> Group:
    names = tuple(None for _ in keys)
    sums = {m.key: money(sum(c[i] for c in cells)) for i, m in enumerate(MEASURES)}
    return Group(currency=currency, keys=keys, names=names, sums=sums)


def ways(cells):
    """Rows, subtotals and totals as the lake would sum them: whole units, so that nothing can be lost."""
    rows, subtotals, totals = [], defaultdict(list), defaultdict(list)
    for (currency, one, two), units in cells.items():
        rows.append(group(currency, (one, two), [units]))
        subtotals[0, currency, one].append(units)
        subtotals[1, currency, two].append(units)
        totals[currency].append(units)
    keyed = [
        (i, group(currency, (key, None) if i == 0 else (None, key), units))
        for (i, currency, key), units in subtotals.items()
    ]
    return rows, keyed, [group(currency, (None, None), units) for currency, units in totals.items()]


def units_of(text: str | None) -> int:
    return int(Fraction(text or 0) * 10**8)


def shaped(cells, digits="shown", shuffle=None):
    question = ask(USAGE_TO_COST, Role.CUSTOMER_FINANCE, period="2026-10", by=["service", "region"], digits=digits)
    rows, subtotals, totals = ways(cells)
    for part in (rows, subtotals, totals) if shuffle else ():
        shuffle.shuffle(part)
    return shape(question, MEASURES, rows, subtotals, totals)


def rounded(units: int, digits: int) -> int:
    """Half away from zero, in units of 1e-8."""
    step = 10 ** (8 - digits)
    whole = (2 * abs(units) + step) // (2 * step) * step
    return whole if units >= 0 else -whole


@CALM
@given(CELLS)
def test_every_figure_is_its_exact_sum_rounded_alone_and_all_of_them_foot(cells):
    found = shaped(cells)
    for i, key in enumerate(m.key for m in MEASURES):
        for currency, digits in DIGITS.items():
            mine = {(one, two): units[i] for (c, one, two), units in cells.items() if c == currency}
            rows = [r for r in found.rows if r["currency"] == currency]
            assert {(r["service"], r["region"]): units_of(r[key]) for r in rows} == {
                place: rounded(units, digits) for place, units in mine.items()
            }
            total = [units_of(t[key]) for t in found.totals if t["currency"] == currency]
            assert total == ([rounded(sum(mine.values()), digits)] if mine else [])
            rounding = sum(units_of(r.get(key)) for r in found.rounding if r["currency"] == currency)
            assert sum(units_of(r[key]) for r in rows) + rounding == sum(total)


@CALM
@given(CELLS)
def test_subtotals_foot_both_ways(cells):
    found = shaped(cells)
    seen = set()
    for subtotal, key in itertools.product(found.subtotals, (m.key for m in MEASURES)):
        [dimension] = {"service", "region"} & set(subtotal)
        place = subtotal["currency"], subtotal[dimension]
        seen.add((dimension, *place))
        rows = [r for r in found.rows if (r["currency"], r[dimension]) == place]
        assert sum(units_of(r[key]) for r in rows) + units_of(subtotal.get(f"rounding_{key}")) == units_of(
            subtotal[key]
        )
        exact = sum(
            units[key == "billed_cost"]
            for (currency, *keys), units in cells.items()
            if (currency, keys[dimension == "region"]) == place
        )
        assert units_of(subtotal[key]) == rounded(exact, DIGITS[subtotal["currency"]])
    assert seen == {("service", c, one) for c, one, _ in cells} | {("region", c, two) for c, _, two in cells}


@CALM
@given(CELLS)
def test_exact_digits_need_no_rounding(cells):
    found = shaped(cells, digits="exact")
    assert found.rounding == ()
    assert not any(key.startswith("rounding_") for s in found.subtotals for key in s)
    assert {
        (r["currency"], r["service"], r["region"]): tuple(units_of(r[m.key]) for m in MEASURES) for r in found.rows
    } == cells


@CALM
@given(CELLS, st.integers())
def test_the_order_is_the_same_however_the_sums_arrive(cells, seed):
    assert shaped(cells) == shaped(cells, shuffle=Random(seed))  # noqa: S311 - shuffles, keeps no secret
    services = [(r["currency"], r["service"]) for r in shaped(cells).rows]
    assert len(list(itertools.groupby(services))) == len(set(services))  # the second dimension stays within the first
    costs = [
        (c, -sum(u[1] for (k, o, _), u in cells.items() if (k, o) == (c, s)))
        for (c, s), _ in itertools.groupby(services)
    ]
    assert costs == sorted(costs)
