"""A charge keeps its name through every edition: its key says what it is for, not what it costs or where it stood."""

from hashlib import sha256

from tests.portal import LIST_X_1, Portal, line
from tests.time.facts import FINAL, keys, lines, to_date


def _shop(portal: Portal) -> Portal:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    return portal


def test_a_key_outlives_other_amounts_another_order_and_the_final_bill(portal: Portal) -> None:
    shop = _shop(portal)
    day, hour = (
        "2026-10-04",
        {"effective_time": "2026-10-04 01:00:00 GMT+08:00", "expire_time": "2026-10-04 02:00:00 GMT+08:00"},
    )
    shop.ingest(
        shop.bill(
            to_date("20261005"),
            [
                line("acct-a1", day, "1", resource_id="i-1", id="m1", **hour),
                line("acct-a1", day, "2", resource_id="i-2", id="m2", **hour),
            ],
        )
    )
    shop.publish()
    open_keys = {cost: key for key, cost in keys(shop, shop.alice, period="2026-10").items()}

    # The final bill: the other order, corrected amounts, record ids of its own, and a settlement amount.
    final = [
        line("acct-a1", day, "2.5", resource_id="i-2", id="f1", settlement_amount="2", **hour),
        line("acct-a1", day, "1.5", resource_id="i-1", id="f2", settlement_amount="1", **hour),
    ]
    shop.ingest(shop.bill(FINAL, final))
    shop.publish()
    final_keys = {cost: key for key, cost in keys(shop, shop.alice, period="2026-10").items()}

    assert final_keys["1.50000000"] == open_keys["1.00000000"]
    assert final_keys["2.50000000"] == open_keys["2.00000000"]


def test_equal_lines_have_keys_of_their_own_and_a_fourth_takes_none_of_theirs(portal: Portal) -> None:
    shop = _shop(portal)
    equal = [line("acct-a1", "2026-10-04", "0.10")] * 3
    shop.ingest(shop.bill(to_date("20261005"), equal))
    shop.publish()
    three = keys(shop, shop.alice, period="2026-10")
    shop.ingest(shop.bill(to_date("20261006"), [*equal, line("acct-a1", "2026-10-04", "0.10")]))
    shop.publish()
    four = keys(shop, shop.alice, period="2026-10")
    assert (len(three), len(four)) == (3, 4)
    assert set(three) < set(four)


def test_lines_alike_but_for_their_transaction_time_keep_their_keys_when_amounts_cross(portal: Portal) -> None:
    shop = _shop(portal)
    early, late = "2026-10-04 08:00:00 GMT+08:00", "2026-10-04 09:00:00 GMT+08:00"

    def bill(name: str, *costs: tuple[str, str]) -> dict[str | None, str | None]:
        shop.ingest(shop.bill(name, [line("acct-a1", "2026-10-04", cost, trade_time=at) for at, cost in costs]))
        shop.publish()
        return {row["trade_at"]: row["charge_key"] for row in lines(shop, shop.alice, period="2026-10")}

    before = bill(to_date("20261005"), (early, "1"), (late, "2"))
    after = bill(FINAL, (late, "0.5"), (early, "3"))
    assert after == before
    assert len(set(after.values())) == 2


def test_a_key_is_what_it_was_in_the_first_version_of_crossfoot(portal: Portal) -> None:
    """Exports name charges by it, so another way of making it would break every reference that was ever kept."""
    shop = _shop(portal)
    cells = {
        "charge_mode": "1",
        "cloud_service_type": "hws.service.type.ec2",
        "resource_type": "hws.resource.type.vm",
        "product_id": "p-1",
        "sku_code": "sku-1",
        "region": "eu-west-101",
        "enterprise_project_id": "0",
        "resource_id": "i-1",
        "usage_type": "duration",
        "trade_id": "t-1",
        "effective_time": "2026-10-04 01:00:00 GMT+08:00",
        "expire_time": "2026-10-04 02:00:00 GMT+08:00",
    }
    shop.ingest(shop.bill(to_date("20261005"), [line("acct-a1", "2026-10-04", "1", **cells)] * 2))
    shop.publish()
    identity = [
        "acct-a1", "2026-10", "2026-10-04", "5", "1", "hws.service.type.ec2", "hws.resource.type.vm", "p-1", "sku-1",
        "eu-west-101", "0", "i-1", "duration", "t-1", "\0", "\0", "2026-10-03 17:00:00", "2026-10-03 18:00:00",
    ]  # fmt: skip
    first = sha256("\x1f".join(identity).encode()).hexdigest()
    second = sha256(f"{first}\x1f1".encode()).hexdigest()
    assert {row["charge_key"] for row in lines(shop, shop.alice, period="2026-10")} == {first, second}
