import hashlib
from collections import Counter

import pytest

from crossfoot.simulator import Plan, archive, simulate
from tests.simulator.files import bills, last_usage, parts, read, table

SMALL = {"customers": 3, "first_cycle": "2026-09", "last_cycle": "2026-10", "rows": 700}


def digests(out):
    return {str(p.relative_to(out)): hashlib.sha256(p.read_bytes()).hexdigest() for p in out.rglob("*") if p.is_file()}


def test_the_same_plan_gives_the_same_bytes_and_another_seed_gives_others(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        simulate(Plan(**SMALL, seed=seed), tmp_path / name)
    first, again, other = (digests(tmp_path / name) for name in "abc")
    assert first == again
    assert first.keys() == other.keys()
    assert {name for name in first if first[name] == other[name]} == {"prices.csv"}


def test_files_are_named_as_huawei_pushes_them(calm):
    names = sorted(str(path.relative_to(calm)) for path in calm.rglob("*") if path.is_file())
    assert names == [
        "customerBill/customerBill_202608.tar.gz",
        "customerBill/customerBill_202609.tar.gz",
        "customerBill/customerBill_202610.tar.gz",
        "customerUsage/customerUsageV2_202608_20260904.tar.gz",
        "customerUsage/customerUsageV2_202609_20261004.tar.gz",
        "customerUsage/customerUsageV2_202610_20261104.tar.gz",
        "customers.csv",
        "prices.csv",
        "truth.json",
    ]
    assert list(parts(calm / names[2])) == ["customerBill_202610_0001.csv"]
    assert list(parts(calm / names[5])) == ["customerUsageV2_202610_20261104_00000001.csv"]


def test_a_long_file_has_parts_each_with_a_header(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "PART_ROWS", 100)
    simulate(Plan(customers=2, first_cycle="2026-10", last_cycle="2026-10", rows=300, seed=1), tmp_path)
    texts = parts(tmp_path / "customerBill" / "customerBill_202610.tar.gz")
    assert list(texts) == [f"customerBill_202610_000{n}.csv" for n in (1, 2, 3)]
    assert [text.count("\r\n") for text in texts.values()] == [101, 101, 101]
    assert {text.split(",")[0] for text in texts.values()} == {"Billing Cycle"}


@pytest.mark.parametrize(("customers", "rows"), [(1, 2), (3, 6), (3, 61), (9, 1201), (40, 5000)])
def test_there_are_exactly_as_many_distinct_lines_as_asked_and_every_customer_has_some(tmp_path, customers, rows):
    plan = Plan(customers=customers, first_cycle="2026-09", last_cycle="2026-10", rows=rows, seed=3)
    assert simulate(plan, tmp_path).rows == rows
    found = bills(tmp_path)
    assert len(found) == rows
    assert len({row["Order ID/Transaction ID"] for row in found}) == rows
    owners = {row["account_id"]: row["customer_id"] for row in table(tmp_path / "customers.csv")}
    assert {(owners[row["Customer ID"]], row["Billing Cycle"]) for row in found} == {
        (f"C{n:04d}", cycle) for n in range(1, customers + 1) for cycle in ("2026-09", "2026-10")
    }


def test_headers_are_in_the_language_asked_and_only_usage_names_its_currency_there(tmp_path, calm):
    simulate(Plan(**SMALL, seed=1, lang="zh", currency="EUR"), tmp_path)
    for out, cost, usage_cost, bill_only in (
        (calm, "List Price", "List Price (USD)", {"Settlement Amount", "Currency"}),
        (tmp_path, "官网价", "官网价(EUR)", {"结算金额", "币种"}),
    ):
        bill, usage = bills(out)[0], last_usage(out)[0]
        assert cost in bill
        assert usage_cost in usage
        assert bill_only <= bill.keys()
        assert not bill_only & usage.keys()
        assert len(bill) == len(usage) + 2
    assert {row["产品类型"] for row in bills(tmp_path)} > {"弹性云服务器", "云硬盘"}
    assert bills(tmp_path)[0]["账期"] == "2026-09"


def test_the_month_to_date_is_the_bill_less_a_few_late_lines_under_partly_other_ids(calm):
    final = {row["Order ID/Transaction ID"]: row for row in bills(calm) if row["Billing Cycle"] == "2026-10"}
    early = {row["Order ID/Transaction ID"]: row for row in last_usage(calm)}
    assert early.keys() < final.keys()
    assert len(final) - len(early) in range(1, 10)
    ids = Counter((final[key]["Record ID"] == row["Record ID"], bool(row["Record ID"])) for key, row in early.items())
    assert ids[True, True] > ids[False, True] > 0
    assert ids[False, False] > 0
    same = ("Bill Type", "Expenditure Date", "Usage", "Resource ID", "Resource Tag", "Transaction Time")
    assert all(final[key][name] == row[name] for key, row in early.items() for name in same)
    assert all(final[key]["Amount Due"] == row["Amount Due (USD)"] for key, row in early.items())


def test_daily_files_hold_a_line_from_the_day_it_was_charged(tmp_path):
    simulate(Plan(**SMALL, seed=1, daily=True), tmp_path)
    paths = sorted((tmp_path / "customerUsage").glob("customerUsageV2_202610_*"))
    days = [path.name[23:31] for path in paths]
    assert len(days) == 35
    assert (days[0], days[30], days[31], days[-1]) == ("20261001", "20261031", "20261101", "20261104")
    last = read(paths[-1])
    for day, path in zip(days, paths, strict=True):
        held = {row["Order ID/Transaction ID"] for row in read(path)}
        text = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        assert held == {row["Order ID/Transaction ID"] for row in last if row["Transaction Time"][:10] <= text}


def test_every_account_with_a_full_month_has_usage_on_every_day(calm):
    days = {}
    for row in bills(calm):
        if row["Usage"] and row["Expenditure Date"][:7] == row["Billing Cycle"]:
            days.setdefault((row["Customer ID"], row["Billing Cycle"]), set()).add(row["Expenditure Date"])
    assert {(key[1], len(found)) for key, found in days.items()} == {("2026-08", 31), ("2026-09", 30), ("2026-10", 31)}


def test_customers_and_prices_are_what_the_imports_read(calm):
    customers = table(calm / "customers.csv")
    assert list(customers[0]) == ["customer_id", "name", "currency", "account_id", "valid_from", "valid_to"]
    accounts = Counter(row["customer_id"] for row in customers)
    assert len(accounts) == 7
    assert max(accounts.values()) == 3
    assert all(row["account_id"].isdigit() for row in customers if row["customer_id"] == "C0004")
    assert len({row["account_id"] for row in customers}) == len(customers)
    assert table(calm / "prices.csv") == [
        {"rule_id": "R-LIST-100", "valid_from": "2025-08-01", "valid_to": "", "customer_id": "", "service": "",
         "action": "list_pct", "value": "100"}
    ]  # fmt: skip


def test_the_largest_customer_has_about_fifteen_percent(tmp_path):
    simulate(Plan(customers=12, first_cycle="2026-10", last_cycle="2026-10", rows=6000, seed=1), tmp_path)
    owners = {row["account_id"]: row["customer_id"] for row in table(tmp_path / "customers.csv")}
    rows = Counter(owners[row["Customer ID"]] for row in bills(tmp_path))
    assert rows.most_common(1)[0][0] == "C0001"
    assert 0.13 < rows["C0001"] / 6000 < 0.17
