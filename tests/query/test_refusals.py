"""A question that cannot be understood is refused in a sentence that says what could be asked instead."""

import pytest

from crossfoot.access.scope import scope_for
from crossfoot.core.errors import BadRequest, NotFound
from crossfoot.core.roles import Role
from crossfoot.query.run import run
from crossfoot.reports.catalog import get_report
from crossfoot.reports.cost import CHARGES, USAGE_TO_COST
from crossfoot.reports.question import ask

ROLE = Role.CUSTOMER_FINANCE


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({"by": ["colour"]}, "no dimension 'colour' here: choose from service, service_category, region"),
        ({"by": ["colour"]}, "tag:KEY"),
        ({"by": ["service", "service"]}, "one or two different dimensions"),
        ({"by": ["service", "region", "day"]}, "one or two different dimensions"),
        ({"by": ["list_cost"]}, "no dimension 'list_cost'"),
        ({"by": ["tag:"]}, "write tag:KEY"),
        ({"by": ["tag:" + "k" * 129]}, "write tag:KEY"),
        ({"by": ["tag:a\x00b"]}, "write tag:KEY"),
        ({"by": ["margin"]}, "no dimension 'margin'"),
        ({"filters": {"colour": ["red"]}}, "no dimension 'colour' here"),
        ({"filters": {"list_cost": ["1.00"]}}, "no dimension 'list_cost' here"),
        ({"filters": {"service": ["a\x00b"]}}, "holds a NUL character"),
        ({"digits": "rounded"}, "shown or exact, not 'rounded'"),
        ({"period": "2026-13"}, "write 2026-10"),
        ({"period": "2026-10..2026-08"}, "ends before it begins"),
        ({"as_of": "yesterday"}, "write 2026-11-05T04:04:00Z"),
        ({"as_of": "2026-11-05T04:04:00"}, "write 2026-11-05T04:04:00Z"),
        ({"as_of": "0001-01-01T00:00:00+08:00"}, "write 2026-11-05T04:04:00Z"),
    ],
)
def test_words_that_a_report_does_not_have(question, says):
    with pytest.raises(BadRequest) as refused:
        ask(USAGE_TO_COST, ROLE, **question)
    assert says in refused.value.sentence


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({"by": ["service"]}, "lists single charges and groups by nothing"),
        ({"by": ["tag:env"]}, "lists single charges and groups by nothing"),
        ({"digits": "rounded"}, "shown or exact, not 'rounded'"),
    ],
)
def test_lines_are_not_grouped_and_their_digits_are_always_exact(question, says):
    with pytest.raises(BadRequest) as refused:
        ask(CHARGES, ROLE, **question)
    assert says in refused.value.sentence
    assert ask(CHARGES, ROLE, digits="shown").digits == "exact"


def test_a_report_that_is_not_there():
    with pytest.raises(NotFound) as refused:
        get_report("usage", ROLE)
    assert "no report 'usage'" in refused.value.sentence


def test_what_a_filter_may_hold_is_a_value_and_never_sql(house):
    """Quotes, wildcards, a tag key like a column: all are looked for as they are and found nowhere."""
    alice = house.readers["alice"].user
    for key in ("tag:' OR '1'='1", "tag:customer_id", "tag:env'] = '' OR tags['x", "tag:%", "tag:\n", "tag:😀"):
        table = house.portal.table("usage-to-cost", alice, period="2026-10", by=[key], filters={key: ["x' --", "%"]})
        assert list(table.rows()) == []


def test_the_resellers_people_name_the_customer(house):
    scope = scope_for(house.portal.dana)
    with pytest.raises(BadRequest) as refused:
        run(USAGE_TO_COST, ask(USAGE_TO_COST, scope.role), scope)
    assert "--customer" in refused.value.sentence
    with pytest.raises(NotFound):
        scope_for(house.portal.dana, "C9999")
    with pytest.raises(NotFound):
        scope_for(house.portal.alice, "C0002")
