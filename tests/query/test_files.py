"""A question has one answer: in JSON, in CSV, today and tomorrow, for whoever may ask it."""

import csv
import io
import itertools
import json
from decimal import Decimal
from pathlib import Path

import pytest

from crossfoot.access.scope import scope_for
from crossfoot.core.clock import instant, now
from crossfoot.deliver.files import make_file
from crossfoot.lake.reader import Reader as LakeReader
from crossfoot.query import run as query_run
from tests.portal import LIST_X_1, Portal, line
from tests.query.oracle import BY
from tests.query.reseller import REGIONS
from tests.render.tables import cost_table

ALL = "2026-08..2026-10"
EMPTY = {"service": "(Agreement and rounding)", "service_category": "(No category)", "bill_type": "(Agreement and rounding)", "region": "(No region)",
         "account": "(No account)", "project": "(No project)", "product": "(No product)", "sku": "(No SKU)",
         "resource": "(No resource)", "tag:": "(untagged)"}  # fmt: skip
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")


def file_of(house, fmt: str, key: str = "usage-to-cost", name: str = "alice", **question: object) -> bytes:
    reader = house.readers[name]
    scope = scope_for(reader.user, reader.customer)
    made = make_file(house.portal.table(key, reader.user, reader.customer, **question), fmt, scope, house.portal.home)
    data = made.path.read_bytes()
    made.path.unlink()
    return data


