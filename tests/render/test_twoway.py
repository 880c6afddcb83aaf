"""The sheet: it crossfoots. Rows add up across, columns down, and both to one corner, whatever was rounded."""

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from crossfoot.render.cells import View
from crossfoot.render.twoway import fits_sheet, render_sheet
from crossfoot.reports.table import Table
from tests.render.tables import Row, cost_table
from tests.render.test_html import Grid

CENT = Decimal("0.01")
MONTHS = ("2026-08", "2026-09", "2026-10")
SERVICES = ("ecs", "obs", None)
AMOUNTS = st.decimals(min_value=-1000, max_value=1000, places=8)


def shown(amount: Decimal) -> str:
    return f"{amount.quantize(CENT, ROUND_HALF_UP):f}"


def table_of(cells: dict[tuple[str | None, str], Decimal], currency: str = "USD") -> Table:
    """A Table of exact cells, rounded as the query rounds it: every figure alone."""

    def record(amount: Decimal, **keys: str | None) -> Row:
        return {"currency": currency, **keys, "list_cost": shown(amount), "billed_cost": shown(amount)}

    services, months = dict.fromkeys(s for s, _ in cells), dict.fromkeys(m for _, m in cells)
    subtotals = [record(sum(a for (s, _), a in cells.items() if s == service), service=service) for service in services]
    subtotals += [record(sum(a for (_, m), a in cells.items() if m == month), month=month) for month in months]
    return cost_table(
        [record(amount, service=service, month=month) for (service, month), amount in cells.items()],
        [record(sum(cells.values(), Decimal(0)))],
        by=["service", "month"],
        subtotals=subtotals,
    )


def figures(line: list[str]) -> list[Decimal]:
    return [Decimal(cell.replace("−", "-").replace(",", "") or 0) for cell in line]


@given(
    st.dictionaries(st.tuples(st.sampled_from(SERVICES), st.sampled_from(MONTHS)), AMOUNTS, min_size=2).filter(
        lambda cells: len({month for _, month in cells}) > 1
    )
)
def test_it_adds_up_across_and_down(cells: dict[tuple[str | None, str], Decimal]) -> None:
    ordered = dict(sorted(cells.items(), key=lambda item: (item[0][0] or "", item[0][1])))
    head, *lines = Grid(render_sheet(table_of(ordered), View())).lines
    assert head[-1] == "Total USD"
    body = [figures(line[1:]) for line in lines]
    for row in body:
        assert sum(row[:-1]) == row[-1]
    for column in zip(*body, strict=True):
        assert sum(column[:-1]) == column[-1]
    assert body[-1][-1] == Decimal(shown(sum(cells.values(), Decimal(0))))


def test_what_it_looks_like() -> None:
    cells = {("ecs", "2026-09"): Decimal("1.005"), ("ecs", "2026-10"): Decimal("1.005"), (None, "2026-10"): Decimal(3)}
    assert Grid(render_sheet(table_of(cells), View())).lines == [
        ["Service", "Sep 2026", "Oct 2026", "Rounding", "Total USD"],
        ["ecs", "1.01", "1.01", "−0.01", "2.01"],
        ["Agreement and rounding", "", "3.00", "", "3.00"],
        ["Total", "1.01", "4.01", "−0.01", "5.01"],
    ]


def test_a_cell_leads_to_its_own_charges_and_a_row_to_all_of_them() -> None:
    cells = {("ecs", "2026-09"): Decimal(1), ("ecs", "2026-10"): Decimal(2)}
    html = render_sheet(table_of(cells), View(link=lambda record: f"?{record['service']}={record.get('month', 'all')}"))
    assert 'href="?ecs=all"' in html
    assert 'href="?ecs=2026-09"' in html


def test_what_does_not_fit_a_sheet() -> None:
    assert not fits_sheet(table_of({("ecs", "2026-10"): Decimal(1), ("obs", "2026-10"): Decimal(1)}))  # one column
    assert not fits_sheet(cost_table([], []))
    days = {("ecs", f"2026-10-{day:02}"): Decimal(1) for day in range(1, 15)}
    assert not fits_sheet(table_of(days))  # fourteen columns
