"""The second reader of bills: headers of both languages, quoted text, exact amounts, and bytes that were altered."""

from decimal import Decimal

import pyarrow as pa
import pytest

from crossfoot.core.ids import sha256_hex
from crossfoot.reconcile.landed import Landed, Unreadable, find_fault, read_lines
from crossfoot.sources.bill import Source
from tests.portal import line, pack, write_bill


def read(path, *accounts):
    return pa.concat_tables(read_lines(Landed(path, Source.HUAWEI, frozenset(accounts)), "2026-10")).to_pylist()


@pytest.mark.parametrize(
    "how", [{"lang": "en"}, {"lang": "zh"}, {"currency_in_header": "USD"}, {"lang": "zh", "currency_in_header": "USD"}]
)
def test_a_line_is_read_in_both_languages(tmp_path, how):
    path = write_bill(tmp_path / "bill.tar.gz", [line("0042", "2026-10-03", "0.00000001", amount="-7")], **how)
    [found] = read(path, "0042")
    assert (found["account_id"], found["currency"], found["bill_date"]) == ("0042", "USD", "2026-10-03")
    assert (found["list_cost"], found["amount"]) == (Decimal("0.00000001"), Decimal(-7))
    assert found["settlement_amount"] is None
    assert found["usage"] is None


def test_text_may_hold_commas_quotes_and_newlines(tmp_path):
    lines = [line("x", "2026-10-03", "1", resource_name='a "b",\nc'), line("x", "2026-10-04", "2")]
    assert [row["list_cost"] for row in read(write_bill(tmp_path / "bill.tar.gz", lines), "x")] == [1, 2]


def test_other_accounts_are_left_out(tmp_path):
    lines = [line("x", "2026-10-03", "1"), line("y", "2026-10-03", "2"), line(" z ", "2026-10-03", "4")]
    path = write_bill(tmp_path / "bill.tar.gz", lines)
    assert [row["list_cost"] for row in read(path, "x", "z")] == [1, 4]


def test_an_empty_cell_is_nothing_and_a_service_without_a_name_goes_by_its_code(tmp_path):
    cells = {"cloud_service_type": "hws.x", "cloud_service_type_name": "", "region": ""}
    projects = ["0", "p1", "null", "-1", ""]
    lines = [line("x", "2026-10-03", "1", enterprise_project_id=p, **cells) for p in projects]
    rows = read(write_bill(tmp_path / "bill.tar.gz", lines), "x")
    assert {(row["service_name"], row["region_id"]) for row in rows} == {("hws.x", None)}
    assert [row["project_id"] for row in rows] == ["0", "p1", None, None, None]


def test_a_part_may_have_no_line(tmp_path):
    header = "Billing Cycle,Expenditure Date,Customer ID,Bill Type,List Price,Currency\r\n"
    full = f"{header}2026-10,2026-10-03,x,5,1.5,usd\r\n"
    path = pack(tmp_path / "bill.tar.gz", {"1.csv": header.encode(), "2.csv": full.encode()})
    [found] = read(path, "x")
    assert (found["list_cost"], found["currency"], found["amount"]) == (Decimal("1.5"), "USD", None)


@pytest.mark.parametrize("amount", ["1.123456789", "12,5", "free"])
def test_an_amount_is_never_rounded_or_guessed(tmp_path, amount):
    header = "Billing Cycle,Expenditure Date,Customer ID,Bill Type,List Price,Currency\r\n"
    cells = f'2026-10,2026-10-03,x,5,"{amount}",USD\r\n'
    path = pack(tmp_path / "bill.tar.gz", {"1.csv": (header + cells).encode()})
    with pytest.raises(Unreadable, match="cannot be read"):
        read(path, "x")


def test_a_cut_archive_is_unreadable(tmp_path):
    path = write_bill(tmp_path / "bill.tar.gz", [line("x", "2026-10-03", str(n)) for n in range(500)])
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(Unreadable, match="cannot be read"):
        read(path, "x")


def test_one_flipped_bit_is_seen(tmp_path):
    path = tmp_path / "bill.tar.gz"
    path.write_bytes(b"as it arrived")
    sha256 = sha256_hex(path.read_bytes())
    assert find_fault(path, sha256) == ""
    path.write_bytes(b"as it arrivee")
    assert find_fault(path, sha256) == "was altered"
    path.unlink()
    assert find_fault(path, sha256) == "is missing"
