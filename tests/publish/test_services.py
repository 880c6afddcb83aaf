"""A service has one name for its code, whatever the language of the bill; what the bill said is kept beside it."""

from collections.abc import Iterator

import duckdb
import pytest

from crossfoot.core.finding import Finding
from crossfoot.publish.inputs import REVISION
from crossfoot.publish.services import JOIN, MADE, load_services
from crossfoot.reconcile import reconcile
from crossfoot.sources.services import name_service
from tests.portal import LIST_X_1, Portal, line

ECS, RDS, NEW = "hws.service.type.ec2", "hws.service.type.rds", "hws.service.type.brand-new"
SEPTEMBER, OCTOBER = "customerBill_202609.tar.gz", "customerBill_202610.tar.gz"


def of(code: str, name: str) -> dict[str, str]:
    """The cells of a service."""
    return {"cloud_service_type": code, "cloud_service_type_name": name}


@pytest.fixture
def shop(portal: Portal) -> Portal:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    return portal


@pytest.fixture
def mixed(shop: Portal) -> Portal:
    """September in English, October in Chinese: 1.00 and 2.00 of ECS, 4.00 and 8.00 of a service that nobody knows."""
    shop.ingest(
        shop.bill(
            SEPTEMBER,
            [
                line("acct-a1", "2026-09-05", "1.00", **of(ECS, "Elastic Cloud Server")),
                line("acct-a1", "2026-09-06", "4.00", **of(NEW, "Brand New")),
            ],
        )
    )
    shop.ingest(
        shop.bill(
            OCTOBER,
            [
                line("acct-a1", "2026-10-05", "2.00", **of(ECS, "弹性云服务器")),
                line("acct-a1", "2026-10-06", "8.003", **of(NEW, "NAT Gateway")),
            ],
            lang="zh",
        )
    )
    return shop


def notes(portal: Portal) -> list[Finding]:
    return [f for published in portal.publish() for f in published.findings if f.check == "service-code"]


def test_a_service_in_two_languages_is_one_row_and_an_unknown_one_is_said(mixed: Portal) -> None:
    found = notes(mixed)
    assert [(f.cycle, f.value, f.severity, f.count) for f in found] == [
        ("2026-09", NEW, "note", 1),
        ("2026-10", NEW, "note", 1),
    ]
    assert "Unknown service code" in found[0].sentence
    assert mixed.sums(mixed.alice, "service", period="2026-09..2026-10") == {
        f"NAT Gateway ({NEW})": "8.00",  # it is not the NAT Gateway that we know
        "Brand New": "4.00",
        "Elastic Cloud Server": "3.00",
        None: "0.00",  # the rounding of October: -0.003
    }
    assert mixed.sums(mixed.alice, "service_category", period="2026-09..2026-10", digits="exact") == {
        "Other": "12.00300000",
        "Compute": "3.00000000",
        None: "-0.00300000",
    }


def test_the_bills_own_word_and_the_code_stand_beside_the_name(mixed: Portal) -> None:
    mixed.publish()
    rows = list(mixed.table("charges", mixed.alice, period="2026-10").rows())
    keys = ("service", "service_code", "source_service", "service_category", "service_subcategory")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        ("Elastic Cloud Server", ECS, "弹性云服务器", "Compute", "Virtual Machines"),
        (f"NAT Gateway ({NEW})", NEW, "NAT Gateway", "Other", "Other (Other)"),
        (None, None, None, None, None),
    ]
    grouped = mixed.table("usage-to-cost", mixed.alice, period="2026-10", by=["service"])
    assert [(row["service"], row["service_code"]) for row in grouped.rows()] == [
        (f"NAT Gateway ({NEW})", NEW),
        ("Elastic Cloud Server", ECS),
        (None, None),
    ]


def test_the_second_opinion_calls_services_the_same(mixed: Portal) -> None:
    mixed.publish()
    outcome = reconcile(mixed.home)
    assert outcome.is_clean, list(outcome.lines())


def test_two_unknown_codes_of_one_name_share_a_row_that_names_both(shop: Portal) -> None:
    twice = [line("acct-a1", "2026-10-05", "1.00", **of(f"{NEW}{n}", "Twin")) for n in (1, 2)]
    shop.ingest(shop.bill(OCTOBER, twice))
    shop.publish()
    [row] = shop.table("usage-to-cost", shop.alice, by=["service"]).rows()
    assert (row["service"], row["service_code"], row["billed_cost"]) == ("Twin", f"{NEW}1, {NEW}2", "2.00")


def test_rules_speak_of_the_code_or_the_word_on_the_bill(portal: Portal) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices("A,2020-01-01,,,弹性云服务器,list_pct,50", f"B,2020-01-01,,,{RDS},list_pct,10")
    lines = [
        line("acct-a1", "2026-10-05", "10.00", **of(ECS, "弹性云服务器")),
        line("acct-a1", "2026-10-06", "10.00", **of(RDS, "云数据库 RDS")),
    ]
    portal.ingest(portal.bill(OCTOBER, lines, lang="zh"))
    portal.publish()
    assert portal.sums(portal.alice, "service") == {
        "Elastic Cloud Server": "5.00",
        "Relational Database Service": "1.00",
    }
    assert reconcile(portal.home).is_clean


def test_months_published_before_are_looked_at_again() -> None:
    assert REVISION >= 2


@pytest.fixture
def bench() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        load_services(connection)
        yield connection


def made(bench: duckdb.DuckDBPyConnection, lines: list[tuple[str | None, ...]]) -> list[tuple[str | None, ...]]:
    """What is made of lines of code, name, category and subcategory."""
    columns = ("service_code", "service_name", "service_category", "service_subcategory")
    bench.execute(f"CREATE OR REPLACE TABLE lines ({', '.join(f'{c} VARCHAR' for c in columns)})")
    bench.executemany("INSERT INTO lines VALUES (?, ?, ?, ?)", lines)
    wanted = ", ".join(MADE[c] for c in ("service_name", "service_category", "service_subcategory"))
    return bench.execute(f"SELECT {wanted} FROM lines l {JOIN} ORDER BY l.rowid").fetchall()


def test_a_source_that_brings_its_own_category_keeps_it(bench: duckdb.DuckDBPyConnection) -> None:
    assert made(
        bench,
        [
            (ECS, "ECS", None, None),
            (ECS, "ECS", "Storage", "Block Storage"),
            (ECS, "ECS", "Storage", None),  # the table's subcategory belongs to another category
            ("AmazonEC2", "Amazon EC2", "Compute", "Virtual Machines"),
            ("AmazonEC2", "Amazon EC2", None, None),
            (None, "Gift", None, None),
            (None, None, None, None),
        ],
    ) == [
        ("Elastic Cloud Server", "Compute", "Virtual Machines"),
        ("Elastic Cloud Server", "Storage", "Block Storage"),
        ("Elastic Cloud Server", "Storage", "Other (Storage)"),
        ("Amazon EC2", "Compute", "Virtual Machines"),
        ("Amazon EC2", "Other", "Other (Other)"),
        ("Gift", "Other", "Other (Other)"),
        (None, None, None),
    ]


def test_sql_and_reference_name_services_alike(bench: duckdb.DuckDBPyConnection) -> None:
    pairs = [
        (code, name)
        for code in (ECS, ECS.upper(), NEW, "x" * 200, None)
        for name in ("ECS", "NAT Gateway", "弹性云服务器", None)
    ]
    found = [name for name, _, _ in made(bench, [(*pair, None, None) for pair in pairs])]
    assert found == [name_service(*pair) for pair in pairs]
