"""What is carried from page to page, worked out by hand; and that any table foots on paper."""

import random
import re
from decimal import Decimal

import pytest

from crossfoot.core.money import plain
from crossfoot.render.glyphs import printable
from crossfoot.render.screen import figure
from crossfoot.reports.table import Table
from tests.render.papers import back, climbed, staircase
from tests.render.tables import cost_table, usd


def test_each_page_carries_forward_what_the_next_brings() -> None:
    found = back(staircase(130, "USD"))
    seen = 0
    for number, page in enumerate(found.pages):
        if number and seen < 130:
            assert carried(page, "Brought forward") == [figure(text) for text in climbed(seen)]
        else:
            assert "Brought forward" not in page
        steps = [int(k) for k in re.findall(r"step (\d+) [\d,]+\.00 ", page)]  # not those of the chart
        seen = max([seen, *steps])
        if seen < 130:
            assert carried(page, "Carried forward") == [figure(text) for text in climbed(seen)]
        else:
            assert "Carried forward" not in page
    assert seen == 130
    assert len(found.pages) >= 3
    assert found.rows()[-1] == ["Total", "17,030.00", "8,528.00"]  # 130 · 131; half of it and 130 · 0.10


def test_currencies_are_carried_apart() -> None:
    found = back(staircase(60, "EUR", "USD"))
    assert carried(found.pages[0], "Carried forward USD")[1::2] == ["0.00", "0.00"]  # nothing of it has been seen yet
    # All of one, 60 · 61 and half of it with 60 · 0.10, and the first 24 steps of the other.
    assert carried(found.pages[1], "Carried forward USD") == ["3,660.00", "600.00", "1,836.00", "302.40"]
    assert carried(found.pages[2], "Brought forward USD") == ["3,660.00", "600.00", "1,836.00", "302.40"]
    assert found.rows()[-2:] == [["Total EUR", "", "3,660.00", "1,836.00"], ["Total USD", "", "3,660.00", "1,836.00"]]


def carried(page: str, words: str) -> list[str]:
    (after,) = re.findall(rf"{words}((?:\s+−?[\d,.]+)+)", page)
    return str(after).split()


def test_sums_that_are_carried_leave_subtotals_and_rounding_out() -> None:
    rows = [{**usd(s, "2.00", "1.00"), "day": f"2026-10-{d:02d}"} for s in ("a", "b", "c") for d in range(1, 31)]
    sums = [{**usd(s, "60.00", "30.01"), "rounding_billed_cost": "0.01"} for s in ("a", "b", "c")]
    total = [{"currency": "USD", "list_cost": "180.00", "billed_cost": "90.02"}]
    rounding = [{"currency": "USD", "billed_cost": "0.02"}]
    found = back(cost_table(rows, total, by=("service", "day"), subtotals=sums, rounding=rounding))
    lines = [(line[0], line[-1]) for line in found.rows() if not re.search("Oct", "".join(line))]
    subtotals = [(f"Subtotal {s}", "30.01") for s in ("a", "b", "c")]
    assert lines == [(w, a) for pair in subtotals for w, a in (("Rounding", "0.01"), pair)] + [
        ("Rounding", "0.02"),
        ("Total", "90.02"),
    ]
    count = int(Decimal(carried(found.pages[0], "Carried forward")[1]))
    assert found.pages[0].count("Oct 2026\n") + found.pages[0].count("Oct 2026 2.00") >= count > 0
    assert carried(found.pages[1], "Brought forward") == [f"{2 * count}.00", f"{count}.00"]


def some_table(seed: int) -> Table:
    """A table of chance: one or two currencies, odd names, amounts of up to 12 digits either way."""
    chance = random.Random(seed)  # noqa: S311 - data of chance, always the same

    def cents() -> str:
        return plain(Decimal(chance.randint(-(10**14), 10**14)).scaleb(-2))

    def name() -> str | None:
        letters = chance.choice([range(32, 127), range(0x370), range(0x4E00, 0x4F00), range(0x10FFFF)])
        found = "".join(chr(chance.choice(letters)) for _ in range(chance.randint(1, 60)))
        return chance.choice([None, found.encode(errors="ignore").decode() or "x"])

    rows = [
        {"currency": currency, "service": name(), "list_cost": cents(), "billed_cost": cents()}
        for currency in chance.choice([["USD"], ["EUR", "USD"]])
        for _ in range(chance.randint(1, 90))
    ]
    mine = {c: [r for r in rows if r["currency"] == c] for c in dict.fromkeys(r["currency"] for r in rows)}
    keys = ("list_cost", "billed_cost")
    return cost_table(
        rows, [{"currency": c, **{k: plain(sum(Decimal(r[k]) for r in mine[c])) for k in keys}} for c in mine]
    )


def foots(table: Table) -> None:
    """Every row stands in the file, in order, and the printed rows add up to the printed totals."""
    found = back(table)
    lines = found.rows()
    names = ["Agreement and rounding" if r["service"] is None else printable(r["service"]) for r in table.rows()]
    ends = len(table.totals)
    assert [line[-3] for line in lines[:-ends]] == names
    for place in (-1, -2):
        printed = [Decimal(line[place].replace(",", "").replace("−", "-")) for line in lines]
        assert sum(printed[:-ends]) == sum(printed[-ends:])


@pytest.mark.parametrize("seed", range(3))
def test_any_table_foots_on_paper(seed: int) -> None:
    foots(some_table(seed))


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(3, 50))
def test_fifty_tables_foot_on_paper(seed: int) -> None:
    foots(some_table(seed))
