"""A fault blocks what it reaches and nothing else: one customer's month, with the edition before it left in force."""

import pytest

from tests.portal import LIST_X_1, Portal, line
from tests.time.facts import FINAL, OCTOBER, blocks, close, editions, to_date

MEMBER = "customerBill_202610_0001.csv"
BETA = line("acct-b1", "2026-10-04", "5.00")


@pytest.fixture
def shop(portal: Portal) -> Portal:
    """Two customers, published once: 10.00 and 5.00."""
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill(to_date("20261005"), [line("acct-a1", "2026-10-04", "10.00"), BETA]))
    portal.publish()
    return portal


FAULTS = {
    "an unknown bill type": (
        {"bill_type": "77"},
        ("bill-type", "Bill Type", "77"),
        "The bill type is unknown, so nobody can say what this line costs.",
    ),
    "a list price that is not the sum of its parts": (
        {"discount_amount": "0.01"},
        ("amount-sums", "List Price", "0.50000000"),
        "List Price is not Discount Amount + Truncated Amount + Amount Due.",
    ),
    "an amount due that is not the sum of its payments": (
        {"cash_amount": "0.10000001"},
        ("amount-sums", "Amount Due", "0.50000000"),
        "Amount Due is not the sum of its payment parts.",
    ),
    "payments too large to add up": (
        {"cash_amount": "9999999999.99999999", "credit_amount": "9999999999.99999999"},
        ("amount-sums", "Amount Due", "0.50000000"),
        "Amount Due is not the sum of its payment parts.",
    ),
    "a currency that ISO 4217 does not know": (
        {"currency": "QQQ"},
        ("currency", "Currency", "QQQ"),
        "The currency is not one of ISO 4217.",
    ),
    "a currency that the customer is not billed in": (
        {"currency": "EUR"},
        ("currency", "Currency", "EUR"),
        "The customer is billed in USD, and there is no exchange rate for this line.",
    ),
    "a date after the cycle": (
        {"bill_date": "2026-11-01"},
        ("bill-date", "Expenditure Date", "2026-11-01"),
        "The date lies after the billing cycle.",
    ),
    "a refund of an order that nobody has seen": (
        {"bill_type": "4", "original_order_id": "O404"},
        ("priced", "Original Order ID", "O404"),
        "The order that this refund gives back is in no bill received, so its price is unknown.",
    ),
}


def test_a_bad_line_blocks_its_customer_and_publishes_the_others(portal: Portal) -> None:
    """Every fault in one bill, each in a month of its own; Beta's month has none."""
    victims = {fault: f"V{number}" for number, fault in enumerate(FAULTS)}
    portal.customers("C0002,Beta,USD,acct-b1,,", *(f"{v},Victim {v},USD,acct-{v},," for v in victims.values()))
    portal.prices(LIST_X_1)
    before = [BETA, *(line(f"acct-{v}", "2026-10-04", "10.00") for v in victims.values())]
    portal.ingest(portal.bill(to_date("20261005"), before))
    portal.publish()

    bad = [line(f"acct-{v}", "2026-10-05", "0.50", **FAULTS[fault][0]) for fault, v in victims.items()]
    portal.ingest(portal.bill(FINAL, [*before, *bad]))
    [published] = portal.publish()

    assert published.blocked == tuple(sorted(victims.values()))
    assert published.editions == (("C0002", 2, "final"),)
    for record, (fault, victim) in enumerate(victims.items(), start=len(before) + 1):
        _, expected, message = FAULTS[fault]
        [block] = blocks(portal, victim)
        assert (block.check, block.column, block.value) == expected, fault
        assert (block.file, block.record, block.account, block.cycle) == (MEMBER, record, f"acct-{victim}", OCTOBER), (
            fault
        )
        assert (block.message, bool(block.next_step)) == (message, True), fault
        where = (
            f"customer {victim}, account acct-{victim}, cycle 2026-10, {MEMBER}, record {record}, column {expected[1]}"
        )
        assert block.sentence.startswith(where), fault
        month = close(portal, victim)
        assert month is not None
        assert (month.status, month.edition) == ("blocked", 1), fault
        assert (portal.total(portal.dana, victim, period=OCTOBER), editions(victim)) == ("10.00", [(1, "open")]), fault

    good = [line(f"acct-{v}", "2026-10-05", "0.50") for v in victims.values()]
    portal.ingest(portal.bill(FINAL, [*before, *good]))
    [published] = portal.publish()
    assert (published.blocked, published.editions) == ((), tuple((v, 2, "final") for v in sorted(victims.values())))
    assert {portal.total(portal.dana, v, period=OCTOBER) for v in victims.values()} == {"10.50"}
    assert [blocks(portal, v) for v in victims.values()] == [[]] * len(victims)


def test_bad_lines_of_one_kind_are_one_finding_that_counts_them(shop: Portal) -> None:
    bill = [BETA, *[line("acct-a1", f"2026-10-{day:02}", "1", bill_type="77") for day in (4, 5, 6)]]
    shop.ingest(shop.bill(FINAL, bill))
    shop.publish()
    [block] = blocks(shop, "C0001")
    assert (block.record, block.count) == (2, 3)


