"""What the reseller pays reaches no customer: not as a number, a word, a file's bytes, or an edition that moves."""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from django.conf import settings

from crossfoot.access.rls import as_staff
from crossfoot.core.errors import CrossfootError
from crossfoot.core.roles import CUSTOMER, RESELLER, Role
from crossfoot.lake.schema import BUY, CHARGES, DAILY_KEYS
from crossfoot.publish.models import BuyEdition, Edition, EditionFile, EditionTotal
from crossfoot.query import run as query
from crossfoot.reports import cost
from crossfoot.reports.catalog import REPORTS, get_report, list_definitions
from crossfoot.reports.question import ask
from crossfoot.reports.spec import Dimension, Measure
from tests.portal import LIST_X_1, Portal, line
from tests.walls import house as canaries
from tests.walls.answers import everything, files, scope_of
from tests.walls.house import ALPHA, FINAL, people
from tests.walls.house import CHARGES as LINES
from tests.walls.marks import BUY as BUY_MARKS
from tests.walls.marks import BUY_AMOUNTS, finds

NEVER = ("buy", "settlement", "margin", "price_rule", "discount", "coupon", "cash", "credit_amount", "debt", "bonus")


def test_the_marks_of_buy_are_there_to_be_found(house: Portal) -> None:
    """The reseller's own tree holds all of them; else the tests below would look for nothing."""
    lake = Path(settings.HOME.lake)
    told = duckdb.sql(f"SELECT * FROM read_parquet('{lake}/buy/*/*/*.parquet')").fetchall()
    assert len(told) == len(LINES)
    for one in LINES:
        if one.settled is not None:
            assert any(one.settled in row for row in told)
            assert finds(BUY_MARKS, f"{one.settled:,}")
            assert finds(BUY_MARKS, f"{one.billed - one.settled:.2f}")
        assert finds(BUY_MARKS, one.cells["debt_amount"])
        assert not finds(BUY_MARKS, f"{one.list_cost:,} {one.billed:,}")
    assert len(BUY_AMOUNTS) > 200


@pytest.mark.parametrize("name", ["alice", "bob", "ada", "charlie", "gus", "erin"])
def test_nothing_that_a_customer_or_support_can_ask_tells_what_the_reseller_pays(house: Portal, name: str) -> None:
    customer = ALPHA if name == "erin" else ""
    for label, data in everything(people(house)[name], customer):
        assert finds(BUY_MARKS, data) == [], label


def test_no_column_of_a_customers_file_is_the_resellers() -> None:
    assert not [c for c in (*CHARGES, *DAILY_KEYS) if any(word in c for word in NEVER)]
    shared = set(BUY) & set(CHARGES)
    assert shared == {
        "charge_key",
        "customer_id",
        "cycle",
        "bill_date",
        "account_id",
        "service_name",
        "bill_type",
        "currency",
    }


@pytest.mark.parametrize("tree", ["charges", "daily"])
def test_a_customers_files_hold_nothing_of_it(house: Portal, tree: str) -> None:
    lake = Path(settings.HOME.lake)
    with as_staff():
        catalogued = {lake / f.path for f in EditionFile.objects.filter(tree=tree)}
    found = set((lake / tree).rglob("*.parquet"))
    assert found >= catalogued
    assert catalogued
    for path in found:
        stored = pq.read_table(path)
        allowed = set(CHARGES) if tree == "charges" else {*DAILY_KEYS, "rows", "list_cost", "billed_cost"}
        assert set(stored.schema.names) == allowed
        told = "\n".join(str(value) for column in stored.columns for value in column.to_pylist())
        assert finds(BUY_MARKS, told) == []
        meta = pq.ParquetFile(path)
        assert finds(BUY_MARKS, str(meta.schema) + str(meta.metadata.metadata)) == []
        for i in range(meta.metadata.num_columns):
            assert finds(BUY_MARKS, str(meta.metadata.row_group(0).column(i).statistics)) == []


