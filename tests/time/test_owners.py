"""An account changes hands: the bill date decides whose a line is, and a refund follows the order it gives back (R12)."""

import pytest

from crossfoot.access.models import AccountOwner
from crossfoot.access.rls import as_staff
from crossfoot.core.errors import BadRequest
from tests.portal import Portal, line
from tests.time.facts import FINAL, blocks, buy_editions, close, editions, lines, to_date

A_UNTIL_16 = ("C0001,Alpha,USD,acct-x,,2026-10-16", "C0002,Beta,USD,acct-x,2026-10-16,", "C0003,Gamma,USD,acct-g,,")
A_UNTIL_15 = ("C0001,Alpha,USD,acct-x,,2026-10-15", "C0002,Beta,USD,acct-x,2026-10-15,")
WINDOW_ON_THE_15TH = {"effective_time": "2026-10-15 23:00:00 GMT+08:00", "expire_time": "2026-10-16 00:00:00 GMT+08:00"}
X = [
    line("acct-x", "2026-10-01", "30.10"),
    line("acct-x", "2026-10-15", "1.11"),
    line("acct-x", "2026-10-16", "2.22"),
    line("acct-x", "2026-10-16", "4.44", **WINDOW_ON_THE_15TH),
    line("acct-x", "2026-10-02", "31.00", bill_type="1", charge_mode="0", order_id="O9"),
    line("acct-x", "2026-10-20", "-13.00", bill_type="4", charge_mode="0", original_order_id="O9"),
]
GAMMA = line("acct-g", "2026-10-09", "7.005")


@pytest.fixture
def shop(portal: Portal) -> Portal:
    portal.customers(*A_UNTIL_16)
    portal.prices("R1,2020-01-01,,C0001,,list_pct,90", "R2,2020-01-01,,,,list_pct,100")
    return portal


def _exact(shop: Portal, measure: str = "billed_cost") -> list[str | None]:
    """Alpha, Beta, Gamma."""
    return [
        shop.total(shop.dana, customer, period="2026-10", digits="exact", measure=measure)
        for customer in ("C0001", "C0002", "C0003")
    ]


def test_the_bill_date_decides_and_a_refund_follows_its_order(shop: Portal) -> None:
    shop.ingest(shop.bill(to_date("20261021"), [*X, GAMMA]))
    shop.publish()
    # Alpha: (30.10 + 1.11 + 31.00 - 13.00) x 0.9 = 49.21 x 0.9; Beta: 2.22 + 4.44.
    assert _exact(shop) == ["44.28900000", "6.66000000", "7.00500000"]
    assert shop.total(shop.alice, period="2026-10") == "44.29"
    assert shop.sums(shop.alice, "day", period="2026-10", measure="list_cost") == {
        "2026-10-01": "30.10",
        "2026-10-02": "31.00",
        "2026-10-15": "1.11",
        "2026-10-20": "-13.00",
    }


def test_moving_the_border_moves_the_lines_and_leaves_a_third_customer_alone(shop: Portal) -> None:
    shop.ingest(shop.bill(to_date("20261021"), [*X, GAMMA]))
    shop.publish()
    assert _exact(shop, "list_cost")[:2] == ["49.21000000", "6.66000000"]

    shop.customers(*A_UNTIL_15)
    [published] = shop.publish()

    assert published.editions == (("C0001", 2, "open"), ("C0002", 2, "open"))
    # Alpha: (30.10 + 31.00 - 13.00) x 0.9 = 48.10 x 0.9; Beta: 1.11 + 2.22 + 4.44; List stays 55.87 in all.
    assert _exact(shop) == ["43.29000000", "7.77000000", "7.00500000"]
    assert _exact(shop, "list_cost")[:2] == ["48.10000000", "7.77000000"]
    assert editions("C0003") == [(1, "open")]
    assert (buy_editions("C0001"), buy_editions("C0002"), buy_editions("C0003")) == (
        [(1, 4), (2, 3)],
        [(1, 2), (2, 3)],
        [(1, 1)],
    )


def test_moving_the_border_of_a_closed_month_is_no_lost_day(shop: Portal) -> None:
    """The 15th had only the line that moved: it is gone from Alpha's month because it is in Beta's."""
    shop.ingest(shop.bill(FINAL, [*X, GAMMA]))
    shop.publish()
    assert _exact(shop) == ["44.29000000", "6.66000000", "7.01000000"]

    shop.customers(*A_UNTIL_15)
    [published] = shop.publish()

    assert (published.blocked, published.editions) == ((), (("C0001", 2, "final"), ("C0002", 2, "final")))
    assert _exact(shop) == ["43.29000000", "7.77000000", "7.01000000"]


