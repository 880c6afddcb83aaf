"""Behind every cell stand charges that add up to it, all of them and no others."""

from decimal import Decimal

import pytest

from crossfoot.access.scope import scope_for
from crossfoot.query.run import run
from crossfoot.render.address import BACK, narrowed, read_question
from crossfoot.reports.cost import CHARGES
from tests.query.oracle import BY

MEASURES = ("list_cost", "billed_cost")


def sums(records) -> dict[tuple[str, str], Decimal]:
    return {(r["currency"], m): Decimal(r[m] or 0) for r in records for m in MEASURES}


def behind(house, name: str, table, record) -> dict[tuple[str, str], Decimal] | None:
    """The charges that a link from this row asks for, summed one by one."""
    pairs = narrowed(table, record, CHARGES)
    if pairs is None:
        return None
    reader = house.readers[name]
    scope = scope_for(reader.user, reader.customer)
    asked = [pair for pair in pairs if pair[0] != BACK]  # a word of the page
    charges = run(CHARGES, read_question(CHARGES, scope.role, asked), scope)
    found = {(record["currency"], m): Decimal(0) for m in MEASURES}
    count = 0
    for row in charges.rows():
        count += 1
        for m in MEASURES:
            found[row["currency"], m] += Decimal(row[m] or 0)
    assert sums(charges.totals) == found
    assert count == charges.meta.row_count
    return found


@pytest.mark.parametrize("name", ["alice", "both"])
@pytest.mark.parametrize("by", [d for d in BY if d not in {"product", "sku", "resource", "tag:env"}])
def test_the_charges_behind_a_row_add_up_to_it(house, by, name):
    reader = house.readers[name]
    for period in ("2026-08..2026-10", "2026-09-11..2026-10-02"):
        question = {
            "period": period,
            "by": [by],
            "filters": {"region": ["ap-southeast-1", "(none)"]},
            "digits": "exact",
        }
        table = house.portal.table("usage-to-cost", reader.user, reader.customer, **question)
        rows = list(table.rows())
        for row in rows[:: 1 + len(rows) // 12]:
            assert behind(house, name, table, row) == sums([row]), row


def test_the_charges_behind_a_cell_of_two_ways_add_up_to_it(house):
    alice = house.readers["alice"].user
    table = house.portal.table("usage-to-cost", alice, period="2026-10", by=["tag:team", "service"], digits="exact")
    rows = list(table.rows())
    assert {r["tag:team"] for r in rows} == {None, "a:b", "研发"}
    for row in rows:
        assert behind(house, "alice", table, row) == sums([row]), row


def test_a_tag_without_a_value_and_no_tag_are_two_rows_with_their_own_charges(house):
    alice = house.readers["alice"].user
    table = house.portal.table("usage-to-cost", alice, period="2026-10", by=["tag:env"], digits="exact")
    rows = {r["tag:env"]: r for r in table.rows()}
    for value in (None, "", "prod"):
        assert behind(house, "alice", table, rows[value]) == sums([rows[value]])


@pytest.mark.parametrize("by", ["product", "sku", "resource"])
def test_the_charges_behind_a_quantity_are_those_of_its_unit(house, by):
    alice = house.readers["alice"].user
    table = house.portal.table("usage-to-cost", alice, period="2026-10", by=[by], digits="exact")
    for row in table.rows():
        assert behind(house, "alice", table, row) == sums([row]), row


def test_the_lines_of_a_month_in_two_files_come_once_and_in_one_order(house):
    """Pages of a line report together are the whole report."""
    from crossfoot.query.select import Window
    from crossfoot.reports.question import ask

    reader = house.readers["alice"]
    scope = scope_for(reader.user)
    question = ask(CHARGES, scope.role, period="2026-08..2026-10")
    whole = list(run(CHARGES, question, scope).rows())
    parts = [r for start in range(0, len(whole), 97) for r in run(CHARGES, question, scope, Window(start, 97)).rows()]
    assert parts == whole
    assert len({r["charge_key"] for r in whole}) == len(whole) == len(reader.facts(house.facts))
    assert [r["month"] for r in whole] == sorted(r["month"] for r in whole)
