from hypothesis import given
from hypothesis import strategies as st

from crossfoot.simulator.shares import apportion


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=30), st.integers(0, 50), st.integers(0, 100_000))
def test_a_total_is_split_exactly_and_nobody_is_below_the_floor(weights, floor, spare):
    total = floor * len(weights) + spare
    found = apportion(total, weights, floor)
    assert sum(found) == total
    assert min(found) >= floor


def test_shares_follow_the_weights():
    assert apportion(100, [60, 25, 15]) == [60, 25, 15]
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
