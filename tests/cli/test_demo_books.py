"""The books of the demo, which go the way of a reseller's own files: they foot, and they agree with their months.

August cost 100.00 and September 36.00: with 9 % tax 109.00 and 39.24. Of August 60 % are paid, which is 65.40, and
25.00 + 2.25 were given back: 109.00 - 65.40 - 27.25 = 16.35 are open.
"""

from crossfoot.access.scope import find_user, scope_for
from crossfoot.billing.single import get_entry
from crossfoot.cli.demo_books import load_books
from tests.portal import LIST_X_1, Portal, line


def test_the_demo_has_books_that_foot(portal: Portal) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill("customerBill_202608.tar.gz", [line("acct-a1", "2026-08-10", "100.00")]))
    portal.ingest(portal.bill("customerBill_202609.tar.gz", [line("acct-a1", "2026-09-10", "36.00")]))
    portal.publish()
    load_books(portal.dana.email)
    table = portal.table("invoices-and-payments", portal.alice)
    rows = {row["document"]: row for row in table.rows()}
    assert {number: (row["amount_due"], row["balance"]) for number, row in rows.items()} == {
        "INV-2026-08-C0001": ("109.00", "16.35"),
        "CN-2026-08-C0001": ("-27.25", "0.00"),
        "PAY-0001": ("-65.40", "0.00"),
        "INV-2026-09-C0001": ("39.24", "39.24"),
    }
    assert table.totals[0]["balance"] == "55.59"
    scope = scope_for(find_user(portal.alice.email))
    august, september = (get_entry(scope, str(rows[f"INV-2026-{m}-C0001"]["entry"])) for m in ("08", "09"))
    assert [found.match.unexplained for found in (august, september) if found.match] == [-25, 0]
    assert [str(one.net.normalize()) for one in september.lines] == ["36"]
