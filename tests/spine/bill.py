"""A bill of twenty lines, written by hand, and every sum of it worked out on paper.

What is sold of each line at List x 1, Object Storage at 90 %, stands in the column `sell`:
line 8 is an exact half (0.00000005 x 0.9 = 0.000000045 -> 0.00000005), line 19 is 0.299999997 -> 0.30000000, the hours
of lines 13 and 14 are sold with their plan and reservation, line 15 is Huawei's tax, line 16 is passed on as due.

Sell: 148.16000005, so the closed month has an InvoiceRounding of -0.00000005 and comes to 148.16.
List: 199.29333338.
"""

from tests.portal import line

BILL = """
 # | day | account | type mode | service     | region         | project | tags                       |        list |  amount | more                            |        sell
 1 | 01  | acct-a1 | 5    1    | ECS         | ap-southeast-3 | 0       | env:prod;team:red;         | 10.00000000 |         | sku=s6 id=i-1 3 Hour            | 10.00000000
 2 | 01  | acct-a1 | 5    1    | ECS         | ap-southeast-3 | 0       | env:test;                  |  2.50000000 |         | sku=s6 id=i-2 1.5 Hour          |  2.50000000
 3 | 02  | acct-a1 | 5    1    | ECS         | ap-southeast-1 | p1      | env:prod                   |  4.00500000 |         | 2 Hour                          |  4.00500000
 4 | 02  | acct-a1 | 5    1    | ECS         | ap-southeast-1 | p1      |                            |  0.00500000 |         | 0.0000000001 Hour               |  0.00500000
 5 | 03  | acct-a2 | 5    1    | EVS         | ap-southeast-3 | 0       | env:;                      |  1.10000000 |         | 10 GB                           |  1.10000000
 6 | 03  | acct-a2 | 5    1    | EVS         | ap-southeast-3 |         | 成本中心:研发;             |  3.30000000 |         | 5 GB*Hour                       |  3.30000000
 7 | 04  | acct-a1 | 5    1    | OBS         | ap-southeast-3 | 0       | url:https://x:8443/a;env:prod; | 20.00000000 |     |                                 | 18.00000000
 8 | 04  | acct-a1 | 5    1    | OBS         | ap-southeast-1 | p1      | --                         |  0.00000005 |         |                                 |  0.00000005
 9 | 05  | acct-a1 | 1    0    | ECS         | ap-southeast-3 | p1      | env:prod;                  | 50.00000000 |         | order=O1 coupon=5.00            | 50.00000000
10 | 20  | acct-a1 | 4    0    | ECS         | ap-southeast-3 | p1      | env:prod;                  | -20.0000000 |         | original=O1                     | -20.0000000
11 | 20  | acct-a1 | 13   0    | ECS         | ap-southeast-3 | p1      | env:prod;                  |  1.25000000 |         | original=O1                     |  1.25000000
12 | 01  | acct-a1 | 18   4    | Savings Plan|                |         |                            | 60.00000000 |         | order=O2                        | 60.00000000
13 | 06  | acct-a1 | 23   6    | ECS         | ap-southeast-3 | 0       | env:prod;                  | 40.00000000 |       0 | id=i-1 40 Hour                  |  0
14 | 07  | acct-a1 | 5    3    | ECS         | ap-southeast-3 | 0       | env:test;                  |  7.00000000 |       0 | reserved=10 10 Hour             |  0
15 | 31  | acct-a1 | 15   1    | ECS         | ap-southeast-3 | 0       |                            |  1.80000000 |         |                                 |  0
16 | 08  | acct-a2 | 9    1    | EVS         | ap-southeast-3 | 0       | env:;                      | -2.00000000 |   -1.80 |                                 | -1.80000000
17 | 09  | acct-a2 | 5    1    | EVS         | ap-southeast-3 | 0       |                            |  0.00000000 |         | 0 GB                            |  0
18 | 10  | acct-a2 | 5    1    | OBS         | ap-southeast-3 | -1      | env:prod;env:test;         |  5.00000000 |         | coupon=1.00                     |  4.50000000
19 | 31  | acct-a2 | 5    1    | OBS         | ap-southeast-1 | null    |                            |  0.33333333 |         |                                 |  0.30000000
20 | 31  | acct-a1 | 2    0    | EVS         | ap-southeast-1 | p1      | team:red;                  | 15.00000000 |         | order=O3                        | 15.00000000
"""
PRICES = ("ALL,2020-01-01,,,,list_pct,100", "OBS,2020-01-01,,,OBS,list_pct,90")
MORE = {
    "sku": "sku_code",
    "id": "resource_id",
    "order": "order_id",
    "original": "original_order_id",
    "reserved": "ri_usage",
}


TABLE = [[cell.strip() for cell in row.split("|")] for row in BILL.strip().splitlines()[1:]]
SOLD = {number: sell for number, *_, sell in TABLE}


def lines() -> list[dict[str, str]]:
    """The lines as cells of a bill."""
    return [_line(*cells) for _, *cells, _ in TABLE]


