"""R3 of money.md: what is shown is rounded alone and foots; what is closed equals its payable base."""

from tests.portal import LIST_X_1, Portal, line

OPEN, FINAL = "customerUsageV2_202610_20261030.tar.gz", "customerBill_202610.tar.gz"


def receive(portal: Portal, name: str, *lines: dict[str, str]):
    [receipt] = portal.ingest(portal.bill(name, lines))
    assert receipt.is_clean, receipt.findings
    return portal.publish(f"{name.split('_')[1][:4]}-{name.split('_')[1][4:6]}")[0]


def named(service: str, list_cost: str, day: str = "2026-10-05", account: str = "acct-a1", **cells: str):
    return line(account, day, list_cost, cloud_service_type_name=service) | cells


def test_each_shown_figure_is_rounded_alone_and_the_difference_is_named(portal: Portal):
    """0.004 + 0.004 + 0.004 = 0.012: three rows of 0.00 and a total of 0.01, so Rounding 0.01.

    With halves: 0.005 + 0.005 = 0.010: two rows of 0.01, a total of 0.01, so Rounding -0.01. Exact digits need none.
    """
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    receive(portal, OPEN, *(named(s, "0.004", currency="USD") for s in ("A", "B", "C")))
    table = portal.table("usage-to-cost", portal.alice, period="2026-10")
    assert [r["billed_cost"] for r in table.rows()] == ["0.00", "0.00", "0.00"]
    assert table.rounding == ({"currency": "USD", "list_cost": "0.01", "billed_cost": "0.01"},)
    assert table.totals == ({"currency": "USD", "list_cost": "0.01", "billed_cost": "0.01"},)
    receive(portal, "customerUsageV2_202610_20261031.tar.gz", named("A", "0.005"), named("B", "0.005"))
    table = portal.table("usage-to-cost", portal.alice, period="2026-10")
    assert [r["billed_cost"] for r in table.rows()] == ["0.01", "0.01"]
    assert table.rounding == ({"currency": "USD", "list_cost": "-0.01", "billed_cost": "-0.01"},)
    exact = portal.table("usage-to-cost", portal.alice, period="2026-10", digits="exact")
    assert [r["billed_cost"] for r in exact.rows()] == ["0.00500000", "0.00500000"]
    assert exact.rounding == ()
    assert exact.totals == ({"currency": "USD", "list_cost": "0.01000000", "billed_cost": "0.01000000"},)


def test_yen_have_no_decimals_and_dinars_three(portal: Portal):
    """2.50 + 2.50 yen = 5: rows 3 + 3, Rounding -1. 1.0005 + 1.0005 dinars = 2.001: rows 1.001 + 1.001, Rounding -0.001."""
    portal.customers("C0001,Alpha,JPY,acct-a1,,", "C0002,Beta,KWD,acct-b1,,")
    portal.prices(LIST_X_1)
    receive(
        portal,
        FINAL,
        *(named(s, "2.50", currency="JPY") for s in "AB"),
        *(named(s, "1.0005", currency="KWD", account="acct-b1") for s in "AB"),
    )
    yen = portal.table("usage-to-cost", portal.alice, period="2026-10")
    assert [r["billed_cost"] for r in yen.rows()] == ["3", "3"]
    assert (yen.rounding[0]["billed_cost"], yen.totals[0]["billed_cost"]) == ("-1", "5")
    dinars = portal.table("usage-to-cost", portal.charlie, period="2026-10")
    assert [r["billed_cost"] for r in dinars.rows()] == ["1.001", "1.001"]
    assert (dinars.rounding[0]["billed_cost"], dinars.totals[0]["billed_cost"]) == ("-0.001", "2.001")


