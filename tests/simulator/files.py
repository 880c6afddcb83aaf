"""Reads simulated files back with nothing but the standard library."""

import csv
import io
import json
import tarfile
from decimal import Decimal
from pathlib import Path

MONEY = (
    "List Price", "Discount Amount", "Truncated Amount", "Amount Due", "Cash Payment", "Credit Payment", "Cash Coupon",
    "Flexi-Purchase Coupon", "Stored-Value Card", "Bonus", "Outstanding Amount", "Written-off Amount",
)  # fmt: skip
PARTS = MONEY[4:]
EVENTS = ("unknown-bill-type", "unmapped-account", "account-moves", "late-lines", "broken-sum")


def parts(path: Path) -> dict[str, str]:
    """The members of a tar.gz by name."""
    with tarfile.open(path) as tar:
        return {member.name: tar.extractfile(member).read().decode() for member in tar}


def read(path: Path) -> list[dict[str, str]]:
    """The rows of all parts."""
    return [row for text in parts(path).values() for row in csv.DictReader(io.StringIO(text, newline=""))]


def bills(out: Path) -> list[dict[str, str]]:
    """The rows of all final bills."""
    return [row for path in sorted((out / "customerBill").iterdir()) for row in read(path)]


def last_usage(out: Path) -> list[dict[str, str]]:
    """The rows of the newest month-to-date file."""
    return read(max((out / "customerUsage").iterdir()))


def truth(out: Path) -> dict[str, list[dict[str, object]]]:
    return json.loads((out / "truth.json").read_text("utf-8"))


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def total(rows: list[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal(0))
