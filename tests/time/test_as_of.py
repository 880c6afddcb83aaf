"""What was published stays what it was: asked again as of its instant, it is the same to the last byte (C3)."""

from datetime import timedelta

import pytest

from crossfoot.core.clock import instant, now, parse_instant
from tests.portal import LIST_X_1, Portal, line
from tests.time.facts import FINAL, files, published_at, to_date

ASKED = ({}, {"by": ["account", "service"]}, {"by": ["day"], "digits": "exact"}, {"by": ["tag:team"]})


@pytest.fixture
def shop(portal: Portal) -> Portal:
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    return portal


def test_as_of_reads_the_edition_that_stood_at_that_instant(shop: Portal) -> None:
    shop.ingest(shop.bill(to_date("20261006"), [line("acct-a1", "2026-10-04", "1.00")]))
    shop.publish()
    shop.ingest(shop.bill(to_date("20261007"), [line("acct-a1", "2026-10-04", "2.00")]))
    shop.publish()
    shop.ingest(shop.bill(FINAL, [line("acct-a1", "2026-10-04", "3.003")]))
    shop.publish()

    at = [parse_instant(published_at("C0001", number)) for number in (1, 2, 3)]
    moment = timedelta(microseconds=1)

    def known(when: object) -> str | None:
        return shop.total(shop.alice, period="2026-10", as_of=instant(when), digits="exact")  # type: ignore[arg-type]

    assert shop.table("usage-to-cost", shop.alice, period="2026-10", as_of=instant(at[0] - moment)).totals == ()
    assert [known(when) for when in at] == ["1.00000000", "2.00000000", "3.00000000"]
    assert [known(when - moment) for when in at[1:]] == ["1.00000000", "2.00000000"]
    assert known(now()) == "3.00000000"


def test_an_old_edition_asked_again_after_corrections_is_byte_identical(shop: Portal) -> None:
    first = [
        line("acct-a1", "2026-10-04", "1.23456789", resource_tag="team:blue;", resource_id="i-1"),
        line("acct-a1", "2026-10-05", "-0.005", resource_tag="team:;", resource_id="i-2"),
        line("acct-a1", "2026-10-06", "10.10", resource_id="=1+1", cloud_service_type_name='"Quoted", =name'),
    ]
    shop.ingest(shop.bill(to_date("20261007"), first))
    shop.publish()
    at = published_at("C0001", 1)
    before = [files(shop, shop.alice, period="2026-10", as_of=at, **asked) for asked in ASKED]
    own = shop.document("usage-to-cost", shop.alice, period="2026-10", as_of=at)[0]

    for number, cost in enumerate(("9.99", "8.88"), start=8):
        shop.ingest(shop.bill(to_date(f"202610{number:02}"), [*first, line("acct-a1", "2026-10-07", cost)]))
        shop.publish()
    shop.ingest(shop.bill(FINAL, [*first, line("acct-a1", "2026-10-07", "9")]))
    shop.publish()
    shop.ingest(shop.bill(FINAL, [*first, line("acct-a1", "2026-10-07", "9.5")]))
    shop.publish()

    assert [files(shop, shop.alice, period="2026-10", as_of=at, **asked) for asked in ASKED] == before
    assert shop.document("usage-to-cost", shop.alice, period="2026-10", as_of=at)[0] == own
    # 1.23456789 - 0.005 + 10.10 = 11.32956789, and with 9.5 more 20.82956789, which closes at 20.83.
    assert shop.total(shop.alice, period="2026-10", as_of=at, digits="exact") == "11.32956789"
    assert shop.total(shop.alice, period="2026-10", digits="exact") == "20.83000000"
    assert files(shop, shop.alice, period="2026-10") != before[0]


def test_an_export_of_the_lines_of_an_old_edition_is_byte_identical_too(shop: Portal) -> None:
    shop.ingest(
        shop.bill(to_date("20261007"), [line("acct-a1", "2026-10-04", "1.5"), line("acct-a1", "2026-10-05", "2")])
    )
    shop.publish()
    question = {"period": "2026-10", "as_of": published_at("C0001", 1)}
    before = shop.document("charges", shop.alice, **question)[0]
    shop.ingest(shop.bill(to_date("20261008"), [line("acct-a1", "2026-10-04", "1.75")]))
    shop.publish()
    assert shop.document("charges", shop.alice, **question)[0] == before
    assert b"1.75000000" in shop.document("charges", shop.alice, period="2026-10")[0]


def test_a_clock_set_back_hides_no_edition(shop: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.ingest(shop.bill(to_date("20261007"), [line("acct-a1", "2026-10-04", "1.00")]))
    shop.publish()
    monkeypatch.setattr("crossfoot.publish.catalogue.now", lambda: now() - timedelta(days=2))
    shop.ingest(shop.bill(to_date("20261008"), [line("acct-a1", "2026-10-04", "2.00")]))
    shop.publish()
    first, second = published_at("C0001", 1), published_at("C0001", 2)
    assert parse_instant(first) < parse_instant(second)
    assert shop.total(shop.alice, period="2026-10", as_of=first) == "1.00"
    assert shop.total(shop.alice, period="2026-10", as_of=second) == "2.00"


def test_a_clock_set_back_adds_no_edition_to_what_was_known_of_another_cycle(
    shop: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """October and November are read as of November's publication; a correction of October came after it."""
    shop.ingest(shop.bill(to_date("20261031"), [line("acct-a1", "2026-10-31", "1.00")]))
    shop.ingest(shop.bill("customerUsageV2_202611_20261102.tar.gz", [line("acct-a1", "2026-11-01", "2.00")]))
    shop.publish()
    both = {"period": "2026-10..2026-11", "as_of": published_at("C0001", 1, "2026-11")}
    before = files(shop, shop.alice, **both)
    monkeypatch.setattr("crossfoot.publish.catalogue.now", lambda: now() - timedelta(seconds=2))
    shop.ingest(shop.bill(to_date("20261101"), [line("acct-a1", "2026-10-31", "1.50")]))
    shop.publish("2026-10")
    assert files(shop, shop.alice, **both) == before
    assert shop.total(shop.alice, **both) == "3.00"
    assert shop.total(shop.alice, period=both["period"]) == "3.50"
