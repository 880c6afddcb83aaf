"""What commands answer: one JSON document with --json, the report's own bytes, and the same again the second time."""

import csv
import io
import json
import os
from hashlib import sha256

import pytest

from crossfoot.cli.main import app
from crossfoot.reports.catalog import REPORTS
from tests.cli.command import Run, start
from tests.paper import Back
from tests.portal import LIST_X_1, PASSWORD, Portal, line

BOOK = f"rule_id,valid_from,valid_to,customer_id,service,action,value\n{LIST_X_1}\n"
OWNERS = "customer_id,name,currency,account_id,valid_from,valid_to\nC0001,Alpha,USD,acct-a1,,\n"


def commands() -> list[tuple[str, ...]]:
    """Every command that `--help` names, by its words."""
    from typer.main import get_command

    found = []
    for name, command in get_command(app).commands.items():
        inner = getattr(command, "commands", None)
        found += [(name, sub) for sub in inner] if inner else [] if command.hidden else [(name,)]
    return found


@pytest.mark.parametrize("words", [(), *commands()], ids=" ".join)
def test_every_command_explains_itself(crossfoot: Run, words):
    ran = crossfoot(*words, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert b"Usage: crossfoot" in ran.out


def test_the_whole_way_in_json_one_document_each_and_nothing_twice(portal: Portal, crossfoot: Run):
    owners, book = portal.inbox / "customers.csv", portal.inbox / "prices.csv"
    owners.write_text(OWNERS)
    book.write_text(BOOK)
    bill = portal.bill("customerBill_202610.tar.gz", [line("acct-a1", "2026-10-05", "12.345", settlement_amount="9")])

    def done(*words: object, typed: str = "") -> object:
        ran = crossfoot(*words, "--json", typed=typed)
        assert (ran.code, ran.err) == (0, ""), ran
        return ran.document

    dana = ("--role", "reseller-finance", "--password-stdin")
    alice = ("--role", "customer-finance", "--customer", "C0001", "--password-stdin")
    for _ in (1, 2):  # the second time changes nothing
        assert done("customers", "import", owners) == {"file": "customers.csv", "rows": 1}
        assert done("users", "add", "Dana@R.example", *dana, typed=f"{PASSWORD}\n")["email"] == "dana@r.example"
    assert done("users", "add", "alice@a.example", *alice, typed=PASSWORD) == {
        "email": "alice@a.example", "role": "customer-finance", "customer": "C0001", "accounts": [], "projects": []
    }  # fmt: skip
    assert done("prices", "import", book) == {"file": "prices.csv", "new": ["R1"], "unchanged": 0}
    assert done("prices", "import", book) == {"file": "prices.csv", "new": [], "unchanged": 1}
    assert done("prices", "approve", "all", "--as", "dana@r.example") == {"approved": ["R1"]}
    assert done("prices", "approve", "all", "--as", "dana@r.example") == {"approved": []}

    [first], [again] = (done("ingest", bill)["files"] for _ in (1, 2))
    assert (first["is_new"], again["is_new"]) == (True, False)
    assert first["sha256"] == sha256(bill.read_bytes()).hexdigest()
    assert first["totals"] == {
        "USD": {"rows": "1", "list_cost": "12.34500000", "amount": "12.34500000", "settlement_amount": "9.00000000"}
    }
    assert {**again, "is_new": True} == first
    [cycle] = done("publish")["cycles"]
    assert cycle["editions"] == [{"customer": "C0001", "edition": 1, "status": "final"}]
    [cycle] = done("publish")["cycles"]
    assert (cycle["editions"], cycle["blocked"], cycle["findings"]) == ([], [], [])
    assert [r["report"] for r in done("reports")] == [r.key for r in REPORTS]
    assert {d["report"] for d in done("definitions", "--as", "alice@a.example")} == {
        r.key for r in REPORTS if not r.is_of_house
    }
    assert done("audit", "verify")["fault"] == ""
    assert done("reconcile")
    made = done("simulate", portal.inbox / "sim", "--customers", 1, "--months", "2026-10", "--rows", 10, "--seed", 1)
    assert (made["rows"], made["customers"]) == (10, 1)


def test_a_reader_who_leaves_early_is_no_fault(tmp_path):
    """`crossfoot reports | head -0`."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        process = start(tmp_path, "reports", stdout=writing)
        _, err = process.communicate(timeout=60)
    finally:
        os.close(writing)
    assert (process.returncode, err) == (0, "")


def test_a_refusal_by_findings_is_one_document_too(portal: Portal, crossfoot: Run):
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    bill = portal.bill("customerBill_202610.tar.gz", [line("acct-a1", "2026-10-05", "1.00", bill_type="77")])
    assert crossfoot("ingest", bill, "--json").code == 0
    ran = crossfoot("publish", "--json")
    assert (ran.code, ran.err) == (3, "Blocked by findings: C0001 2026-10. The others were published.\n")
    [cycle] = ran.document["cycles"]
    assert (cycle["blocked"], cycle["findings"][0]["check"]) == (["C0001"], "bill-type")


def test_a_report_is_the_file_that_the_page_gives(portal: Portal, crossfoot: Run, tmp_path):
    """12.34 and -0.005: on the terminal, in a file, in JSON and in CSV. Shown 12.34, -0.01, Rounding 0.01, total 12.34."""
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    lines = [
        line("acct-a1", "2026-10-05", "12.34"),
        line("acct-a1", "2026-10-06", "-0.005", bill_type="9", cloud_service_type_name="Gift"),
    ]
    portal.ingest(portal.bill("customerUsageV2_202610_20261020.tar.gz", lines))
    portal.publish()
    assert portal.alice
    asked = ("report", "usage-to-cost", "--as", "alice@example.com", "--period", "2026-10")
    shown = crossfoot(*asked)
    assert shown.code == 0
    document = shown.document
    assert shown.out == portal.document("usage-to-cost", portal.alice, period="2026-10")[0]
    assert [(r["service"], r["billed_cost"]) for r in document["rows"]] == [
        ("Elastic Cloud Server", "12.34"), ("Gift", "-0.01")
    ]  # fmt: skip
    # 12.335 is shown as 12.34 (a half, away from zero), so the rows miss 0.01.
    assert (document["rounding"][0]["billed_cost"], document["totals"][0]["billed_cost"]) == ("0.01", "12.34")

    target = tmp_path / "report.csv"
    ran = crossfoot(*asked, "--format", "csv", "-o", target)
    assert (ran.code, ran.out, ran.err) == (0, b"", "")
    data = target.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfrow_kind,currency,service,service_code,list_cost,billed_cost\r\n")
    assert data == crossfoot(*asked, "--format", "csv").out
    kinds = [r["row_kind"] for r in csv.DictReader(io.StringIO(data.decode("utf-8-sig")))]
    assert kinds == ["row", "row", "rounding"]

    paper = tmp_path / "report.pdf"
    assert crossfoot(*asked, "--format", "pdf", "-o", paper).code == 0
    assert [(row[0], row[-1]) for row in Back(paper.read_bytes()).rows()] == [
        ("Elastic Cloud Server", "12.34"), ("Gift", "−0.01"), ("Rounding", "0.01"), ("Total", "12.34")
    ]  # fmt: skip

    one = crossfoot(
        *asked, "--filter", "service=Gift", "--filter", "service=nothing", "--by", "day,service", "--digits", "exact"
    )
    assert [(r["day"], r["billed_cost"]) for r in json.loads(one.out)["rows"]] == [("2026-10-06", "-0.00500000")]
    staff = crossfoot("report", "charges", "--as", "dana@example.com", "--customer", "C0001")
    assert len(staff.document["rows"]) == 2
