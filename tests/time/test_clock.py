"""A clock that was ahead and was set right, or is behind: instants of publications still rise, and `as of` still tells."""

from datetime import timedelta

from django.db import connections

from crossfoot.core.clock import instant, now, parse_instant
from tests.portal import LIST_X_1, Portal, line
from tests.time.facts import published_at, to_date

AHEAD = timedelta(days=400)


def _published_while_the_clock_was_ahead() -> None:
    """What a publication leaves whose instant lies in the future."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE publish_edition NO FORCE ROW LEVEL SECURITY")
        for table in ("publish_publication", "publish_edition"):
            cursor.execute(f"UPDATE {table} SET published_at = published_at + %s", [AHEAD])
        cursor.execute("ALTER TABLE publish_edition FORCE ROW LEVEL SECURITY")
    connections["owner"].close()


def test_no_edition_is_published_before_the_one_that_it_corrects(portal: Portal) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill(to_date("20261006"), [line("acct-a1", "2026-10-04", "1.00")]))
    portal.publish()
    _published_while_the_clock_was_ahead()
    for number, cost in ((7, "2.00"), (8, "3.00")):
        portal.ingest(portal.bill(to_date(f"2026100{number}"), [line("acct-a1", "2026-10-04", cost)]))
        portal.publish()

    at = [parse_instant(published_at("C0001", number)) for number in (1, 2, 3)]
    assert at[0] > now() + AHEAD - timedelta(minutes=5)
    assert at == sorted(set(at))
    told = [portal.total(portal.alice, period="2026-10", as_of=instant(when)) for when in at]
    assert told == ["1.00", "2.00", "3.00"]
    assert portal.total(portal.alice, period="2026-10") == "3.00"
