"""A simulated reseller through the whole way: every report of every customer equals the truth, to the last digit."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

import crossfoot
from crossfoot.access.register import import_customers
from crossfoot.access.rls import as_staff
from crossfoot.core.clock import instant, now
from crossfoot.pricing.book import approve_prices, import_prices
from crossfoot.publish.models import BuyEdition
from crossfoot.runtime import postgres
from crossfoot.runtime.database import connected
from crossfoot.runtime.home import open_home
from crossfoot.simulator import Plan, simulate
from tests.money.truth import DIMENSIONS, Truth, answer_of, units
from tests.portal import ACTOR, PASSWORD, Portal

EVENTS = ("unknown-bill-type", "unmapped-account", "account-moves", "late-lines", "broken-sum")
LAST = "2026-10"


def load(portal: Portal, plan: Plan, out: Path, *, in_two_steps: bool = False) -> list:
    """Simulate and receive; with `in_two_steps` the months are published open before their final bills arrive."""
    simulate(plan, out)
    import_customers(out / "customers.csv", ACTOR)
    import_prices(out / "prices.csv", ACTOR)
    approve_prices("all", portal.dana)
    if in_two_steps:
        assert all(r.is_clean for r in portal.ingest(out / "customerUsage"))
        portal.publish()
    assert all(r.is_clean for r in portal.ingest(out))
    return portal.publish()


def check(portal: Portal, truth: Truth) -> None:
    """Every customer in every dimension, its count of charges, and what the reseller owes for it."""
    for customer in truth.customers:
        dimensions = [*DIMENSIONS, *(f"tag:{key}" for key in truth.tag_keys(customer)), "tag:nobody"]
        for dimension in dimensions:
            table = portal.table(
                "usage-to-cost", portal.dana, customer, period=truth.period, by=[dimension], digits="exact"
            )
            assert answer_of(table.rows(), dimension) == truth.answer(customer, dimension), (customer, dimension)
            assert table.rounding == ()
        charges = portal.table("charges", portal.dana, customer, period=truth.period)
        assert charges.meta.row_count == truth.rows(customer)
    check_buy(truth)


def check_buy(truth: Truth) -> None:
    """The published Buy equals the truth wherever the files say all of it; else it says how many lines are unknown."""
    with as_staff():
        newest = {(b.customer_key, b.cycle): b.totals for b in BuyEdition.objects.order_by("number")}
    known = 0
    for customer in truth.customers:
        for cycle in truth.months(customer):
            totals, wanted = newest[customer, cycle]["USD"], truth.buy(customer, cycle)
            assert (totals["unknown"] == 0) == (wanted is not None)
            if wanted is not None:
                known += 1
                assert units(totals["settlement_amount"]) == wanted
    assert known


def check_cells(portal: Portal, truth: Truth, customer: str) -> None:
    """Cell by cell, from the single charges: nothing is booked on another account, day, service or project."""
    found: dict[tuple, list[int]] = {}
    for row in portal.table("charges", portal.dana, customer, period=truth.period).rows():
        if row["source_record"] is not None:
            sums = found.setdefault(tuple(row["bill_date" if d == "day" else d] for d in CELL), [0, 0, 0])
            for place, value in enumerate((1, units(row["list_cost"] or ""), units(row["billed_cost"] or ""))):
                sums[place] += value
    wanted = {
        tuple(c[DIMENSIONS[d]] for d in CELL): [c["rows"], units(str(c["list"])), units(str(c["sell"]))]
        for c in truth.cells(customer)
    }
    assert found == wanted


CELL = ("account", "month", "day", "service", "region", "project", "bill_type")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_report_is_the_truth(portal: Portal, tmp_path, lang):
    plan = Plan(customers=4, first_cycle="2026-09", last_cycle=LAST, rows=1600, seed=5, lang=lang)
    published = load(portal, plan, tmp_path / "out")
    assert [len(p.editions) for p in published] == [4, 4]
    truth = Truth(tmp_path / "out" / "truth.json")
    check(portal, truth)
    check_cells(portal, truth, "C0002")
    assert any(truth.roundings(customer) for customer in truth.customers)


@pytest.fixture(scope="module")
def stormy(server, tmp_path_factory):
    """Every mishap at once, in the last cycle, which is published open first and then closed."""
    from tests.portal import Portal as Made

    out = tmp_path_factory.mktemp("stormy")
    portal = Made(open_home(), out)
    portal.empty()
    plan = Plan(customers=5, first_cycle="2026-09", last_cycle=LAST, rows=2500, seed=9, events=EVENTS)
    published = load(portal, plan, out, in_two_steps=True)
    truth = Truth(out / "truth.json", frozenset({("C0002", LAST), ("C0003", LAST)}))
    return portal, truth, {p.cycle: p for p in published}


def blocks_of(published, check_key: str) -> list:
    return [f for f in published.findings if f.is_block and f.check == check_key]


def test_with_every_mishap_everybody_else_has_the_truth(stormy):
    portal, truth, published = stormy
    assert truth.customers == [f"C000{n}" for n in range(1, 6)]
    assert published["2026-09"].blocked == ()
    assert published[LAST].blocked == ("C0002", "C0003")
    assert {c for c, *_ in published[LAST].editions} == {"C0001", "C0004", "C0005"}
    check(portal, truth)
    check_cells(portal, truth, "C0001")


def test_an_unknown_bill_type_is_named_with_its_record_and_keeps_its_month_back(stormy):
    portal, _, published = stormy
    [block] = blocks_of(published[LAST], "bill-type")
    assert (block.customer, block.value, block.count) == ("C0002", "77", 1)
    assert block.record is not None
    assert portal.table("usage-to-cost", portal.dana, "C0002", period=LAST).meta.editions == ()


def test_a_discount_that_is_off_by_the_last_digit_keeps_its_month_back(stormy):
    _, _, published = stormy
    [block] = blocks_of(published[LAST], "amount-sums")
    assert (block.customer, block.column, block.count) == ("C0003", "List Price", 1)


def test_lines_that_reach_only_the_final_bill_are_a_second_edition(stormy):
    portal, truth, published = stormy
    assert ("C0001", 2, "final") in published[LAST].editions
    then = portal.table("usage-to-cost", portal.dana, "C0001", period=LAST).meta.editions[0].published_at
    before = portal.table("usage-to-cost", portal.dana, "C0001", period=LAST, digits="exact", as_of=instant(now()))
    assert before.meta.editions[0].published_at == then
    [total] = before.totals
    assert units(total["billed_cost"] or "") == sum(
        (truth.month("C0001", LAST)[1], truth.roundings("C0001").get(LAST, 0))
    )


@pytest.fixture
def moved(portal: Portal, tmp_path):
    """An account goes from C0001 to C0002 on the 16th; another belongs to nobody. Open first, then closed."""
    events = ("account-moves", "unmapped-account")
    plan = Plan(customers=2, first_cycle="2026-09", last_cycle=LAST, rows=700, seed=2, events=events)
    published = load(portal, plan, tmp_path / "out", in_two_steps=True)
    return portal, Truth(tmp_path / "out" / "truth.json"), published[-1]


def test_an_account_that_moves_is_split_and_one_of_nobody_waits_until_it_is_mapped(moved):
    """Both owners have the truth. The stray account blocks nobody; once it is mapped, its owner has its five lines."""
    portal, truth, published = moved
    check(portal, truth)
    accounts = [{str(cell["account"]) for cell in truth.cells(c) if cell["cycle"] == LAST} for c in truth.customers]
    assert len(accounts[0] & accounts[1]) == 1
    [waiting] = blocks_of(published, "account-mapped")
    assert (published.blocked, waiting.customer, waiting.count) == ((), "", 5)
    strays = [c for c in json.loads(truth.path.read_text())["cells"] if c["customer"] is None]
    assert {c["account"] for c in strays} == {waiting.account}
    portal.customers(f"C0009,Found,USD,{waiting.account},,")
    assert portal.publish(LAST)[0].editions == (("C0009", 1, "final"),)
    found = portal.sums(portal.dana, "bill_type", "C0009", period=LAST, digits="exact")
    assert sum(units(text or "") for key, text in found.items() if key) == sum(units(c["sell"]) for c in strays)


def test_the_command_line_tells_the_truth():
    """The whole way through `crossfoot`, on a home of its own: what a reseller's operator types."""
    folder = Path(tempfile.mkdtemp(prefix="crossfoot-test-"))
    folder.chmod(0o755)  # PostgreSQL may run as another user, who passes through
    home = open_home({"CROSSFOOT_HOME": str(folder / "home")})
    with connected(home, {}):  # one server for all commands, as `crossfoot up` would keep one
        out = folder / "bills"
        run(
            home,
            "simulate",
            str(out),
            *["--customers", "3", "--months", "2026-09..2026-10", "--rows", "900", "--seed", "4", "--lang", "zh"],
        )
        run(home, "customers", "import", str(out / "customers.csv"))
        run(home, "users", "add", "dana@r.example", "--role", "reseller-finance", "--password-stdin", typed=PASSWORD)
        run(home, "prices", "import", str(out / "prices.csv"))
        run(home, "prices", "approve", "all", "--as", "dana@r.example")
        run(home, "ingest", str(out), "--json")
        published = json.loads(run(home, "publish", "--json"))
        assert [len(c["editions"]) for c in published["cycles"]] == [3, 3]
        truth = Truth(out / "truth.json")
        asked = [("C0001", "service"), ("C0002", "day"), ("C0003", "tag:env")]
        for customer, dimension in asked:
            options = ["--customer", customer, "--period", truth.period, "--by", dimension, "--digits", "exact"]
            document = json.loads(run(home, "report", "usage-to-cost", "--as", "dana@r.example", *options))
            assert answer_of(document["rows"], dimension) == truth.answer(customer, dimension)
    deadline = time.monotonic() + 20
    while postgres.is_alive(home):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    postgres.erase(home)
    shutil.rmtree(folder)


def run(home, *words: str, typed: str = "") -> str:
    """A command in a process of its own; it must end well."""
    environ = {
        "PATH": os.defpath,
        "CROSSFOOT_HOME": str(home.root),
        "PYTHONPATH": str(Path(crossfoot.__file__).parent.parent),
    }
    argv = [sys.executable, "-m", "crossfoot.cli.main", *words]
    done = subprocess.run(argv, env=environ, input=typed, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.deep
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_million_lines_of_fifty_customers_are_the_truth(portal: Portal, tmp_path, lang):
    plan = Plan(customers=50, first_cycle="2026-08", last_cycle=LAST, rows=1_000_000, seed=1, lang=lang)
    load(portal, plan, tmp_path / "out")
    truth = Truth(tmp_path / "out" / "truth.json")
    assert len(truth.customers) == 50
    check(portal, truth)
    check_cells(portal, truth, "C0001")
