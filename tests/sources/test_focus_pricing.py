"""What a customer owes for an export in FOCUS: list price by the rules, and never a cost as the reseller received it."""

from datetime import date
from decimal import Decimal

from crossfoot.access.rls import as_staff
from crossfoot.publish.models import BuyEdition
from crossfoot.reconcile import reconcile
from tests.sources.desk import Desk
from tests.sources.focus import write_export
from tests.time.facts import blocks, editions

SEPTEMBER = "2026-09"
CLOSED, RUNNING = date(2026, 10, 6), date(2026, 9, 20)


def _bought(customer: str) -> dict:
    with as_staff():
        return BuyEdition.objects.filter(customer_key=customer, cycle=SEPTEMBER).latest("number").totals


def test_the_list_price_is_sold_and_every_received_cost_is_what_the_reseller_pays(desk: Desk) -> None:
    """Rule 90 %: usage 10 -> 9, purchase 100 -> 90, refund -20 -> -18; used commitment, tax and credit are not sold."""
    lines = [
        {"ListCost": "10", "BilledCost": "8", "ChargeDescription": "an hour"},
        {"ListCost": "100", "BilledCost": "70", "ChargeCategory": "Purchase", "PricingCategory": "Committed"},
        {"ListCost": "-20", "BilledCost": "-14", "ChargeCategory": "Purchase"},
        {"ListCost": "40", "BilledCost": "0", "CommitmentDiscountStatus": "Used", "PricingCategory": "Committed"},
        {"ListCost": "3", "BilledCost": "3", "ChargeCategory": "Tax"},
        {"ListCost": "-5", "BilledCost": "-5", "ChargeCategory": "Credit"},
        {"ListCost": "0", "BilledCost": "0.5", "ChargeCategory": "Adjustment"},
    ]
    [receipt] = desk.ingest(write_export(desk.portal.inbox / "export.csv", lines), CLOSED)
    assert receipt.is_clean
    assert receipt.totals["USD"] == {
        "rows": "7", "list_cost": "128.00000000", "amount": None, "settlement_amount": "62.50000000"
    }  # fmt: skip
    desk.portal.publish()
    by_category = desk.portal.sums(desk.portal.dana, "charge_category", "C0001", period=SEPTEMBER)
    assert by_category == {"Usage": "9.00", "Purchase": "72.00", "Tax": "0.00", "Credit": "0.00", "Adjustment": "0.00"}
    assert _bought("C0001") == {"USD": {"settlement_amount": "62.50000000", "unknown": 0}}
    assert reconcile(desk.portal.home).is_clean


def test_an_unknown_category_blocks_that_customer_and_names_the_record(desk: Desk) -> None:
    lines = [{}, {"ChargeCategory": "Gift"}, {"SubAccountId": "acct-b1"}]
    desk.ingest(write_export(desk.portal.inbox / "export.csv", lines), CLOSED)
    desk.portal.publish()
    [block] = blocks(desk.portal, "C0001", SEPTEMBER)
    assert (block.check, block.file, block.record, block.value) == ("bill-type", "export.csv", 2, "Gift")
    assert (editions("C0001", SEPTEMBER), editions("C0002", SEPTEMBER)) == ([], [(1, "final")])


def test_a_customer_finds_no_received_cost_anywhere(desk: Desk) -> None:
    """8.76 is only ever a cost as received; the customer's lines and files do not hold it."""
    lines = [{"ListCost": "10", "BilledCost": "8.76", "EffectiveCost": "8.77", "ContractedCost": "8.78"}]
    desk.ingest(write_export(desk.portal.inbox / "export.csv", lines), CLOSED)
    desk.portal.publish()
    data, document = desk.portal.document("charges", desk.portal.alice, period=SEPTEMBER)
    assert [row["billed_cost"] for row in document["rows"]] == ["9.00000000"]
    assert not any(cost in data for cost in (b"8.76", b"8.77", b"8.78"))


