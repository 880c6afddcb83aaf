"""What the reseller's people do on a page: have a month published again by the worker, and write a known issue."""

import asyncio

from procrastinate.contrib.django import app

from tests.portal import LIST_X_1, Portal, line


def work_once() -> None:
    """The worker, until its queue is empty."""

    async def take() -> None:
        worker = app.with_connector(app.connector.get_worker_connector())
        async with worker.open_async():
            await worker.run_worker_async(wait=False, install_signal_handlers=False, delete_jobs="always")

    asyncio.run(take())


def a_month(portal: Portal) -> None:
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill("customerUsageV2_202610_20261010.tar.gz", [line("acct-a1", "2026-10-03", "12.34")]))


def test_a_month_is_published_by_the_worker_when_finance_asks_for_it(portal: Portal) -> None:
    a_month(portal)
    client = portal.client_for(portal.dana)

    answer = client.post("/close/publish", {"cycle": "2026-10"}, follow=True)
    assert "being published" in answer.content.decode()
    again = client.post("/close/publish", {"cycle": "2026-10"}, follow=True)
    assert "already waits" in again.content.decode()
    assert portal.table("usage-to-cost", portal.alice, period="2026-10").totals == ()

    work_once()

    assert portal.total(portal.alice, period="2026-10") == "12.34"


def test_a_known_issue_stands_on_the_reports_that_it_touches_and_on_no_other(portal: Portal) -> None:
    a_month(portal)
    portal.publish()
    issue = {"sentence": "CDN usage of 12 Oct is delayed.", "first_day": "2026-10-12", "last_day": "2026-10-12"}

    answer = portal.client_for(portal.erin).post("/known-issues", issue | {"customer": "C0001"}, follow=True)

    assert "CDN usage of 12 Oct is delayed." in answer.content.decode()
    for user, period, stands in (
        (portal.alice, "2026-10", True),
        (portal.alice, "2026-09", False),
        (portal.charlie, "2026-10", False),
    ):
        issues = portal.table("usage-to-cost", user, period=period).meta.known_issues
        assert issues == (("CDN usage of 12 Oct is delayed.",) if stands else ())
    page = portal.client_for(portal.alice).get("/c/C0001/usage-to-cost?period=2026-10").content.decode()
    assert "CDN usage of 12 Oct is delayed." in page


def test_an_issue_that_cannot_be_read_gets_a_sentence_and_nothing_is_written(portal: Portal) -> None:
    client = portal.client_for(portal.erin)
    for issue in (
        {"sentence": "", "first_day": "2026-10-12", "last_day": "2026-10-12"},
        {"sentence": "Late.", "first_day": "12 Oct", "last_day": "2026-10-12"},
        {"sentence": "Late.", "first_day": "2026-10-12", "last_day": "2026-10-11"},
    ):
        assert client.post("/known-issues", issue).status_code == 422
    assert "Reports carry no banner" in client.get("/known-issues").content.decode()
