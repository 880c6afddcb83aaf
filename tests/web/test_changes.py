"""What changes under a reader: their own rights, a correction of what they saw, and tables too long for one page."""

from tests.portal import LIST_X_1, Portal, line
from tests.web.house import browser, furnish, october, status, text
from tests.web.test_report_page import PAGE, links


def test_a_person_who_is_switched_off_is_out_with_the_next_request(portal: Portal) -> None:
    furnish(portal)
    client = browser(portal, "alice")
    assert client.get("/").status_code == 200
    alice = portal.alice
    alice.is_active = False
    alice.save()
    assert client.get("/").status_code == 302
    assert client.get("/api/v1/reports/usage-to-cost").status_code == 401


def test_a_changed_role_holds_with_the_next_request(portal: Portal) -> None:
    furnish(portal)
    client = browser(portal, "alice")
    assert status(client, "/c/C0001/usage-to-cost.csv") == 200
    alice = portal.alice
    alice.role = "customer-viewer"
    alice.save()
    assert status(client, "/c/C0001/usage-to-cost.csv") == 403


def test_downloads_are_pinned_to_what_is_shown(portal: Portal) -> None:
    furnish(portal)
    alice = browser(portal, "alice")
    body = text(alice, PAGE)
    link = next(found for found in links(body) if ".csv?" in found)
    assert "as_of=" in link
    before = text(alice, link)
    late = line("acct-a1", "2026-10-03", "99.99000000", cloud_service_type_name="Late service")
    (portal.inbox / "late").mkdir()
    portal.ingest(portal.bill("late/customerBill_202610.tar.gz", [*october(), late]))
    portal.publish()
    assert text(alice, link) == before
    assert "99.99" in text(alice, PAGE)
    assert "You see what was known at" in text(alice, link.replace(".csv?", "?"))


def test_long_tables_are_paged_and_say_so(portal: Portal) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    lines = [line("acct-a1", "2026-10-03", "1.00000000", resource_id=f"vm-{n}") for n in range(201)]
    portal.ingest(portal.bill("customerBill_202610.tar.gz", lines))
    portal.publish()
    alice = browser(portal, "alice")
    for address, second_rows in (
        ("/c/C0001/charges?", "101 to 200"),
        ("/c/C0001/usage-to-cost?by=resource&", "201 to 201"),
    ):
        first, second = text(alice, f"{address}period=2026-10"), text(alice, f"{address}period=2026-10&page=2")
        assert "Rows 1 to" in first
        assert f"Rows {second_rows} of 201." in second
        assert first.count('<th scope="row"') == int(second_rows.split()[0])  # those before, and the total
        assert second.count('<th scope="row"') == (101 if "charges" in address else 2)
        assert "201.00" in first
