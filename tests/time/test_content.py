"""What a month says, as one hash: the same lines say the same, however they lie in memory; any difference is heard."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from crossfoot.publish.content import Content
from crossfoot.publish.shelves import LINES, arrange, runs

KEYS = ["k1", "k2", "k3"]
LINE = {
    "charge_key": KEYS,
    "name": ["Compute", None, ""],
    "day": [date(2026, 10, 1), None, date(2026, 10, 3)],
    "list_cost": [Decimal("1.50000000"), Decimal("-0.00000001"), None],
}
TYPES = {
    "charge_key": pa.string(),
    "name": pa.string(),
    "day": pa.date32(),
    "list_cost": pa.decimal128(18, 8),
}


def table(**changed: list[object]) -> pa.Table:
    columns = {**LINE, **changed}
    return pa.table({name: pa.array(columns[name], kind) for name, kind in TYPES.items()})


def says(*tables: pa.Table) -> str:
    content = Content(TYPES)
    for part in tables:
        content.add(part)
    return content.text


def test_a_month_says_the_same_under_every_version_of_the_libraries() -> None:
    """Were this number to change, every month that is looked at again would get an edition that corrects nothing."""
    assert says(table()) == "3:3ddd16861720cc974d88bed6b44d9f5c"
    assert says() == says(table().slice(0, 0)) == "0:0"


def test_how_lines_lie_in_memory_says_nothing() -> None:
    whole = table()
    padded = pa.concat_tables([table(name=["x", "y", "z"]), whole, whole])  # chunks, and an offset into each
    assert says(padded.slice(3, 3)) == says(pa.concat_tables([whole.slice(0, 1), whole.slice(1)])) == says(whole)
    assert says(whole.select(["list_cost", "day", "charge_key", "name"])) == says(whole)


@pytest.mark.parametrize(
    "other",
    [
        {"name": ["Compute", "", None]},
        {"name": ["Compute", None, None]},
        {"name": ["Comput", None, "e"]},
        {"list_cost": [Decimal("1.50000001"), Decimal("-0.00000001"), None]},
        {"list_cost": [None, Decimal("1.50000000"), Decimal("-0.00000001")]},
        {"list_cost": [Decimal("1.50000000"), Decimal("-0.00000001"), Decimal(0)]},
        {"day": [None, date(2026, 10, 1), date(2026, 10, 3)]},
        {"charge_key": ["k1", "k3", "k2"]},
    ],
    ids=str,
)
def test_any_other_line_says_something_else(other: dict[str, list[object]]) -> None:
    assert says(table(**other)) != says(table())


LAST = date(2026, 10, 31)
FIRST = date(2026, 10, 1)


def test_small_customers_share_a_shelf_and_a_large_one_has_one_for_each_day() -> None:
    third = LINES // 3
    counts = [("A", FIRST, third), ("B", FIRST, third), ("B", LAST, 1), ("C", FIRST, third + 1)]
    assert list(arrange([*counts, ("D", FIRST, 100_000), ("D", date(2026, 10, 2), 22_881), ("E", FIRST, 1)], LAST)) == [
        ("A", FIRST, 1),
        ("A", LAST, 1),  # where our own rounding goes
        ("B", FIRST, 1),
        ("B", LAST, 1),
        ("C", FIRST, 2),  # a third of a shelf, less one line, was left
        ("C", LAST, 2),
        ("D", FIRST, 3),  # 122,881 lines, one more than a row group
        ("D", date(2026, 10, 2), 4),
        ("D", LAST, 5),
        ("E", FIRST, 6),
        ("E", LAST, 6),
    ]


def test_runs_of_a_sorted_column() -> None:
    column = pa.chunked_array([["a", "a"], ["a", "c"], []], pa.string())
    assert list(runs(column)) == [("a", 0, 3), ("c", 3, 4)]
    assert list(runs(pa.chunked_array([], pa.string()))) == []
