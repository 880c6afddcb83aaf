"""Editions that an earlier version of Crossfoot wrote, without columns of today, are read like any other."""

import os
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from crossfoot.access.rls import as_staff
from crossfoot.lake.files import Paths
from crossfoot.publish.models import Edition, EditionFile, MonthState
from crossfoot.query.select import _files
from crossfoot.runtime.files import sha256_file
from tests.portal import LIST_X_1, Portal, line

NEW = {"charges": ("source_service_name", "service_category", "service_subcategory"),
       "daily": ("service_code", "service_category")}  # fmt: skip
BOTH = "2026-09..2026-10"


def make_old(portal: Portal, cycle: str) -> None:
    """The month's files as the version before wrote them: the same rows without the columns that came later."""
    with as_staff():
        files = list(EditionFile.objects.filter(edition__cycle=cycle).values_list("pk", "tree", "path"))
    for key, tree, name in files:
        path = Path(portal.home.lake) / name
        part = path.with_suffix(".part")
        duckdb.execute(f"COPY (SELECT * EXCLUDE ({', '.join(NEW[tree])}) FROM '{path}') TO '{part}' (FORMAT parquet)")
        digest = sha256_file(part)
        old = path.with_name(f"{digest[:32]}.parquet")
        part.rename(old)
        with as_staff():
            EditionFile.objects.filter(pk=key).update(path=os.path.relpath(old, portal.home.lake), sha256=digest)


@pytest.fixture
def shop(portal: Portal) -> Portal:
    """September as it was written before, October as it is written now: 1.00 and 2.00."""
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    for month, cost in (("09", "1.00"), ("10", "2.00")):
        name = f"customerBill_2026{month}.tar.gz"
        portal.ingest(portal.bill(name, [line("acct-a1", f"2026-{month}-05", cost, resource_tag="env:prod")]))
    portal.publish()
    make_old(portal, "2026-09")
    return portal


def categories(shop: Portal, **question: object) -> dict[str | None, str | None]:
    return shop.sums(shop.alice, "service_category", **question)


@pytest.mark.parametrize("filters", [{}, {"tag:env": ["prod"]}], ids=["rollup", "lines"])
def test_what_an_older_file_does_not_say_is_nothing_and_its_amounts_count(shop: Portal, filters) -> None:
    assert categories(shop, period="2026-09", filters=filters) == {None: "1.00"}
    assert categories(shop, period="2026-10", filters=filters) == {"Compute": "2.00"}
    assert categories(shop, period=BOTH, filters=filters) == {"Compute": "2.00", None: "1.00"}
    filters = filters | {"service_category": ["Compute"]}
    assert categories(shop, period=BOTH, filters=filters) == {"Compute": "2.00"}
    assert shop.sums(shop.alice, "service", period=BOTH) == {"Elastic Cloud Server": "3.00"}


def test_the_lines_of_an_older_file_are_whole(shop: Portal) -> None:
    for period, own in (("2026-09", [None]), (BOTH, [None, "Compute"]), ("2026-10", ["Compute"])):
        table = shop.table("charges", shop.alice, period=period)
        rows = list(table.rows())
        assert [row["service_category"] for row in rows] == own
        assert {row["service_code"] for row in rows} == {"hws.service.type.ec2"}
        assert table.meta.row_count == len(rows)


def test_publishing_again_makes_the_month_whole(shop: Portal) -> None:
    """An upgrade looks at every month again; the older edition stays what it was."""
    at = shop.table("usage-to-cost", shop.alice, period="2026-09").meta.editions[0].published_at
    with as_staff():  # the edition and the attempt of the version before
        Edition.objects.filter(cycle="2026-09").update(content="old")
        MonthState.objects.update(inputs="old")
    shop.publish()
    assert categories(shop, period=BOTH) == {"Compute": "3.00"}
    before = shop.table("usage-to-cost", shop.alice, period="2026-09", as_of=at.isoformat().replace("+00:00", "Z"))
    assert before.meta.editions[0].edition == 1


def from_item(absent: Sequence[set[str]]) -> str:
    return _files(Paths.of((f"{n}.parquet", frozenset(columns)) for n, columns in enumerate(absent)))


def test_files_of_today_are_read_as_ever() -> None:
    """The hot path: no union by name and no column added where every file has every column."""
    assert from_item([set(), set()]) == "read_parquet(?, hive_partitioning=false)"
    assert "union_by_name" in from_item([set(), {"service_category"}])
    assert "union_by_name" not in from_item([{"service_category"}, {"service_category"}])