def rows_of(data: bytes) -> tuple[list[str], list[dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    rows = list(reader)
    return list(reader.fieldnames or ()), rows


def cell_of(value: str | None, column: dict[str, str]) -> str:
    """How a value of the JSON stands in the CSV."""
    if column["kind"] != "dimension":
        text = value or ""
    elif value is None:
        text = EMPTY.get(column["key"][:4] if column["key"].startswith("tag:") else column["key"], "")
    else:
        text = value or "(empty)"
    is_number = column["kind"] in {"money", "quantity", "date", "instant"}
    return "'" + text if text.startswith(RUNS) and not is_number else text


def same(house, key: str, **question: object) -> None:
    document = json.loads(file_of(house, "json", key, **question))
    header, rows = rows_of(file_of(house, "csv", key, **question))
    columns = [c for c in document["columns"] if c["key"] != "currency"]
    assert header == ["row_kind", "currency", *(c["key"] for c in columns)]
    wanted = [
        {"row_kind": "row", "currency": r["currency"], **{c["key"]: cell_of(r[c["key"]], c) for c in columns}}
        for r in document["rows"]
    ] + [
        {"row_kind": "rounding", "currency": r["currency"], **{c["key"]: r.get(c["key"]) or "" for c in columns}}
        for r in document["rounding"]
    ]
    assert rows == wanted
    for total in document["totals"]:
        for measure in ("list_cost", "billed_cost"):
            assert sum(Decimal(r[measure] or 0) for r in rows) == Decimal(total[measure])


@pytest.mark.parametrize("by", BY)
def test_json_and_csv_hold_the_same_values(house, by):
    same(house, "usage-to-cost", period=ALL, by=[by])
    same(house, "usage-to-cost", period=ALL, by=["tag:env" if by != "tag:env" else "day", by], digits="exact")


def test_json_and_csv_of_the_lines_hold_the_same_values(house):
    same(house, "charges", period=ALL, filters={"account": ["acct-a2"]})
    same(house, "charges", period="2026-06")


def test_the_same_question_has_the_same_bytes_for_everybody_who_may_ask_it(house, monkeypatch):
    question = {"period": ALL, "by": ["tag:env", "service"]}
    for fmt in ("json", "csv"):
        first = file_of(house, fmt, **question)
        assert file_of(house, fmt, **question) == first
        assert file_of(house, fmt, name="dana", **question) == first
        monkeypatch.setattr(query_run, "_READER", LakeReader(Path(house.portal.home.lake), house.portal.home.tmp))
        assert file_of(house, fmt, **question) == first
    lines = file_of(house, "csv", "charges", period=ALL)
    assert file_of(house, "csv", "charges", "dana", period=ALL) == lines


def test_two_questions_have_two_ids(house):
    ids = {
        json.loads(file_of(house, "json", **question))["meta"]["id"]
        for question in (
            {"period": ALL},
            {"period": "2026-10"},
            {"period": ALL, "by": ["region"]},
            {"period": ALL, "by": ["region", "service"]},
            {"period": ALL, "by": ["service", "region"]},
            {"period": ALL, "digits": "exact"},
            {"period": ALL, "filters": {"service": ["ECS"]}},
            {"period": ALL, "as_of": instant(now())},
        )
    }
    assert len(ids) == 8


def test_a_value_that_changes_by_the_last_digit_changes_the_exact_answer(portal: Portal):
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    digests = []
    for day, list_cost in (("20", "1.00000000"), ("21", "1.00000001"), ("22", "1.00000000")):
        portal.ingest(
            portal.bill(f"customerUsageV2_202610_202610{day}.tar.gz", [line("acct-a1", "2026-10-05", list_cost)])
        )
        portal.publish()
        asked = {"period": "2026-10", "digits": "exact"}
        digests.append(portal.table("usage-to-cost", portal.alice, **asked).digest)
        digests.append(portal.table("charges", portal.alice, period="2026-10").digest)
    assert digests[0] != digests[2]
    assert digests[1] != digests[3]
    assert digests[0] == digests[4]  # grouped sums say the same again; the lines name another source file


CELLS = (None, "", "a", "\x00", "\x1e", "\x1f", "\n", "\x1e1")


def test_two_tables_are_digested_alike_only_if_they_are_alike():
    """Whatever a customer writes into a tag: separators in a cell, null or empty, a line broken in two.

    All tables of at most two rows and two columns with such cells: each has bytes of its own.
    """
    by = ("tag:env", "tag:team")
    rows = [
        {"currency": "USD", **dict(zip(by, cells, strict=True)), "list_cost": "1.00", "billed_cost": "1.00"}
        for cells in itertools.product(CELLS, repeat=2)
    ]
    tables = [(), *((row,) for row in rows), *itertools.product(rows, repeat=2)]
    digests = {cost_table(one, totals=(), by=by).digest for one in tables}
    assert len(digests) == len(tables) == 1 + 64 + 64 * 64
    one_by_one = [cost_table(one, totals=(), by=by, batch_rows=1).digest for one in tables[-70:]]
    assert one_by_one == [cost_table(one, totals=(), by=by).digest for one in tables[-70:]]


def test_sums_beyond_18_digits_are_exact(portal: Portal):
    """Twelve lines of the largest amount a bill can hold, at 999.999999 %; twelve of the smallest; long quantities.

    9999999999.99999999 x 12 = 119999999999.99999988. Each is sold at 99999999899.99999990 (see test_pricing_sql), so
    12 of them at 1199999998799.99999880; 0.00000001 at 0.0000000999999999 -> 0.00000010, 12 of them 0.00000120.
    """
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices("MOST,2020-01-01,,,,list_pct,999.999999")
    metered = {"product_id": "P", "usage": "1234567890123456789.0123456789", "usage_unit": "Byte"}
    large = [line("acct-a1", "2026-10-05", "9999999999.99999999", resource_id=f"i-{n}", **metered) for n in range(12)]
    small = [line("acct-a1", "2026-10-06", "0.00000001", resource_id=f"i-{n}") for n in range(12)]
    [receipt] = portal.ingest(portal.bill("customerUsageV2_202610_20261020.tar.gz", [*large, *small]))
    assert receipt.is_clean, receipt.findings
    portal.publish()
    for by in ("day", "tag:x"):  # the rollup, and the lines
        table = portal.table("usage-to-cost", portal.alice, period="2026-10", by=[by], digits="exact")
        assert table.totals == (
            {"currency": "USD", "list_cost": "120000000000.00000000", "billed_cost": "1199999998800.00000000"},
        )
    assert portal.sums(portal.alice, "day", period="2026-10", digits="exact") == {
        "2026-10-05": "1199999998799.99999880", "2026-10-06": "0.00000120"
    }  # fmt: skip
    table = portal.table("usage-to-cost", portal.alice, period="2026-10", by=["product"])
    # 12 x 1234567890123456789.0123456789
    assert [r["quantity"] for r in table.rows()] == ["14814814681481481468.1481481468", None]
    [shown] = table.totals
    assert (shown["list_cost"], shown["billed_cost"]) == ("120000000000.00", "1199999998800.00")


def test_regions_have_their_names_beside_them(house):
    rows = json.loads(file_of(house, "json", period=ALL, by=["region"]))["rows"]
    assert {r["region"]: r["region_name"] for r in rows} == {key or None: name for key, name in REGIONS.items()}
