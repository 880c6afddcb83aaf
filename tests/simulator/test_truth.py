"""The truth against a sum of the written bills, after the table of money.md R2 and nothing of the simulator's own."""

from collections import defaultdict
from decimal import Decimal

from tests.simulator.files import bills, table, total, truth

LIST_TYPES = {"1", "2", "3", "5", "8", "12", "14", "18", "103", "13"}
REFUNDS = {"4", "20", "24"}
PASSED_ON = {"9", "16"}
NEVER_SOLD = {"15", "100", "101", "102", "17", "25", "23"}


def sell(row):
    code, mode = row["Bill Type"], row["Billing Mode"]
    covered = mode == "6" or (mode == "3" and row["RI Usage"] not in {"", "0"})
    if code in NEVER_SOLD or covered or (row["Usage"] and row["Package Usage"] == row["Usage"]):
        return Decimal(0)
    if code in PASSED_ON:
        return Decimal(row["Amount Due"])
    assert code in LIST_TYPES | REFUNDS
    return Decimal(row["List Price"])


def tags(row):
    return dict(pair.split(":", 1) for pair in row["Resource Tag"].split(";") if pair)


def owners(out):
    return {row["account_id"]: row["customer_id"] for row in table(out / "customers.csv")}


def test_every_cell_is_what_the_lines_add_up_to(calm):
    owner, cells = owners(calm), defaultdict(list)
    for row in bills(calm):
        project = row["Enterprise Project ID"]
        cells[
            owner[row["Customer ID"]], row["Customer ID"], row["Billing Cycle"], row["Expenditure Date"],
            row["Product Type"], row["Region Code"], None if project in {"", "-1"} else project, row["Bill Type"],
            row["Currency"],
        ].append(row)  # fmt: skip
    names = ("customer", "account", "cycle", "day", "service", "region", "project", "bill_type", "currency")
    said = {tuple(cell[name] for name in names): cell for cell in truth(calm)["cells"]}
    assert said.keys() == cells.keys()
    for key, rows in cells.items():
        unknown = any(row["Settlement Amount"] == "" for row in rows)
        assert said[key] == dict(zip(names, key, strict=True)) | {
            "rows": len(rows),
            "list": f"{total(rows, 'List Price'):.8f}",
            "sell": f"{sum(map(sell, rows), Decimal(0)):.8f}",
            "buy": None if unknown else f"{total(rows, 'Settlement Amount'):.8f}",
        }


def test_every_tag_is_what_the_lines_add_up_to_and_the_untagged_rest_too(calm):
    owner, months = owners(calm), defaultdict(list)
    for row in bills(calm):
        months[owner[row["Customer ID"]], row["Billing Cycle"]].append(row)
    wanted = {}
    for (customer, cycle), rows in months.items():
        for key in {key for row in rows for key in tags(row)}:
            by_value = defaultdict(list)
            for row in rows:
                by_value[tags(row).get(key)].append(row)
            for value, some in by_value.items():
                wanted[customer, cycle, key, value] = (len(some), total(some, "List Price"), sum(map(sell, some)))
    said = {
        (tag["customer"], tag["cycle"], tag["key"], tag["value"]): (
            tag["rows"], Decimal(tag["list"]), Decimal(tag["sell"])
        )
        for tag in truth(calm)["tags"]
    }  # fmt: skip
    assert said == wanted
    assert {key for _, _, key, _ in said} >= {"env", "team", "成本中心", "url"}
    assert any(value == "" for *_, value in said)
    assert any(value == "https://shop.example:8443/a:b" for *_, value in said)


def test_per_tag_key_the_values_add_up_to_the_customer_month(calm):
    found, months = defaultdict(Decimal), defaultdict(Decimal)
    for tag in truth(calm)["tags"]:
        found[tag["customer"], tag["cycle"], tag["key"]] += Decimal(tag["sell"])
    for cell in truth(calm)["cells"]:
        months[cell["customer"], cell["cycle"]] += Decimal(cell["sell"])
    assert found
    assert all(amount == months[customer, cycle] for (customer, cycle, _), amount in found.items())


def test_projects_are_default_named_or_none(calm):
    projects = {cell["project"] for cell in truth(calm)["cells"]}
    assert {None, "0"} < projects
    assert not {"", "-1"} & projects
    assert {"", "0"} < {row["Enterprise Project ID"] for row in bills(calm)}
