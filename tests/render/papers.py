"""Tables made into PDF and read back."""

from crossfoot.render import pdf
from crossfoot.render.chart import render_chart
from crossfoot.render.paper import Paper
from crossfoot.reports.table import Table
from tests.paper import Back
from tests.render.tables import cost_table

PAPER = Paper(brand="Crossfoot", customer="Alpha (C0001)", verify_at="https://portal.example/verify")


def made(table: Table, paper: Paper = PAPER) -> bytes:
    return pdf.render_pdf(table, paper, render_chart(table, paper.say))


def back(table: Table, paper: Paper = PAPER) -> Back:
    return Back(made(table, paper))


def staircase(rows: int, *currencies: str) -> Table:
    """Row k costs k.10 and lists at 2k.00; so after k rows the cost is k(k+1)/2 + k/10 and the list k(k+1)."""
    found = [
        {"currency": c, "service": f"step {k}", "list_cost": f"{2 * k}.00", "billed_cost": f"{k}.10"}
        for c in currencies
        for k in range(1, rows + 1)
    ]
    totals = [{"currency": c, "list_cost": climbed(rows)[0], "billed_cost": climbed(rows)[1]} for c in currencies]
    return cost_table(found, totals)


def climbed(k: int) -> tuple[str, str]:
    tenths = 5 * k * (k + 1) + k
    return f"{k * (k + 1)}.00", f"{tenths // 10}.{tenths % 10}0"
