"""Twenty lines in, every report out: the numbers are those of the paper in bill.py, in JSON and in CSV."""

import csv
import io
from decimal import Decimal

import pytest

from crossfoot.access.scope import scope_for
from crossfoot.deliver.files import make_file
from crossfoot.runtime.home import open_home
from tests.portal import Portal
from tests.spine.bill import BY, LIST_BY, METERED, PRICES, SOLD, lines

FORMS = [("en", ""), ("zh", ""), ("en", "USD"), ("zh", "USD")]
OCTOBER = {"period": "2026-10"}


@pytest.fixture(scope="module")
def posted(server, tmp_path_factory):
    """The bill in English with a currency column, published and only read from."""
    portal = Portal(open_home(), tmp_path_factory.mktemp("bill"))
    portal.empty()
    publish(portal)
    return portal


def publish(portal: Portal, lang: str = "en", currency_in_header: str = "") -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,")
    portal.prices(*PRICES)
    bill = portal.bill("customerBill_202610.tar.gz", lines(), lang=lang, currency_in_header=currency_in_header)
    [receipt] = portal.ingest(bill)
    assert (receipt.rows, receipt.findings) == (20, ())
    # List as above; due is List less what Huawei took off lines 13 (40.00), 14 (7.00) and 16 (-0.20): 152.49333338.
    assert receipt.totals == {
        "USD": {"rows": "20", "list_cost": "199.29333338", "amount": "152.49333338", "settlement_amount": None}
    }
    [published] = portal.publish()
    assert published.editions == (("C0001", 1, "final"),)
    codes = [("service-code", f"code.{name}") for name in ("ECS", "EVS", "OBS", "Savings Plan")]
    assert [(f.check, f.value) for f in published.findings] == [*codes, ("compensation", "9")]


def exact(portal: Portal, by: str, measure: str = "billed_cost") -> dict[str | None, Decimal]:
    found = portal.sums(portal.alice, by, measure=measure, digits="exact", **OCTOBER)
    return {key: Decimal(text or "NaN") for key, text in found.items()}


def numbers(worked_out: dict[str | None, str]) -> dict[str | None, Decimal]:
    return {key: Decimal(text) for key, text in worked_out.items()}


def csv_rows(portal: Portal, **question: object) -> list[dict[str, str]]:
    scope = scope_for(portal.alice)
    made = make_file(portal.table("usage-to-cost", portal.alice, **question), "csv", scope, portal.home)
    text = made.path.read_text("utf-8-sig")
    made.path.unlink()
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("by", BY)
def test_the_exact_sums_are_those_of_the_paper(posted: Portal, by):
    assert exact(posted, by) == numbers(BY[by])
    assert sum(exact(posted, by).values()) == Decimal("148.16")


@pytest.mark.parametrize("by", LIST_BY)
def test_list_is_every_lines(posted: Portal, by):
    assert exact(posted, by, "list_cost") == numbers(LIST_BY[by])
    assert sum(exact(posted, by, "list_cost").values()) == Decimal("199.29333338")


@pytest.mark.parametrize("by", METERED)
def test_quantities_stand_beside_their_unit_and_add_up_only_within_it(posted: Portal, by):
    table = posted.table("usage-to-cost", posted.alice, by=[by], digits="exact", **OCTOBER)
    found = {(r[by], r["unit"]): (r["quantity"], Decimal(r["billed_cost"] or 0)) for r in table.rows()}
    assert found == {key: (quantity, Decimal(cost)) for key, (quantity, cost) in METERED[by].items()}
    assert [t["quantity"] for t in table.totals] == [None]  # hours and gigabytes have no sum


