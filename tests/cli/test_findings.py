"""`crossfoot findings`: the list, accepting, withdrawing, and what publishing says of a month that stays blocked."""

from tests.cli.command import Run
from tests.portal import LIST_X_1, Portal, line

DAYS = [line("acct-a1", f"2026-10-{day:02}", f"{day}.00") for day in (4, 5, 6)]
DANA = ("--as", "dana@example.com")


def test_a_lost_day_from_its_block_to_its_acceptance_and_back(portal: Portal, crossfoot: Run) -> None:
    assert portal.dana
    assert portal.frank
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill("customerUsageV2_202610_20261008.tar.gz", DAYS))
    portal.publish()
    portal.ingest(portal.bill("customerBill_202610.tar.gz", DAYS[:2]))

    for said in ("1 blocked", "1 still blocked"):
        ran = crossfoot("publish")
        assert ran.code == 3
        assert said in ran.out.decode()
        assert "no line for a day that was published before" in ran.out.decode()
        assert "Blocked by findings: C0001 2026-10." in ran.err

    board = crossfoot("findings", "--json").document
    assert isinstance(board, dict)
    assert (board["blocks"], board["accepted"]) == (1, 0)
    [group] = [g for g in board["groups"] if g["severity"] == "block"]
    [seen] = group["seen"]
    told = {key: group[key] for key in ("check", "owner", "reach", "findings", "customers", "cycles")}
    assert told == {
        "check": "completeness", "owner": "Huawei", "reach": "customer-month", "findings": 1,
        "customers": ["C0001"], "cycles": ["2026-10"],
    }  # fmt: skip
    assert (seen["value"], seen["may_accept"]) == ("2026-10-06", True)

    accept = ("findings", "accept", seen["id"], "--reason", "Credited.")
    assert crossfoot(*accept, "--as", "frank@example.com").code == 7
    assert crossfoot("findings", "accept", seen["id"], "--reason", " ", *DANA).code == 2
    assert crossfoot("findings", "accept", "NONE", "--reason", "x", *DANA).code == 7
    assert crossfoot(*accept, *DANA, "--json").document == {
        "accepted": seen["id"], "customer": "C0001", "cycle": "2026-10"
    }  # fmt: skip
    assert crossfoot("publish").code == 0
    assert "Accepted by dana@example.com: Credited." in crossfoot("findings").out.decode()
    assert crossfoot("reconcile").code == 0

    assert crossfoot("findings", "withdraw", seen["id"], "--reason", "Not so.", *DANA).code == 0
    assert crossfoot("publish").code == 3
    assert crossfoot("findings", "--cycle", "October").code == 2


def test_what_cannot_be_accepted_is_exit_3(portal: Portal, crossfoot: Run) -> None:
    assert portal.dana
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.ingest(portal.bill("customerBill_202610.tar.gz", DAYS))
    portal.publish()
    board = crossfoot("findings", "--json", "--customer", "C0001").document
    assert isinstance(board, dict)
    ran = crossfoot("findings", "accept", board["groups"][0]["seen"][0]["id"], "--reason", "Why not.", *DANA)
    assert ran.code == 3
    assert "'No price' cannot be accepted: Import a rule" in ran.err
