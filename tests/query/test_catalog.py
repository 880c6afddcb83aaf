"""Definitions are checked before anything is asked of them; each kind of fault is planted here and found."""

from dataclasses import replace

import duckdb
import pytest

from crossfoot.billing.facts import SCHEMA as LEDGER
from crossfoot.core.roles import RESELLER, Role
from crossfoot.lake.schema import CHARGES as LAKE
from crossfoot.lake.schema import DAILY_KEYS
from crossfoot.reports import vocabulary as v
from crossfoot.reports.catalog import REPORTS, check_catalog, get_report, list_definitions, list_reports
from crossfoot.reports.cost import CHARGES, USAGE_TO_COST

# What a customer's file may never name (contract.md).
HIDDEN = ("buy", "settlement", "margin", "price_rule", "discount", "coupon")


def test_the_catalogue_has_no_fault():
    assert check_catalog() == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"key": "charges"}, "two reports are called charges"),
        ({"drill": "nowhere"}, "drills into nowhere, which is not there"),
        ({"default_by": "colour"}, "has no default grouping"),
        ({"default_by": ""}, "has no default grouping"),
        ({"by": (replace(v.SERVICE, help=""), *USAGE_TO_COST.by[1:])}, "usage-to-cost.service has no definition"),
        (
            {"by": (replace(v.SERVICE, help="Service"), *USAGE_TO_COST.by[1:])},
            "usage-to-cost.service has no definition",
        ),
        (
            {"filters": (replace(v.SERVICE, sql="service_code"),)},
            "service means two things, in usage-to-cost and in usage-to-cost",
        ),
        (
            {"measures": (replace(v.BILLED_COST, sql="list_cost"), v.BILLED_COST)},
            "billed_cost means two things, in usage-to-cost",
        ),
        ({"revision": 3}, "usage-to-cost is at revision 3, and its changes do not tell each after the first"),
        ({"changes": ()}, "usage-to-cost is at revision 2, and its changes do not tell each after the first"),
        ({"measures": (), "by": (v.REGION,), "filters": ()}, "usage-to-cost never had a column service_code"),
    ],
)
def test_a_planted_fault_is_named(change, fault):
    found = check_catalog((replace(USAGE_TO_COST, **change), CHARGES))
    assert any(fault in sentence for sentence in found), found


def test_one_word_means_one_thing_in_all_reports():
    other = replace(CHARGES, filters=(), revision=1, changes=(), lines=(replace(v.SERVICE, sql="service_code"),))
    assert check_catalog((USAGE_TO_COST, other)) == ["service means two things, in usage-to-cost and in charges"]


def test_every_column_is_in_its_facts():
    """The expressions are run, not read: against an empty table with the lake's columns, or with those of the ledger."""
    with duckdb.connect() as lake:
        lake.execute("CREATE TABLE charges (" + ", ".join(f"{name} {kind}" for name, kind in LAKE.items()) + ")")
        lake.register("ledger", LEDGER.empty_table())
        for report in REPORTS:
            facts = "ledger" if report.source.is_ledger else "charges"
            for column in (*report.by, *report.measures, *report.filters, *report.lines):
                lake.execute(f"SELECT {column.sql} FROM {facts}")
                for name in filter(None, [getattr(column, "name_sql", "")]):
                    lake.execute(f"SELECT {name} FROM {facts}")
        assert set(DAILY_KEYS) < set(LAKE)


def test_no_column_of_a_customer_speaks_of_what_the_reseller_pays():
    for report in list_definitions(Role.CUSTOMER_ADMIN):
        for column in report["columns"]:
            assert not any(word in column["key"] for word in HIDDEN), column


def test_a_role_learns_only_of_what_it_may_see():
    secret = replace(CHARGES, key="secret", seen_by=RESELLER)
    assert {r.key for r in list_reports(Role.CUSTOMER_VIEWER)} == {
        r.key for r in REPORTS if Role.CUSTOMER_VIEWER in r.seen_by
    }
    assert Role.CUSTOMER_VIEWER not in secret.seen_by
    assert get_report("charges", Role.CUSTOMER_VIEWER) is CHARGES
    definitions = list_definitions(Role.CUSTOMER_VIEWER)
    assert [d["report"] for d in definitions] == [r.key for r in list_reports(Role.CUSTOMER_VIEWER)]
    for report in definitions:
        keys = [c["key"] for c in report["columns"]]
        assert len(keys) == len(set(keys))
