"""A question as an address: what is written is read again, and a row leads to the charges that make it up."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfoot.core.errors import BadRequest
from crossfoot.core.roles import Role
from crossfoot.render.address import narrowed, pinned, read_question, write_question
from crossfoot.reports.cost import CHARGES, USAGE_TO_COST
from crossfoot.reports.question import ask
from crossfoot.reports.vocabulary import BILLED_COST, LIST_COST, UNIT
from tests.render.tables import cost_table, usd

ROLE = Role.CUSTOMER_FINANCE
TOTAL = {"currency": "USD", "list_cost": "1.00", "billed_cost": "1.00"}
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20)


@given(
    filters=st.dictionaries(
        st.sampled_from(["service", "region", "account", "tag:env"]), st.lists(TEXT, min_size=1, max_size=3), max_size=3
    ),
    by=st.lists(st.sampled_from(["service", "day", "tag:cost center"]), unique=True, min_size=1, max_size=2),
    digits=st.sampled_from(["shown", "exact"]),
    as_of=st.sampled_from(["", "2026-11-05T04:04:00Z"]),
)
def test_what_is_written_is_read_again(filters: dict[str, list[str]], by: list[str], digits: str, as_of: str) -> None:
    pairs = [("period", "2026-10"), *(("by", key) for key in by), ("digits", digits), ("as_of", as_of)]
    pairs += [(key, value) for key, values in filters.items() for value in values]
    question = read_question(USAGE_TO_COST, ROLE, pairs)
    assert read_question(USAGE_TO_COST, ROLE, write_question(question)) == question


def test_a_blank_period_or_grouping_asks_for_nothing_and_an_empty_tag_has_a_word() -> None:
    question = read_question(USAGE_TO_COST, ROLE, [("period", ""), ("tag:env", "(empty)"), ("by", ""), ("as_of", "")])
    assert [(d.key, values) for d, values in question.filters] == [("tag:env", ("",))]
    assert ("tag:env", "(empty)") in write_question(question)


@pytest.mark.parametrize("key", ["region", "tag:env", "shoe_size"])
def test_a_blank_filter_is_refused_and_not_dropped(key: str) -> None:
    with pytest.raises(BadRequest) as refused:
        read_question(USAGE_TO_COST, ROLE, [("period", "2026-10"), (key, "")])
    assert f"{key}=(none)" in refused.value.sentence
    assert f"{key}=(empty)" in refused.value.sentence


def test_two_groupings_may_stand_in_one_word() -> None:
    assert [d.key for d in read_question(USAGE_TO_COST, ROLE, [("by", "service,region")]).by] == ["service", "region"]


def test_lines_are_grouped_by_nothing_and_always_exact() -> None:
    question = read_question(CHARGES, ROLE, [("by", "service"), ("digits", "shown"), ("period", "2026-10")])
    assert write_question(question) == [("period", "2026-10")]


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(BadRequest):
        read_question(USAGE_TO_COST, ROLE, [("margin", "1")])


def test_a_row_becomes_filters() -> None:
    table = cost_table([usd(None, "1.00", "1.00")], [TOTAL], by=["service"])
    row = next(table.rows())
    assert narrowed(table, row, CHARGES) == [
        ("period", "2026-10"),
        ("service", "(none)"),
        ("back", "report=usage-to-cost&by=service"),
    ]


def test_the_filter_that_a_row_replaces_is_remembered() -> None:
    table = cost_table([usd("ecs", "1.00", "1.00")], [TOTAL], by=["service"])
    question = ask(USAGE_TO_COST, ROLE, period="2026-10", filters={"service": ["ecs", "obs"], "region": ["x"]})
    pairs = narrowed(replace(table, question=question), next(table.rows()), CHARGES)
    assert pairs == [("period", "2026-10"), ("region", "x"), ("service", "ecs"), ("back", "report=usage-to-cost&by=service&service=ecs&service=obs")]  # fmt: skip


def test_in_two_currencies_a_row_keeps_its_own() -> None:
    table = cost_table([usd("ecs", "1.00", "1.00")], [TOTAL, TOTAL | {"currency": "EUR"}])
    assert ("currency", "USD") in (narrowed(table, next(table.rows()), CHARGES) or [])


def test_what_no_filter_can_ask_for_has_no_link() -> None:
    table = cost_table([usd("ecs", "1.00", "1.00")], [TOTAL])
    assert narrowed(table, next(table.rows()), replace(CHARGES, filters=())) is None


def test_a_link_is_pinned_to_the_moment_of_publication() -> None:
    table = cost_table([usd("ecs", "1.00", "1.00")], [TOTAL])
    assert ("as_of", "2026-11-05T04:04:00Z") in write_question(pinned(table))


def test_a_row_without_a_unit_leads_to_lines_without_one() -> None:
    row = {
        "currency": "USD",
        "resource": "vm",
        "unit": None,
        "quantity": None,
        "list_cost": "1.00",
        "billed_cost": "1.00",
    }
    table = cost_table([row], [TOTAL], by=["resource"], measures=(UNIT, LIST_COST, BILLED_COST))
    assert ("unit", "(none)") in (narrowed(table, row, CHARGES) or [])