def test_the_catalogue_that_a_customer_can_read_holds_nothing_of_it(house: Portal) -> None:
    with as_staff():
        told = [str(vars(row)) for m in (Edition, EditionFile, EditionTotal) for row in m.objects.all()]
    assert finds(BUY_MARKS, "\n".join(told)) == []


def test_the_dictionary_names_nothing_of_it_to_a_customer() -> None:
    for role in (*CUSTOMER, Role.RESELLER_SUPPORT):
        assert finds(BUY_MARKS, json.dumps(list_definitions(role))) == []
    for report in REPORTS:
        for column in (*report.by, *report.measures, *report.filters, *report.lines):
            if any(word in f"{column.key} {column.sql}" for word in NEVER):
                assert not column.seen_by & CUSTOMER, column.key


def test_refusals_name_nothing_of_it(house: Portal) -> None:
    wrong = ["settlement_amount", "buy_cost", "margin", "margin_rate", "price_rule", "amount", "discount_amount"]
    for user in (house.alice, house.bob):
        role = scope_of(user).role
        for word in wrong:
            for how in ({"by": [word]}, {"filters": {word: ["1"]}}, {"period": word}, {"digits": word}):
                with pytest.raises(CrossfootError) as caught:
                    ask(get_report("usage-to-cost", role), role, **how)
                assert finds(BUY_MARKS, caught.value.sentence.replace(repr(word), "")) == []
        for key in ("settlement", "revenue-and-margin"):
            with pytest.raises(CrossfootError) as caught:
                get_report(key, role)
            assert finds(BUY_MARKS, caught.value.sentence.replace(repr(key), "")) == []


# A column for the reseller alone


@pytest.fixture
def secret_column(monkeypatch: pytest.MonkeyPatch) -> None:
    """`usage-to-cost` and `charges` gain a measure, a dimension and a column of lines that only the reseller may see."""
    measure = Measure(
        key="secret_cost", label="Secret", sql="list_cost", help="For the reseller alone.", seen_by=RESELLER
    )
    group = Dimension(
        key="secret_group", label="Group", sql="trade_id", help="For the reseller alone.", seen_by=RESELLER
    )
    column = replace(cost.CHARGES.lines[0], key="secret_line", sql="trade_id", seen_by=RESELLER)
    usage = cost.USAGE_TO_COST
    changed = (
        replace(usage, measures=(*usage.measures, measure), by=(*usage.by, group), filters=(*usage.filters, group)),
        replace(cost.CHARGES, lines=(*cost.CHARGES.lines, column), measures=(*cost.CHARGES.measures, measure)),
    )
    monkeypatch.setattr("crossfoot.reports.catalog.REPORTS", changed)


def test_a_dimension_for_the_reseller_cannot_be_named_by_a_customer(house: Portal, secret_column: None) -> None:
    role = scope_of(house.alice).role
    for how in ({"by": ["secret_group"]}, {"filters": {"secret_group": ["x"]}}):
        with pytest.raises(CrossfootError, match="has no dimension") as caught:
            ask(get_report("usage-to-cost", role), role, **how)
        assert "secret_group" not in caught.value.sentence.replace("'secret_group'", "")
    assert "secret" not in json.dumps(list_definitions(role))
    assert "secret" in json.dumps(list_definitions(Role.RESELLER_FINANCE))


@pytest.mark.parametrize("key", ["usage-to-cost", "charges"])
def test_a_column_for_the_reseller_is_in_no_customers_answer(house: Portal, secret_column: None, key: str) -> None:
    scope = scope_of(house.alice)
    question = ask(get_report(key, scope.role), scope.role, period=FINAL)
    for fmt, data in files(query.run(question.report, question, scope)):
        assert b"secret" not in data, fmt


def test_values_of_a_dimension_for_the_reseller_are_listed_to_no_customer(house: Portal, secret_column: None) -> None:
    dana, alice = scope_of(house.dana, ALPHA), scope_of(house.alice)
    question = ask(get_report("usage-to-cost", dana.role), dana.role, by=["secret_group"], period=FINAL)
    with pytest.raises(CrossfootError):
        query.list_values(question.by[0], question, alice)


# Buy arrives or changes: R13


