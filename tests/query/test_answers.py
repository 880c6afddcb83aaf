"""Every answer equals an independent sum over the lines that went in: rows, order, rounding, subtotals and totals."""

from random import Random

import pytest

from crossfoot.access.scope import scope_for
from crossfoot.query import run as query_run
from crossfoot.reports.catalog import get_report
from crossfoot.reports.question import ask
from tests.query.oracle import BY, FILTERS, answer, any_question, missing_months, select


def check(house, name: str, question: dict, monkeypatch=None) -> None:
    """Ask as somebody and compare with the oracle; then ask the lines where the rollup answered."""
    reader = house.readers[name]
    facts = reader.facts(house.facts)
    wanted = answer(select(facts, question["period"], question["filters"]), question["by"], question["digits"])
    table = house.portal.table("usage-to-cost", reader.user, reader.customer, **question)
    found = {
        "rows": [dict(r) for r in table.rows()],
        "rounding": [dict(r) for r in table.rounding],
        "totals": [dict(t) for t in table.totals],
        "subtotals": [dict(s) for s in table.subtotals],
    }
    for part, records in wanted.items():
        assert found[part] == records, (name, question, part)
    assert table.meta.row_count == len(wanted["rows"])
    warned = [w for w in table.meta.warnings if "Nothing has been published" in w]
    assert bool(warned) == bool(missing_months(question["period"]))
    if monkeypatch:
        by_lines(house, monkeypatch, reader, question, table.digest)


def by_lines(house, monkeypatch, reader, question, digest) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(query_run, "fits_rollup", lambda *_: False)
        assert house.portal.table("usage-to-cost", reader.user, reader.customer, **question).digest == digest


@pytest.mark.parametrize("digits", ["shown", "exact"])
@pytest.mark.parametrize("by", BY)
def test_every_dimension(house, by, digits, monkeypatch):
    for period in ("2026-08..2026-10", "2026-09-11..2026-10-02"):
        check(house, "alice", {"period": period, "by": [by], "filters": {}, "digits": digits}, monkeypatch)


@pytest.mark.parametrize("name", ["alice", "bob", "shop", "both", "charlie", "dana"])
def test_random_questions(house, name, monkeypatch):
    dice = Random(f"questions of {name}")  # noqa: S311 - repeatable, not secret
    for _ in range(25):
        check(house, name, any_question(dice, house.facts), monkeypatch)


@pytest.mark.deep
@pytest.mark.parametrize("name", ["alice", "bob", "shop", "both", "charlie", "dana"])
def test_ten_thousand_random_questions(house, name, monkeypatch):
    dice = Random(f"many questions of {name}")  # noqa: S311 - repeatable, not secret
    for _ in range(1700):
        check(house, name, any_question(dice, house.facts), monkeypatch)


@pytest.mark.parametrize(
    "filters",
    [
        {"tag:env": [""]},
        {"tag:env": ["(none)"]},
        {"tag:env": ["", "(none)"]},
        {"tag:env": ["prod", "test"], "tag:team": ["研发"]},
        {"tag:team": ["a:b"]},
        {"project": ["(none)"]},
        {"service": ["=cmd()", "Elastic IP"]},
        {"service_category": ["Networking", "(none)"]},
        {"service": ["(none)"]},
        {"region": ["(none)", "la-south-2"], "account": ["acct-a1"]},
        {"day": ["2026-09-30"], "month": ["2026-10"]},
        {"currency": ["USD"]},
        {"currency": ["EUR"]},
        {"bill_type": ["4"], "charge_category": ["Purchase"]},
        {"service": ["' OR 1=1 --"]},
    ],
    ids=str,
)
def test_filters(house, filters, monkeypatch):
    for by in (["service"], ["tag:env", "month"]):
        question = {"period": "2026-08..2026-10", "by": by, "filters": filters, "digits": "exact"}
        check(house, "alice", question, monkeypatch)


def test_both_ways_to_an_answer_are_taken(house, monkeypatch):
    """Else the comparison of rollup and lines would compare one thing with itself."""
    taken = []
    paths = query_run._READER.paths
    monkeypatch.setattr(query_run._READER, "paths", lambda files: taken.extend(f.path for f in files) or paths(files))
    for by in (["service"], ["tag:env"]):
        question = {"period": "2026-10", "by": by, "filters": {}, "digits": "shown"}
        check(house, "alice", question, monkeypatch)
    kinds = [path.partition("/")[0] for path in taken]
    assert kinds == ["daily", "charges", "charges", "charges"]


@pytest.mark.parametrize("name", ["alice", "both"])
@pytest.mark.parametrize("dimension", [d for d in FILTERS if d != "tag:nobody"])
def test_a_menu_of_values_has_each_value_once_with_the_costliest_first(house, dimension, name):
    reader = house.readers[name]
    scope = scope_for(reader.user, reader.customer)
    asked = ask(get_report("usage-to-cost", scope.role), scope.role, period="2026-08..2026-10", by=[dimension])
    facts = reader.facts(house.facts)
    cost: dict[str | None, int] = {}
    for fact in facts:
        key = None if (value := fact.value(dimension)) is None else str(value)
        cost[key] = cost.get(key, 0) + fact.billed_cost
    found = [value for value, _ in query_run.list_values(asked.by[0], asked, scope)]
    assert len(found) == len(set(found))
    assert set(found) == set(cost)
    assert [cost[value] for value in found] == sorted(cost.values(), reverse=True)