def test_a_month_is_open_until_huawei_would_close_it(desk: Desk) -> None:
    """The 5th of the next month is the day on which the final bill comes; an export of the 6th is of a closed month."""
    path = write_export(desk.portal.inbox / "export.csv", [{"ListCost": "1.005"}])
    desk.ingest(path, RUNNING)
    desk.portal.publish()
    assert editions("C0001", SEPTEMBER) == [(1, "open")]
    path.write_text(path.read_text() + "\n")
    [receipt] = desk.ingest(path, date(2026, 10, 5))
    assert receipt.is_clean, receipt
    assert [e for p in desk.portal.publish() for e in p.editions] == []
    path.write_text(path.read_text() + "\n")
    [receipt] = desk.ingest(path, CLOSED)
    assert receipt.is_clean, receipt
    desk.portal.publish()
    assert editions("C0001", SEPTEMBER) == [(1, "open"), (2, "final")]
    # 1.005 x 0.9 = 0.9045, which the closed month rounds to 0.90
    assert desk.portal.total(desk.portal.alice, period=SEPTEMBER, digits="exact") == "0.90000000"


def test_a_month_of_gmt8_is_that_month_and_one_cut_in_utc_is_too(desk: Desk) -> None:
    """16:00 UTC on the last of August begins September in GMT+08:00, and that instant is its first date."""
    huawei = {
        "BillingPeriodStart": "2026-08-31T16:00:00Z",
        "ChargePeriodStart": "2026-08-31T16:00:00Z",
        "ListCost": "2",
    }
    late = {"BillingPeriodStart": "2026-08-31T16:00:00Z", "ChargePeriodStart": "2026-09-30T15:00:00Z", "ListCost": "3"}
    utc = {"SubAccountId": "acct-b1", "ChargePeriodStart": "2026-09-30 23:00:00", "ListCost": "4"}
    desk.ingest(write_export(desk.portal.inbox / "export.csv", [huawei, late, utc]), CLOSED)
    desk.portal.publish()
    days = desk.portal.sums(desk.portal.dana, "day", "C0001", period=SEPTEMBER)
    assert days == {"2026-09-01": "1.80", "2026-09-30": "2.70"}
    assert desk.portal.sums(desk.portal.dana, "day", "C0002", period=SEPTEMBER) == {"2026-09-30": "3.60"}


def test_amounts_of_many_decimals_are_rounded_once_and_said(desk: Desk) -> None:
    """Half-up away from zero by the ninth decimal alone; zeros behind the eighth lose nothing."""
    costs = ["0.000000005", "-0.000000005", "0.00000000499999999", "1E-7", "2.5e-8", "0.00000080000"]
    [receipt] = desk.ingest(
        write_export(desk.portal.inbox / "export.csv", [{"ListCost": c, "BilledCost": "1"} for c in costs]), CLOSED
    )
    # 0.00000001 - 0.00000001 + 0 + 0.0000001 + 0.00000003 + 0.0000008
    assert Decimal(receipt.totals["USD"]["list_cost"]) == Decimal("0.00000093")
    [note] = receipt.findings
    assert (note.check, note.column, note.record, note.value, note.count) == (
        "as-received", "ListCost", 1, "0.000000005", 4
    )  # fmt: skip
    # as received 0.00000000499999999 + 0.0000001 + 0.000000025 + 0.0000008 = 0.00000092999999999
    assert note.message.endswith("as received, their sum differs by -0.00000000000000001.")
    assert reconcile(desk.portal.home).is_clean


def test_a_project_of_a_resellers_export_is_a_project(desk: Desk) -> None:
    lines = [
        {"BillingAccountId": "acct-a1", "SubAccountId": f"p-{n}", "SubAccountType": "Enterprise Project", "ListCost": n}
        for n in ("1", "2")
    ]
    desk.ingest(write_export(desk.portal.inbox / "export.parquet", lines), CLOSED)
    desk.portal.publish()
    sums = desk.portal.sums(desk.portal.alice, "project", period=SEPTEMBER)
    assert sums == {"p-2": "1.80", "p-1": "0.90"}


def test_tags_are_a_json_object_or_they_are_said_to_be_none(desk: Desk) -> None:
    cells = ['{"env": "prod", "n": 1.50, "gone": null}', '{"env": "prod"', "", '{" env": true}']
    [receipt] = desk.ingest(write_export(desk.portal.inbox / "export.csv", [{"Tags": c} for c in cells]), CLOSED)
    [note] = receipt.findings
    assert (note.check, note.record, note.value) == ("tags", 2, '{"env": "prod"')
    desk.portal.publish()
    assert desk.portal.sums(desk.portal.alice, "tag:env", period=SEPTEMBER) == {
        "prod": "9.00", "true": "9.00", None: "18.00"
    }  # fmt: skip
    assert desk.portal.sums(desk.portal.alice, "tag:n", period=SEPTEMBER)["1.50"] == "9.00"
