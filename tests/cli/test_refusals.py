"""Every refusal is one sentence on stderr, nothing on stdout, and the exit code of docs/commands.md. Never a traceback."""

import pytest

from tests.cli.command import Ran, Run
from tests.portal import LIST_X_1, PASSWORD, Portal, line, pack

REPORT = ("report", "usage-to-cost", "--as", "alice@example.com")


@pytest.fixture
def shop(portal: Portal) -> Portal:
    """A published October for Alice (finance), Bob (may look, may not take files) and Dana of the reseller."""
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill("customerBill_202610.tar.gz", [line("acct-a1", "2026-10-05", "12.34")]))
    portal.publish()
    assert portal.alice
    assert portal.bob
    return portal


def refused(ran: Ran, code: int, says: str) -> None:
    assert ran.code == code, ran
    assert ran.out == b""
    assert says in ran.err
    assert "Traceback" not in ran.err
    sentences = ran.err.strip().splitlines()
    assert len(sentences) == 1, sentences
    assert sentences[0].endswith(".")


def test_questions_of_a_reader(shop: Portal, crossfoot: Run, tmp_path):
    asked = [
        (
            7,
            "nobody here with the address nobody@example.com",
            ("report", "usage-to-cost", "--as", "nobody@example.com"),
        ),
        (7, "no report 'usage'", ("report", "usage", "--as", "alice@example.com")),
        (7, "no customer 'C0002'", (*REPORT, "--customer", "C0002")),
        (7, "does not include this", ("report", "usage-to-cost", "--as", "bob@example.com")),
        (2, "write 2026-10", (*REPORT, "--period", "2026-13")),
        (2, "ends before it begins", (*REPORT, "--period", "2026-10..2026-09")),
        (2, "no dimension 'colour'", (*REPORT, "--by", "colour")),
        (2, "one or two different dimensions", (*REPORT, "--by", "service,region,day")),
        (2, "write DIM=VALUE", (*REPORT, "--filter", "region")),
        (2, "no dimension 'colour'", (*REPORT, "--filter", "colour=red")),
        (2, "shown or exact, not 'round'", (*REPORT, "--digits", "round")),
        (2, "is not an instant", (*REPORT, "--as-of", "yesterday")),
        (2, "There is no format 'docx'", (*REPORT, "--format", "docx")),
        (2, "cannot be written", (*REPORT, "-o", str(tmp_path / "missing" / "report.json"))),
        (2, "cannot be written", (*REPORT, "-o", str(tmp_path))),
        (2, "groups by nothing", ("report", "charges", "--as", "alice@example.com", "--by", "service")),
        (2, "--customer", ("report", "usage-to-cost", "--as", "dana@example.com")),
        (7, "nobody here", ("definitions", "--as", "nobody@example.com")),
    ]
    for code, says, words in asked:
        refused(crossfoot(*words), code, says)


def test_people(shop: Portal, crossfoot: Run):
    def add(*words: str, typed: str = PASSWORD) -> Ran:
        return crossfoot("users", "add", "new@example.com", *words, "--password-stdin", typed=typed)

    refused(add("--role", "customer-finance"), 2, "name it with --customer")
    refused(add("--role", "reseller-finance", "--customer", "C0001"), 2, "takes no customer")
    refused(add("--role", "reseller-support", "--account", "acct-a1"), 2, "takes no customer, account or project")
    refused(add("--role", "customer-viewer", "--customer", "C0009"), 7, "no customer 'C0009'")
    refused(add("--role", "reseller-finance", typed="short"), 2, "at least 12 characters")
    refused(add("--role", "reseller-finance", typed=""), 2, "at least 12 characters")
    refused(add("--role", "reseller-finance", typed="password1234"), 2, "too common")
    usage = add("--role", "boss")
    assert (usage.code, usage.out) == (2, b"")
    assert "reseller-finance" in usage.err  # the roles there are
    refused(crossfoot("report", "usage-to-cost", "--as", "new@example.com"), 7, "nobody here")


def test_files_of_the_operator(shop: Portal, crossfoot: Run, tmp_path):
    empty, bad = tmp_path / "empty", tmp_path / "bad.csv"
    empty.mkdir()
    bad.write_text("some,other,header\n1,2,3\n")
    refused(crossfoot("ingest", tmp_path / "nowhere"), 2, "There is nothing at")
    refused(crossfoot("ingest", empty), 3, "There was no bill file to accept")
    refused(crossfoot("ingest", empty, "--source", "aws"), 2, "The source 'aws' cannot be read")
    for what in ("customers", "prices"):
        refused(crossfoot(what, "import", tmp_path / "nowhere.csv"), 2, "check the name")
        refused(crossfoot(what, "import", bad), 2, "must begin with the header")
        refused(crossfoot(what, "import", empty), 2, "There is no file")  # a folder
    refused(crossfoot("prices", "approve", "all", "--as", "alice@example.com"), 7, "does not include this")
    refused(crossfoot("prices", "approve", "R99", "--as", "dana@example.com"), 7, "no price rule 'R99'")
    refused(crossfoot("publish", "--cycle", "2026-01"), 2, "Nothing was ingested for 2026-01: there is 2026-10")
    out = tmp_path / "a-file"
    out.write_text("")
    plan = ("--customers", 1, "--months", "2026-10", "--rows", 10, "--seed", 1)
    refused(crossfoot("simulate", out, *plan), 2, "cannot be written")
    refused(crossfoot("simulate", tmp_path / "s", *plan, "--lang", "fr"), 2, "en or zh")
    refused(crossfoot("simulate", tmp_path / "s", *plan, "--event", "flood"), 2, "no event 'flood'")