@pytest.mark.parametrize("by", [*BY, *METERED])
def test_json_and_csv_say_the_same_and_shown_rows_foot(posted: Portal, by):
    _, document = posted.document("usage-to-cost", posted.alice, by=[by], **OCTOBER)
    [total] = document["totals"]
    assert (total["billed_cost"], total["list_cost"]) == ("148.16", "199.29")
    listed = csv_rows(posted, by=[by], **OCTOBER)
    for measure in ("billed_cost", "list_cost"):
        parts = [Decimal(r[measure]) for r in (*document["rows"], *document["rounding"]) if r.get(measure)]
        assert sum(parts) == Decimal(total[measure])
        assert sum(Decimal(r[measure] or 0) for r in listed) == Decimal(total[measure])  # as a spreadsheet's SUM would
    keys = [c["key"] for c in document["columns"] if c["key"] != "currency"]
    assert list(listed[0]) == ["row_kind", "currency", *keys]
    words = {None: {"service": "(Agreement and rounding)", "region": "(No region)", "tag:env": "(untagged)"}.get(by)}
    for said, row in zip(document["rows"], listed, strict=False):
        assert row["row_kind"] == "row"
        for key in ("currency", "billed_cost", "list_cost", *(["quantity"] if by in METERED else [])):
            assert row[key] == (said[key] or "")
        if said[by] is not None:
            assert row[by].removeprefix("'") == (said[by] or "(empty)")
        elif words[None]:
            assert row[by] == words[None]


def test_a_shown_half_is_rounded_up_and_the_rounding_row_takes_it_back(posted: Portal):
    """Prod 67.755 -> 67.76, untagged 78.605 -> 78.61, test 2.50, empty -0.70: 148.17 against 148.16."""
    table = posted.table("usage-to-cost", posted.alice, by=["tag:env"], **OCTOBER)
    assert [(r["tag:env"], r["billed_cost"]) for r in table.rows()] == [
        (None, "78.61"), ("prod", "67.76"), ("test", "2.50"), ("", "-0.70")
    ]  # fmt: skip
    assert [r["billed_cost"] for r in table.rounding] == ["-0.01"]
    assert csv_rows(posted, by=["tag:env"], **OCTOBER)[-1]["row_kind"] == "rounding"


def test_two_ways_have_subtotals_that_foot(posted: Portal):
    """By service and region, exact. ECS: 43.75 in -3 (47.76 - 4.01), 4.01 in -1; OBS: 22.50 and 0.30000005; EVS: 2.60 and 15."""
    _, document = posted.document("usage-to-cost", posted.alice, by=["service", "region"], digits="exact", **OCTOBER)
    found = {(r["service"], r["region"]): Decimal(r["billed_cost"]) for r in document["rows"]}
    assert found == {
        ("Savings Plan", None): Decimal(60),
        ("ECS", "ap-southeast-3"): Decimal("43.75"),
        ("ECS", "ap-southeast-1"): Decimal("4.01"),
        ("OBS", "ap-southeast-3"): Decimal("22.50"),
        ("OBS", "ap-southeast-1"): Decimal("0.30000005"),
        ("EVS", "ap-southeast-1"): Decimal(15),
        ("EVS", "ap-southeast-3"): Decimal("2.60"),
        (None, None): Decimal("-0.00000005"),
    }
    for by in ("service", "region"):
        subtotals = {s[by]: Decimal(s["billed_cost"]) for s in document["subtotals"] if by in s}
        assert subtotals == numbers(BY[by])


def test_every_line_is_kept_with_its_record(posted: Portal):
    rows = list(posted.table("charges", posted.alice, **OCTOBER).rows())
    assert len(rows) == 21
    assert {r["source_record"] for r in rows} == {None, *(str(n) for n in range(1, 21))}
    by_record = {r["source_record"]: r for r in rows}
    assert {n: Decimal(by_record[n]["billed_cost"]) for n in SOLD} == {n: Decimal(sold) for n, sold in SOLD.items()}
    assert by_record["7"]["tags"] == "url:https://x:8443/a;env:prod;"
    assert by_record["4"]["quantity"] == "0.0000000001"
    assert by_record["8"]["billed_cost"] == "0.00000005"
    assert len({r["charge_key"] for r in rows}) == 21


@pytest.mark.parametrize(("lang", "currency_in_header"), FORMS[1:])
def test_the_language_of_the_header_and_the_place_of_the_currency_do_not_matter(
    portal: Portal, lang, currency_in_header
):
    publish(portal, lang, currency_in_header)
    for by in ("service", "day", "tag:成本中心"):
        assert exact(portal, by) == numbers(BY[by])
