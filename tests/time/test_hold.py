"""A line is never sold twice: who takes an account over from a customer whose month is blocked waits for it."""

from tests.portal import Portal, line

X, Y, Z = "acct-x", "acct-y", "acct-z"
DAY = "2026-10-05"
A_OWNS_X = ("C0001,A,USD,acct-x,,", "C0001,A,USD,acct-y,,", "C0002,B,USD,acct-z,,")


def month_to_date(portal: Portal, through: str, type_of_y: str) -> None:
    lines = [line(X, DAY, "10"), line(Y, DAY, "5", bill_type=type_of_y), line(Z, DAY, "1")]
    portal.ingest(portal.bill(f"customerUsageV2_202610_{through}.tar.gz", lines))


def test_the_new_owner_waits_while_the_old_one_is_blocked(portal: Portal) -> None:
    """X is 10, Y 5, Z 1: 16 in all. A is blocked by an unknown line of Y just when X goes over to B."""
    portal.prices("R1,2020-01-01,,,,list_pct,100")
    portal.customers(*A_OWNS_X)
    month_to_date(portal, "20261010", "5")
    portal.publish()
    month_to_date(portal, "20261011", "77")
    portal.customers("C0002,B,USD,acct-x,,")

    [published] = portal.publish()

    assert published.blocked == ("C0001", "C0002")
    assert [f.customer for f in published.findings if f.check == "taken-over"] == ["C0002"]
    assert (portal.total(portal.alice), portal.total(portal.charlie)) == ("15.00", "1.00")

    month_to_date(portal, "20261012", "5")
    [cleared] = portal.publish()

    assert cleared.editions == (("C0001", 2, "open"), ("C0002", 2, "open"))
    assert (portal.total(portal.alice), portal.total(portal.charlie)) == ("5.00", "11.00")


def test_who_was_blocked_at_an_earlier_attempt_still_holds_the_new_owner_back(portal: Portal) -> None:
    portal.prices("R1,2020-01-01,,,,list_pct,100")
    portal.customers(*A_OWNS_X, "C0003,C,USD,acct-w,,")
    month_to_date(portal, "20261010", "5")
    portal.publish()
    month_to_date(portal, "20261011", "77")
    portal.publish()
    portal.customers("C0002,B,USD,acct-x,,")

    [published] = portal.publish()

    assert "C0002" in published.blocked
    assert portal.total(portal.charlie) == "1.00"
