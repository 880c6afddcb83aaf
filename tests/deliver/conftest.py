from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.core.passwords import cheap_passwords

if TYPE_CHECKING:
    from tests.portal import Portal

__all__ = ["cheap_passwords"]


@pytest.fixture
def shop(portal: "Portal", monkeypatch: pytest.MonkeyPatch) -> "Iterator[Portal]":
    """Twelve lines, where five rows are already many."""
    from django.db import connection

    from crossfoot.access.rls import as_staff
    from crossfoot.deliver import large
    from tests.deliver.shop import ROWS
    from tests.portal import LIST_X_1, line

    monkeypatch.setattr(large, "AT_ONCE", 5)
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    lines = [line("acct-a1", f"2026-10-{n:02d}", f"{n}.00") for n in range(1, ROWS + 1)]
    portal.ingest(portal.bill("customerUsageV2_202610_20261020.tar.gz", lines))
    portal.publish()
    for path in portal.home.exports.iterdir():
        path.unlink()
    yield portal
    with as_staff(), connection.cursor() as cursor:  # what waits would be done in another test
        cursor.execute("DELETE FROM procrastinate_jobs")