def _line(  # noqa: PLR0913 - the columns of the table
    day: str, account: str, kind: str, service: str, region: str, project: str, tags: str, list_cost: str, amount: str,
    more: str,
) -> dict[str, str]:  # fmt: skip
    bill_type, mode = kind.split()
    cells = {
        "bill_type": bill_type,
        "charge_mode": mode,
        "cloud_service_type": f"code.{service}",
        "cloud_service_type_name": service,
        "region": region,
        "enterprise_project_id": project,
        "resource_tag": tags,
        "product_id": {"ECS": "P-ECS", "EVS": "P-EVS"}.get(service, ""),
        "amount": amount or list_cost,
    }
    words = [word for word in more.split() if "=" not in word]
    cells |= dict(zip(("usage", "usage_unit"), words, strict=False))
    named = dict(word.split("=") for word in more.split() if "=" in word)
    cells |= {MORE[name]: text for name, text in named.items() if name in MORE}
    if "coupon" in named:
        cells["coupon_amount"] = named["coupon"]
        cells["debt_amount"] = {"50.00000000": "45.00", "5.00000000": "4.00"}[list_cost]
    return line(account, f"2026-10-{day}", list_cost, **cells)


# value -> billed_cost, exact. The row without a value holds the InvoiceRounding of -0.00000005 too.
BY: dict[str, dict[str | None, str]] = {
    "service": {"ECS": "47.76", "EVS": "17.60", "OBS": "22.80000005", "Savings Plan": "60", None: "-0.00000005"},
    "region": {"ap-southeast-3": "68.85", "ap-southeast-1": "19.31000005", None: "59.99999995"},
    "account": {"acct-a1": "140.76000005", "acct-a2": "7.40", None: "-0.00000005"},
    "project": {"0": "29.80", "p1": "50.26000005", None: "68.09999995"},
    "bill_type": {
        "1": "50", "2": "15", "4": "-20", "5": "43.71000005", "9": "-1.80", "13": "1.25", "15": "0", "18": "60",
        "23": "0", None: "-0.00000005",
    },
    "charge_category": {"Usage": "43.71000005", "Purchase": "106.25", "Adjustment": "-1.80000005", "Tax": "0"},
    "day": {
        "2026-10-01": "72.50", "2026-10-02": "4.01", "2026-10-03": "4.40", "2026-10-04": "18.00000005",
        "2026-10-05": "50", "2026-10-06": "0", "2026-10-07": "0", "2026-10-08": "-1.80", "2026-10-09": "0",
        "2026-10-10": "4.50", "2026-10-20": "-18.75", "2026-10-31": "15.29999995",
    },
    "week": {"2026-09-28": "98.91000005", "2026-10-05": "52.70", "2026-10-19": "-18.75", "2026-10-26": "15.29999995"},
    "month": {"2026-10": "148.16"},
    "currency": {"USD": "148.16"},
    "tag:env": {"prod": "67.755", "test": "2.50", "": "-0.70", None: "78.605"},
    "tag:team": {"red": "25", None: "123.16"},
    "tag:url": {"https://x:8443/a": "18", None: "130.16"},
    "tag:成本中心": {"研发": "3.30", None: "144.86"},
    "tag:nobody": {None: "148.16"},
}  # fmt: skip
LIST_BY: dict[str, dict[str | None, str]] = {
    "service": {"ECS": "96.56", "EVS": "17.40", "OBS": "25.33333338", "Savings Plan": "60", None: "0"},
    "region": {"ap-southeast-3": "119.95", "ap-southeast-1": "19.34333338", None: "60"},
    "bill_type": {
        "1": "50", "2": "15", "4": "-20", "5": "53.24333338", "9": "-2", "13": "1.25", "15": "1.80", "18": "60",
        "23": "40", None: "0",
    },
    "month": {"2026-10": "199.29333338"},
}  # fmt: skip
# (value, unit) -> quantity, billed_cost
METERED: dict[str, dict[tuple[str | None, str | None], tuple[str | None, str]]] = {
    "product": {
        ("P-ECS", "Hour"): ("56.5000000001", "16.51"),
        ("P-ECS", None): (None, "31.25"),
        ("P-EVS", "GB"): ("10", "1.10"),
        ("P-EVS", "GB*Hour"): ("5", "3.30"),
        ("P-EVS", None): (None, "13.20"),
        (None, None): (None, "82.80"),
    },
    "sku": {
        ("s6", "Hour"): ("4.5", "12.50"),
        (None, "Hour"): ("52.0000000001", "4.01"),
        (None, "GB"): ("10", "1.10"),
        (None, "GB*Hour"): ("5", "3.30"),
        (None, None): (None, "127.25"),
    },
    "resource": {
        ("i-1", "Hour"): ("43", "10"),
        ("i-2", "Hour"): ("1.5", "2.50"),
        (None, "Hour"): ("12.0000000001", "4.01"),
        (None, "GB"): ("10", "1.10"),
        (None, "GB*Hour"): ("5", "3.30"),
        (None, None): (None, "127.25"),
    },
}
