"""Against the truth of a simulated reseller, which was counted from what happened and never from a written row."""

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from crossfoot.pricing.rate import Rule
from crossfoot.reconcile.derive import Cell, Deriver, Sums
from crossfoot.reconcile.landed import Landed
from crossfoot.reconcile.owners import Owner, Owners
from crossfoot.reconcile.sell import Sellers
from crossfoot.simulator import Plan, simulate
from crossfoot.sources.bill import Source
from tests.simulator.files import truth

LIST_X_1 = Rule(rule_id="R", action="list_pct", value=Decimal(100), valid_from=date(2020, 1, 1))


def owners(out: Path) -> Owners:
    with (out / "customers.csv").open(encoding="utf-8", newline="") as file:
        return Owners(
            Owner(row["account_id"], row["customer_id"], _day(row["valid_from"]), _day(row["valid_to"]))
            for row in csv.DictReader(file)
        )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_cell_is_the_true_one(tmp_path, lang):
    events = ("account-moves", "unmapped-account", "late-lines")
    plan = Plan(customers=5, first_cycle="2026-08", last_cycle="2026-10", rows=3000, seed=11, lang=lang, events=events)
    simulate(plan, tmp_path)
    known, found = owners(tmp_path), {}
    of = Deriver(known, Sellers(known, [LIST_X_1]))
    bought: dict[tuple[str, str], Decimal] = {}
    for path in sorted((tmp_path / "customerBill").iterdir()):
        cycle = f"{path.name[13:17]}-{path.name[17:19]}"
        for customer, month in of.derive(
            cycle, [Landed(path, Source.HUAWEI, {a for own in known.accounts.values() for a in own})], set()
        ).items():
            found |= {(customer, cycle, cell): sums for cell, sums in month.cells.items()}
            bought[customer, cycle] = month.bought["USD"].settlement
            assert month.unpriced == 0
    cells = [cell for cell in truth(tmp_path)["cells"] if cell["customer"]]
    assert found == {_key(cell): Sums(cell["rows"], Decimal(cell["list"]), Decimal(cell["sell"])) for cell in cells}
    owed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for cell in cells:
        owed[cell["customer"], cell["cycle"]] += Decimal(cell["buy"] or 0)
    assert bought == owed


def _key(cell: dict) -> tuple[str, str, Cell]:
    names = ("currency", "day", "account", "service", "region", "project", "bill_type")
    return cell["customer"], cell["cycle"], Cell(*(cell[name] for name in names))