def test_a_closed_month_equals_its_payable_base_by_one_charge_of_our_own(portal: Portal):
    """33.355 + 33.355 + 33.344 = 100.054 -> 100.05, so InvoiceRounding -0.004; and the half: 0.125 -> 0.13, +0.005.

    A month that needs none has none.
    """
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,,", "C0003,Gamma,USD,acct-c1,,")
    portal.prices(LIST_X_1)
    receive(
        portal,
        FINAL,
        *(named("A", text) for text in ("33.355", "33.355", "33.344")),
        named("A", "-0.125", account="acct-b1"),
        named("A", "7.77", account="acct-c1"),
    )
    rows = list(
        portal.table("charges", portal.alice, period="2026-10", filters={"charge_category": ["Adjustment"]}).rows()
    )
    [own] = rows
    assert {k: own[k] for k in ("description", "bill_date", "month", "list_cost", "billed_cost", "charge_frequency")} == {
        "description": "InvoiceRounding", "bill_date": "2026-10-31", "month": "2026-10", "list_cost": "0.00000000",
        "billed_cost": "-0.00400000", "charge_frequency": "One-Time",
    }  # fmt: skip
    assert {k for k, v in own.items() if v is None} >= {"service", "account", "project", "bill_type", "source_record"}
    assert portal.total(portal.alice, period="2026-10", digits="exact") == "100.05000000"
    assert portal.sums(portal.alice, "service", period="2026-10", digits="exact") == {
        "A": "100.05400000", None: "-0.00400000"
    }  # fmt: skip
    minus = portal.sums(portal.charlie, "service", period="2026-10", digits="exact")
    assert minus == {"A": "-0.12500000", None: "-0.00500000"}
    gamma = portal.sums(portal.dana, "service", "C0003", period="2026-10", digits="exact")
    assert gamma == {"A": "7.77000000"}


def test_late_usage_across_the_edge_of_the_month_as_money_md_works_it_out(portal: Portal):
    """L1 1.23456789 and L2 0.10000000 in 2026-10; L3 0.20000001 (day 10-31) and L4 3.00000000 in 2026-11.

    2026-10 = 1.33456789 (shown 1.33); 2026-11 = 3.20000001, of which day 10-31 is 0.20; bill date 10-31 over all cycles
    = 1.23456789 + 0.10000000 + 0.20000001 = 1.53456790. Closed: 2026-10 gets InvoiceRounding -0.00456789 = 1.33000000.
    """
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    window = {"effective_time": "2026-10-31 23:00:00 GMT+08:00", "expire_time": "2026-11-01 00:00:00 GMT+08:00"}
    october = [
        named("A", "1.23456789", "2026-10-31", trade_time="2026-11-01 00:20:00 GMT+08:00", **window),
        named("A", "0.10000000", "2026-10-31", trade_time="2026-11-01 23:59:59 GMT+08:00", **window),
    ]
    november = [
        named("A", "0.20000001", "2026-10-31", cycle="2026-11", trade_time="2026-11-02 00:00:00 GMT+08:00", **window),
        named("A", "3.00000000", "2026-11-01", trade_time="2026-11-01 01:05:00 GMT+08:00"),
    ]
    receive(portal, "customerUsageV2_202610_20261102.tar.gz", *october)
    late = receive(portal, "customerUsageV2_202611_20261102.tar.gz", *november)
    [note] = late.findings
    assert (note.check, note.severity, note.value) == ("late-usage", "note", "2026-10-31")

    def exact(**question: object) -> str | None:
        return portal.total(portal.alice, digits="exact", **question)

    assert portal.total(portal.alice, period="2026-10") == "1.33"
    assert exact(period="2026-10") == "1.33456789"
    assert exact(period="2026-11") == "3.20000001"
    assert portal.sums(portal.alice, "day", period="2026-11") == {"2026-10-31": "0.20", "2026-11-01": "3.00"}
    assert exact(period="2026-10-31..2026-10-31") == "1.53456790"
    assert exact(period="2026-10..2026-11") == "4.53456790"
    closed = receive(portal, FINAL, *october)
    assert closed.editions == (("C0001", 2, "final"),)
    assert exact(period="2026-10") == "1.33000000"
    rounding = portal.sums(portal.alice, "charge_category", period="2026-10", digits="exact")
    assert rounding == {"Usage": "1.33456789", "Adjustment": "-0.00456789"}