def test_a_bill_that_is_cut_or_blocked_ends_with_3_and_says_what_was_done(shop: Portal, crossfoot: Run):
    cut = shop.bill("customerBill_202611.tar.gz", [line("acct-a1", "2026-11-05", "1.00")])
    cut.write_bytes(cut.read_bytes()[:-40])
    ran = crossfoot("ingest", cut)
    assert ran.code == 3
    assert b"block: customerBill_202611.tar.gz: The archive is cut or altered" in ran.out
    assert ran.err.startswith("Refused, in whole or in part: customerBill_202611.tar.gz.")
    empty = pack(shop.inbox / "customerBill_202612.tar.gz", {"customerBill_202612_0001.csv": b""})
    assert crossfoot("ingest", empty, "--json").code == 3

    shop.ingest(shop.bill("customerBill_202609.tar.gz", [line("acct-a1", "2026-09-05", "1.00", bill_type="77")]))
    ran = crossfoot("publish", "--cycle", "2026-09")
    assert ran.code == 3
    assert b"block: customer C0001, account acct-a1, cycle 2026-09, customerBill_202609_0001.csv, record 1" in ran.out
    assert ran.err == "Blocked by findings: C0001 2026-09. The others were published.\n"
    again = crossfoot("publish", "--cycle", "2026-09", "--json")  # nothing has changed, so nothing is looked at again
    assert again.document["cycles"][0]["editions"] == []


def test_an_altered_file_of_the_lake_ends_with_6(shop: Portal, crossfoot: Run):
    from pathlib import Path

    [daily] = Path(shop.home.lake, "daily").rglob("*.parquet")
    good = daily.read_bytes()
    daily.chmod(0o600)
    daily.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    refused(crossfoot(*REPORT), 6, "was altered after it was written: restore it from the backup")
    daily.unlink()
    refused(crossfoot(*REPORT), 6, "is missing: restore it from the backup")


def test_wrong_usage_is_said_on_stderr(crossfoot: Run):
    for words in (("nothing",), ("report",), ("report", "usage-to-cost"), ("ingest",), ("publish", "--colour", "red")):
        ran = crossfoot(*words)
        assert (ran.code, ran.out) == (2, b""), words
        assert "Usage:" in ran.err
        assert "Traceback" not in ran.err


OWNER_ROWS = {
    "C0001,Alpha,USD,acct-a1,,": "",
    "C0001,Alpha,US,acct-a1,,": "a currency of ISO 4217",
    "C 1,Alpha,USD,acct-a1,,": "a customer_id has up to 64",
    "C0001,Alpha,USD,,,": "name an account_id",
    "C0001,Alpha,USD,acct-a1,01.10.2026,": "dates are written 2026-10-01",
    "C0001": "row 1 must have 6 cells",
}


def test_rows_of_customers_that_cannot_be_read(shop: Portal, crossfoot: Run, tmp_path):
    path = tmp_path / "customers.csv"
    for row, says in OWNER_ROWS.items():
        path.write_text(f"customer_id,name,currency,account_id,valid_from,valid_to\n{row}\n")
        ran = crossfoot("customers", "import", path)
        if says:
            refused(ran, 2, says)
        else:
            assert ran.code == 0


@pytest.mark.parametrize(
    "row",
    [
        "C0001,Alpha,USD,acct-a1,,,extra",
        f"C0001,{'A' * 201},USD,acct-a1,,",
        f"C0001,Alpha,USD,{'a' * 129},,",
        "C0001,Al\x00pha,USD,acct-a1,,",
        "C0001,Alpha,USD,acct-a1,2026-10-10,2026-10-01",
    ],
    ids=["extra cell", "long name", "long account", "zero byte", "ends before it begins"],
)
def test_rows_of_customers_that_no_table_could_hold(shop: Portal, crossfoot: Run, tmp_path, row):
    path = tmp_path / "customers.csv"
    path.write_text(f"customer_id,name,currency,account_id,valid_from,valid_to\n{row}\n")
    refused(crossfoot("customers", "import", path), 2, "row 1")


@pytest.mark.parametrize("email", ["nobody", "two@at@signs", "x" * 250 + "@a.example", "a b@c.example", ""])
def test_what_is_no_address_is_nobodys(shop: Portal, crossfoot: Run, email):
    options = ("--role", "reseller-finance", "--password-stdin")
    refused(crossfoot("users", "add", email, *options, typed=PASSWORD), 2, "address")
