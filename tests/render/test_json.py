"""JSON: the contract's document, in the contract's order, whatever the texts hold."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crossfoot.render.json import render_json
from crossfoot.reports.table import Table
from tests.render.tables import cost_table, line_table, usd

TOTAL = [{"currency": "USD", "list_cost": "12.00", "billed_cost": "10.01"}]


def read(table: Table) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(b"".join(render_json(table)))
    return document


def test_the_document() -> None:
    table = cost_table(
        [usd("Elastic Cloud Server", "12.00", "10.00"), usd(None, None, None)],
        TOTAL,
        rounding=[{"currency": "USD", "billed_cost": "0.01"}],
    )
    document = read(table)
    assert list(document) == ["report", "revision", "question", "columns", "rows", "rounding", "totals", "meta"]
    assert list(document["question"]) == ["customer", "period", "by", "filters", "as_of", "digits"]
    assert list(document["columns"][0]) == ["key", "label", "kind", "help"]
    assert document["rows"] == [
        {"currency": "USD", "service": "Elastic Cloud Server", "list_cost": "12.00", "billed_cost": "10.00"},
        {"currency": "USD", "service": None, "list_cost": None, "billed_cost": None},
    ]
    assert document["rounding"] == [{"currency": "USD", "billed_cost": "0.01"}]
    assert document["totals"] == TOTAL
    assert document["meta"] == {
        "editions": [{"cycle": "2026-10", "edition": 2, "status": "final", "published_at": "2026-11-05T04:04:00Z"}],
        "data_through": "2026-10-31T16:00:00Z",
        "time_zone": "GMT+08:00",
        "row_count": 2,
        "warnings": [],
        "display_names": {},
        "known_issues": [],
        "hash": f"sha256:{table.digest}",
        "id": table.id,
    }


def test_no_rows_is_an_empty_list() -> None:
    assert read(cost_table([], []))["rows"] == []


def test_a_two_way_table_carries_its_subtotals() -> None:
    subtotal = {"currency": "USD", "service": "ecs", "billed_cost": "1.00"}
    row = {"currency": "USD", "service": "ecs", "region": "r", "list_cost": "1.00", "billed_cost": "1.00"}
    assert read(cost_table([row], TOTAL, by=["service", "region"], subtotals=[subtotal]))["subtotals"] == [subtotal]


@given(
    texts=st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), max_size=20),
    batch_rows=st.integers(1, 7),
)
def test_whatever_a_text_holds_it_comes_back(texts: list[str | None], batch_rows: int) -> None:
    rows = [{"currency": "USD", "bill_date": "2026-10-05", "description": text, "billed_cost": None} for text in texts]
    assert read(line_table(rows, batch_rows))["rows"] == rows
