"""The worked example of late usage across the GMT+8 edge: the hour before midnight, billed in two cycles."""

from tests.portal import LIST_X_1, Portal, line
from tests.time.facts import close, editions, lines

HOUR_23 = {"effective_time": "2026-10-31 23:00:00 GMT+08:00", "expire_time": "2026-11-01 00:00:00 GMT+08:00"}
HOUR_0 = {"effective_time": "2026-11-01 00:00:00 GMT+08:00", "expire_time": "2026-11-01 01:00:00 GMT+08:00"}
# Trade times in UTC: 10-31T16:20, 11-01T15:59:59, 11-01T16:00:00, 10-31T17:05.
L1 = line("acct-a1", "2026-10-31", "1.23456789", trade_time="2026-11-01 00:20:00 GMT+08:00", **HOUR_23)
L2 = line("acct-a1", "2026-10-31", "0.10000000", trade_time="2026-11-01 23:59:59 GMT+08:00", **HOUR_23)
L3 = line("acct-a1", "2026-10-31", "0.20000001", cycle="2026-11", trade_time="2026-11-02 00:00:00 GMT+08:00", **HOUR_23)
L4 = line("acct-a1", "2026-11-01", "3.00000000", trade_time="2026-11-01 01:05:00 GMT+08:00", **HOUR_0)


def _published(portal: Portal) -> Portal:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill("customerUsageV2_202610_20261102.tar.gz", [L1, L2]))
    portal.ingest(portal.bill("customerUsageV2_202611_20261102.tar.gz", [L3, L4]))
    portal.publish()
    return portal


def test_each_cycle_holds_what_was_charged_in_it(portal: Portal) -> None:
    shop = _published(portal)
    assert shop.total(shop.alice, period="2026-10", digits="exact") == "1.33456789"
    assert shop.total(shop.alice, period="2026-10") == "1.33"
    assert shop.total(shop.alice, period="2026-11", digits="exact") == "3.20000001"
    assert shop.total(shop.alice, period="2026-11") == "3.20"
    assert shop.sums(shop.alice, "day", period="2026-10") == {"2026-10-31": "1.33"}
    assert shop.sums(shop.alice, "day", period="2026-11") == {"2026-10-31": "0.20", "2026-11-01": "3.00"}
    assert shop.sums(shop.alice, "month", period="2026-10..2026-11", digits="exact") == {
        "2026-10": "1.33456789",
        "2026-11": "3.20000001",
    }


def test_a_range_of_bill_dates_reads_every_cycle(portal: Portal) -> None:
    shop = _published(portal)
    night = "2026-10-31..2026-10-31"
    assert shop.total(shop.alice, period=night, digits="exact") == "1.53456790"
    assert shop.total(shop.alice, period=night) == "1.53"
    assert shop.sums(shop.alice, "month", period=night, digits="exact") == {
        "2026-10": "1.33456789",
        "2026-11": "0.20000001",
    }
    assert shop.total(shop.alice, period="2026-11-01..2026-11-30", digits="exact") == "3.00000000"


def test_the_instants_are_kept_in_utc(portal: Portal) -> None:
    shop = _published(portal)
    told = {
        row["list_cost"]: (row["charge_start"], row["charge_end"], row["trade_at"])
        for row in lines(shop, shop.alice, period="2026-10..2026-11")
    }
    hour = ("2026-10-31T15:00:00Z", "2026-10-31T16:00:00Z")
    assert told == {
        "1.23456789": (*hour, "2026-10-31T16:20:00Z"),
        "0.10000000": (*hour, "2026-11-01T15:59:59Z"),
        "0.20000001": (*hour, "2026-11-01T16:00:00Z"),
        "3.00000000": ("2026-10-31T16:00:00Z", "2026-10-31T17:00:00Z", "2026-10-31T17:05:00Z"),
    }


def test_late_usage_is_a_note_and_never_a_block(portal: Portal) -> None:
    shop = _published(portal)
    november = close(shop, "C0001", "2026-11")
    assert november is not None
    [note] = november.findings
    assert (november.status, note.check, note.is_block, note.value, note.record) == (
        "open",
        "late-usage",
        False,
        "2026-10-31",
        1,
    )


def test_the_final_bill_with_the_same_lines_adds_the_rounding_and_nothing_else(portal: Portal) -> None:
    shop = _published(portal)
    shop.ingest(shop.bill("customerBill_202610.tar.gz", [L1, L2]))
    october, november = shop.publish()

    assert (october.editions, november.editions) == ((("C0001", 2, "final"),), ())
    assert (editions("C0001"), editions("C0001", "2026-11")) == ([(1, "open"), (2, "final")], [(1, "open")])
    assert shop.sums(shop.alice, "charge_category", period="2026-10", digits="exact") == {
        "Usage": "1.33456789",
        "Adjustment": "-0.00456789",
    }
    assert shop.total(shop.alice, period="2026-10", digits="exact") == "1.33000000"
    # The rounding is dated 10-31, so that night is now 1.33 + 0.20000001.
    assert shop.total(shop.alice, period="2026-10-31..2026-10-31", digits="exact") == "1.53000001"
    assert shop.total(shop.alice, period="2026-11", digits="exact") == "3.20000001"