def test_a_day_that_the_final_bill_lost_still_blocks_after_the_border_moved(shop: Portal) -> None:
    shop.ingest(shop.bill(FINAL, X))
    shop.publish()
    shop.customers(*A_UNTIL_15)
    shop.ingest(shop.bill(FINAL, [row for row in X if row["bill_date"] not in {"2026-10-01", "2026-10-15"}]))
    [published] = shop.publish()
    assert (published.blocked, [b.value for b in blocks(shop, "C0001")]) == (("C0001",), ["2026-10-01"])
    assert editions("C0001") == [(1, "final")]


@pytest.mark.parametrize("name", [to_date("20261021"), FINAL])
def test_an_account_taken_away_altogether_leaves_an_empty_edition(shop: Portal, name: str) -> None:
    shop.customers("C0001,Alpha,USD,acct-x,,")
    shop.ingest(shop.bill(name, [line("acct-x", "2026-10-01", "30.10", settlement_amount="20"), GAMMA]))
    [first] = shop.publish()
    status = "final" if name == FINAL else "open"
    assert first.editions == (("C0001", 1, status), ("C0003", 1, status))
    seen = shop.total(shop.alice, period="2026-10")

    shop.customers("C0002,Beta,USD,acct-x,,")
    [published] = shop.publish()
    [again] = shop.publish()

    assert (published.editions, again.editions) == ((("C0001", 2, status), ("C0002", 1, status)), ())
    assert (seen, lines(shop, shop.alice, period="2026-10")) == ("27.09", [])
    assert shop.table("usage-to-cost", shop.alice, period="2026-10").totals == ()
    assert shop.total(shop.charlie, period="2026-10") == "30.10"
    assert editions("C0003") == [(1, status)]
    # What the reseller pays goes along: counted once, under the new owner.
    assert (buy_editions("C0001"), buy_editions("C0002")) == ([(1, 1), (2, 0)], [(1, 1)])


def test_days_without_an_owner_wait_and_block_nobody(shop: Portal) -> None:
    shop.customers("C0001,Alpha,USD,acct-x,,2026-10-15", "C0002,Beta,USD,acct-x,2026-10-17,")
    shop.ingest(shop.bill(to_date("20261021"), X))
    [published] = shop.publish()
    assert published.blocked == ()
    assert shop.total(shop.alice, period="2026-10") == "43.29"
    assert editions("C0002") == []  # the refund of the 20th is Alpha's
    queue = close(shop, "")
    assert queue is not None
    [waiting] = queue.findings
    assert (waiting.account, waiting.count, waiting.record, waiting.customer) == ("acct-x", 3, 2, "")

    shop.customers(*A_UNTIL_15)
    shop.publish()
    assert (shop.total(shop.alice, period="2026-10"), shop.total(shop.charlie, period="2026-10")) == ("43.29", "7.77")
    assert close(shop, "") is None


def test_a_block_goes_with_the_account_that_it_was_about(shop: Portal) -> None:
    """Alpha is billed in US dollars and was given an account of somebody who is billed in euros; nothing else is Alpha's."""
    shop.customers("C0001,Alpha,USD,acct-e,,", "C0009,Echo,EUR,acct-9,,", "C0002,Beta,USD,acct-x,,")
    shop.ingest(shop.bill(to_date("20261021"), [line("acct-e", "2026-10-01", "3.00", currency="EUR"), GAMMA]))
    [published] = shop.publish()
    assert (published.blocked, [b.check for b in blocks(shop, "C0001")]) == (("C0001",), ["currency"])

    shop.customers("C0009,Echo,EUR,acct-e,,")
    [published] = shop.publish()
    assert (published.blocked, published.editions) == ((), (("C0009", 1, "open"),))
    assert close(shop, "C0001") is None


def test_two_owners_on_the_same_day_are_refused_at_import(shop: Portal) -> None:
    with pytest.raises(BadRequest) as refused:
        shop.customers(
            "C0001,Alpha,USD,acct-x,,2026-10-17", "C0002,Beta,USD,acct-x,2026-10-16,", "C0009,New,USD,acct-n,,"
        )
    assert refused.value.sentence == (
        "customers.csv: account acct-x would belong to C0001 and C0002 on the same day. "
        "Let valid_to of the first be valid_from of the second. Nothing was imported."
    )
    with as_staff():
        kept = sorted(AccountOwner.objects.values_list("customer_id", "account_id"))
    assert kept == [("C0001", "acct-x"), ("C0002", "acct-x"), ("C0003", "acct-g")]