def test_two_records_with_one_id_block_the_month(shop: Portal) -> None:
    bill = [
        line("acct-a1", "2026-10-04", "1", id="r1"),
        line("acct-a1", "2026-10-05", "2", id="r1"),
        BETA | {"id": "r1"},
    ]
    shop.ingest(shop.bill(FINAL, bill))
    [published] = shop.publish()
    assert published.blocked == ("C0001",)
    [block] = blocks(shop, "C0001")
    assert (block.check, block.value, block.count, block.record) == ("duplicates", "r1", 2, 1)


def test_an_unpriced_line_keeps_only_its_customer_from_being_published(portal: Portal) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices("R1,2020-01-01,,C0002,,list_pct,100")
    portal.ingest(
        portal.bill(FINAL, [line("acct-a1", "2026-10-04", "1.00"), line("acct-a1", "2026-10-05", "1.00"), BETA])
    )
    [published] = portal.publish()

    assert (published.blocked, published.editions) == (("C0001",), (("C0002", 1, "final"),))
    assert editions("C0001") == []
    assert portal.table("usage-to-cost", portal.alice, period=OCTOBER).totals == ()
    [block] = blocks(portal, "C0001")
    assert (block.check, block.value, block.record, block.count) == ("priced", "Elastic Cloud Server", 1, 2)
    assert "crossfoot prices import" in block.next_step

    portal.prices("R1,2020-01-01,,C0002,,list_pct,100", "R2,2026-10-05,,C0001,,list_pct,50")
    [published] = portal.publish()  # the rule begins a day late
    assert published.blocked == ("C0001",)
    [block] = blocks(portal, "C0001")
    assert (block.record, block.count) == (1, 1)

    portal.prices("R1,2020-01-01,,C0002,,list_pct,100", "R2,2026-10-04,,C0001,,list_pct,50")
    [published] = portal.publish()
    assert published.editions == (("C0001", 1, "final"),)
    assert portal.total(portal.alice, period=OCTOBER) == "1.00"


def test_a_rule_that_nobody_approved_prices_nothing(portal: Portal) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.ingest(portal.bill(FINAL, [line("acct-a1", "2026-10-04", "1.00")]))
    [published] = portal.publish()
    assert (published.blocked, editions("C0001")) == (("C0001",), [])


def test_one_customers_empty_currency_does_not_switch_off_the_check_of_the_others(shop: Portal) -> None:
    bill = [
        line("acct-a1", "2026-10-04", "11.00", currency=""),
        line("acct-b1", "2026-10-04", "6.00", currency="EUR"),
    ]
    [receipt] = shop.ingest(shop.bill(FINAL, bill))
    [refused] = receipt.findings
    assert (refused.account, refused.record, refused.column, refused.value) == ("acct-a1", 1, "Currency", "")

    [published] = shop.publish()
    assert (published.blocked, published.editions) == (("C0001", "C0002"), ())
    assert [b.check for b in blocks(shop, "C0001")] == ["refused-lines"]
    assert [(b.check, b.value) for b in blocks(shop, "C0002")] == [("currency", "EUR")]
    assert (shop.total(shop.alice, period=OCTOBER), shop.total(shop.charlie, period=OCTOBER)) == ("10.00", "5.00")


def test_a_name_longer_than_a_catalogue_holds_blocks_its_account_alone(shop: Portal) -> None:
    bill = [
        line("acct-a1", "2026-10-04", "11.00", cloud_service_type_name="x" * 201),
        line("acct-b1", "2026-10-04", "6.00"),
    ]
    [receipt] = shop.ingest(shop.bill(FINAL, bill))
    [refused] = receipt.findings
    assert (refused.account, refused.record, refused.column) == ("acct-a1", 1, "Product Type")
    [published] = shop.publish()
    assert (published.blocked, published.editions) == (("C0001",), (("C0002", 2, "final"),))


def test_an_account_of_nobody_waits_in_the_queue_until_it_is_given_to_somebody(shop: Portal) -> None:
    shop.ingest(shop.bill(FINAL, [line("acct-a1", "2026-10-04", "10"), BETA, line("acct-new", "2026-10-04", "3.21")]))
    [published] = shop.publish()
    assert (published.blocked, len(published.editions)) == ((), 2)
    queue = close(shop, "")
    assert queue is not None
    [waiting] = queue.findings
    assert (waiting.check, waiting.account, waiting.value, waiting.count) == (
        "account-mapped",
        "acct-new",
        "acct-new",
        1,
    )
    assert (waiting.customer, waiting.cycle, waiting.file) == ("", OCTOBER, FINAL)
    assert "crossfoot customers import" in waiting.next_step
    shop.publish()
    assert close(shop, "") == queue  # looking again changes nothing

    shop.customers("C0003,Gamma,USD,acct-new,,")
    [published] = shop.publish()
    assert published.editions == (("C0003", 1, "final"),)
    assert shop.total(shop.dana, "C0003", period=OCTOBER) == "3.21"
    assert close(shop, "") is None
