from collections import Counter
from decimal import Decimal

import pytest

from crossfoot.core.errors import BadRequest
from crossfoot.simulator import Plan, simulate
from tests.simulator.files import bills, last_usage, table, truth

LAST = "2026-10"


def accounts_of(out, customer):
    return {row["account_id"] for row in table(out / "customers.csv") if row["customer_id"] == customer}


def test_mishaps_keep_the_number_of_lines(calm, stormy):
    assert len(bills(stormy)) == len(bills(calm)) == 6000


def test_one_line_of_the_second_customer_has_a_bill_type_that_nobody_knows(stormy):
    (row,) = (row for row in bills(stormy) if row["Bill Type"] == "77")
    assert row["Billing Cycle"] == LAST
    assert row["Customer ID"] in accounts_of(stormy, "C0002")
    assert Decimal(row["List Price"]) == Decimal(row["Discount Amount"]) + Decimal(row["Amount Due"]) > 0
    (cell,) = (cell for cell in truth(stormy)["cells"] if cell["bill_type"] == "77")
    assert (cell["customer"], cell["rows"], cell["list"], cell["sell"]) == ("C0002", 1, row["List Price"], None)
    unpriced = {tag["customer"] for tag in truth(stormy)["tags"] if tag["sell"] is None}
    assert unpriced == {"C0002"}


def test_an_account_that_no_customer_owns_has_a_few_lines(stormy):
    known = {row["account_id"] for row in table(stormy / "customers.csv")}
    stray = [row for row in bills(stormy) if row["Customer ID"] not in known]
    assert len(stray) == 5
    assert {row["Billing Cycle"] for row in stray} == {LAST}
    cells = [cell for cell in truth(stormy)["cells"] if cell["customer"] is None]
    assert sum(cell["rows"] for cell in cells) == 5
    assert {cell["account"] for cell in cells} == {row["Customer ID"] for row in stray}


def test_an_account_moves_on_the_sixteenth_and_refunds_stay_with_the_owner_of_the_order(stormy):
    leaving, arriving = (row for row in table(stormy / "customers.csv") if row["valid_from"] or row["valid_to"])
    assert leaving["account_id"] == arriving["account_id"]
    assert leaving["valid_to"] == arriving["valid_from"] == "2026-10-16"
    account, old, new = leaving["account_id"], leaving["customer_id"], arriving["customer_id"]
    assert old != new
    rows = [row for row in bills(stormy) if row["Customer ID"] == account and row["Billing Cycle"] == LAST]
    own = [row for row in bills(stormy) if row["Customer ID"] == account]
    ordered = {row["Order ID"]: row["Expenditure Date"] for row in own if row["Order ID"]}
    decided = [ordered.get(row["Original Order ID"], row["Expenditure Date"]) for row in rows]
    stayed = [row for row, day in zip(rows, decided, strict=True) if day < "2026-10-16"]
    assert any(row["Original Order ID"] and row["Expenditure Date"] >= "2026-10-16" for row in stayed)
    said = Counter()
    for cell in truth(stormy)["cells"]:
        if cell["account"] == account and cell["cycle"] == LAST:
            said[cell["customer"]] += cell["rows"]
    assert said == {old: len(stayed), new: len(rows) - len(stayed)}


def test_late_lines_are_missing_in_the_month_to_date_in_number(calm, stormy):
    def missing(out):
        return sum(row["Billing Cycle"] == LAST for row in bills(out)) - len(last_usage(out))

    assert missing(stormy) > 10 * missing(calm) > 0


def test_one_discount_of_the_third_customer_is_off_by_the_last_digit(stormy):
    wrong = [
        row
        for row in bills(stormy)
        if sum(Decimal(row[name]) for name in ("Discount Amount", "Truncated Amount", "Amount Due"))
        != Decimal(row["List Price"])
    ]
    (row,) = wrong
    assert row["Customer ID"] in accounts_of(stormy, "C0003")
    assert row["Billing Cycle"] == LAST
    off = Decimal(row["Discount Amount"]) + Decimal(row["Truncated Amount"]) + Decimal(row["Amount Due"])
    assert off - Decimal(row["List Price"]) == Decimal("0.00000001")


@pytest.mark.parametrize(
    "event", ["unknown-bill-type", "broken-sum", "account-moves", "unmapped-account", "late-lines"]
)
def test_each_event_also_befalls_a_tiny_reseller(tmp_path, event):
    plan = Plan(customers=3, first_cycle=LAST, last_cycle=LAST, rows=40, seed=1, events=(event,))
    assert simulate(plan, tmp_path).rows == len(bills(tmp_path)) == 40


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"events": ("flood",)}, "'flood': choose from unknown-bill-type, unmapped-account, account-moves, late-lines"),
        ({"events": ("broken-sum",), "customers": 2}, "broken-sum needs 3 customers"),
        ({"last_cycle": "2026-13"}, "cannot be read"),
        ({"last_cycle": "2026-09"}, "end before they begin"),
        ({"rows": 2}, "ask for 3 or more"),
        ({"customers": 0}, "at least one"),
        ({"lang": "fr"}, "choose en or zh"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_one_sentence_before_anything_is_written(tmp_path, change, sentence):
    plan = {"customers": 3, "first_cycle": LAST, "last_cycle": LAST, "rows": 100, "seed": 1} | change
    with pytest.raises(BadRequest) as refused:
        simulate(Plan(**plan), tmp_path / "out")
    assert sentence in refused.value.sentence
    assert not (tmp_path / "out").exists()