@pytest.fixture
def month(portal: Portal) -> Portal:
    """A small month of one customer, published as final."""
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill("customerBill_202610.tar.gz", october(settled="61.00000001")))
    portal.publish()
    return portal


def october(settled: str, **cells: str) -> list[dict[str, str]]:
    lines = [
        line("acct-a1", "2026-10-03", "70.00000001", settlement_amount=settled, resource_id="one"),
        line("acct-a1", "2026-10-04", "30.00400000", settlement_amount="20", resource_id="two"),
    ]
    return [one | cells for one in lines]


def seen(portal: Portal) -> dict[str, object]:
    """Everything about the month that a customer can hold against what it saw before."""
    with as_staff():
        editions = list(Edition.objects.order_by("id").values())
        stored = list(EditionFile.objects.order_by("id").values())
    told = [portal.document(key, portal.alice, period=FINAL)[0] for key in ("usage-to-cost", "charges")]
    table = portal.table("charges", portal.alice, period=FINAL)
    return {"editions": editions, "files": stored, "told": told, "digest": table.digest, "id": table.id}


def paid(portal: Portal) -> list[tuple[int, str]]:
    with as_staff():
        return [(b.number, b.totals["USD"]["settlement_amount"]) for b in BuyEdition.objects.order_by("number")]


PAID_OTHERWISE: Mapping[str, Mapping[str, str]] = {
    "another settlement amount": {"settlement_amount": "55.5"},
    "no settlement amount any more": {"settlement_amount": ""},
    "paid by coupon": {"debt_amount": "0", "coupon_amount": "amount"},
    "written off": {"debt_amount": "0", "adjustment_amount": "amount"},
    "a greater partner discount": {"discount_amount": "20", "amount": "rest", "debt_amount": "rest"},
}


def test_a_bill_that_differs_in_what_the_reseller_pays_moves_nothing_of_the_customers(month: Portal) -> None:
    before = seen(month)
    assert paid(month) == [(1, "81.00000001")]
    for number, (how, change) in enumerate(PAID_OTHERWISE.items(), start=2):
        changed = [_paid(one, change) for one in october(settled="61.00000001")]
        [receipt] = month.ingest(month.bill("customerBill_202610.tar.gz", changed))
        assert receipt.is_new
        [published] = month.publish()
        assert (published.editions, published.blocked) == ((), ()), how
        assert seen(month) == before, how
        assert len(paid(month)) == number, how  # the reseller's own edition is another


def _paid(cells: Mapping[str, str], change: Mapping[str, str]) -> dict[str, str]:
    words = {"amount": cells["amount"], "rest": str(Decimal(cells["official_amount"]) - 20)}
    return {**cells, **{key: words.get(value, value) for key, value in change.items()}}


def test_which_of_two_equal_lines_cost_the_reseller_more_stays_unknown(portal: Portal) -> None:
    """Two lines of one identity and one list cost that differ in their usage; then their discounts change places."""
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    for amounts in (("5", "9"), ("9", "5")):
        lines = [
            line("acct-a1", "2026-10-03", "10", amount=amount, resource_id="vm", usage=usage)
            for amount, usage in zip(amounts, ("1", "2"), strict=True)
        ]
        portal.ingest(portal.bill("customerBill_202610.tar.gz", lines))
        portal.publish()
    with as_staff():
        assert Edition.objects.count() == 1
        assert BuyEdition.objects.count() == 2


def test_a_change_of_sell_does_move_the_edition(month: Portal) -> None:
    """Else the tests above would pass on a portal that never publishes again."""
    before = seen(month)
    month.ingest(
        month.bill(
            "customerBill_202610.tar.gz",
            october(settled="61.00000001", official_amount="9", amount="9", debt_amount="9", discount_amount="0"),
        )
    )
    [published] = month.publish()
    assert published.editions == (("C0001", 2, "final"),)
    assert seen(month)["digest"] != before["digest"]


def test_the_house_is_whole() -> None:
    assert {c.settled is None for c in canaries.charges(cycle=FINAL)} == {False}
    assert all(isinstance(a, Decimal) for a in BUY_AMOUNTS)
