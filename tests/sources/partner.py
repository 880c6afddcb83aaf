"""Partner Center's export of consumed product details, in two languages, as CSV and XLSX; and how a test takes it in."""

import csv
import io
from datetime import date
from pathlib import Path

from openpyxl import Workbook

from crossfoot.core.finding import Finding
from crossfoot.ingest.accept import Receipt, accept
from crossfoot.ingest.receive import look_at
from crossfoot.sources.column_map import ColumnMap, read_map
from crossfoot.sources.upload_files import find_upload
from tests.portal import ACTOR
from tests.sources.desk import Desk

OCTOBER = "2026-10"
NEXT = date(2026, 11, 6)
ENGLISH = ["Customer ID", "Customer Transaction Time", "Bill Type", "Billing Mode", "Product Type", "Order ID",
           "Original Order ID", "Customer Expenditure Amount (USD)", "Partner Settlement Amount (USD)", "Settlement Type"]  # fmt: skip
CHINESE = ["客户ID", "消费时间", "账单类型", "计费模式", "产品类型", "订单号", "原订单号", "客户消费金额(USD)",
           "伙伴结算金额(USD)", "结算类型"]  # fmt: skip
# 90 % of list: a use of 10.005 -> 9.0045, a plan of 60 -> 54, its refund of -20 -> -18; a compensation is passed on: 0.
LINES = [
    ["acct-a1", "2026-10-03 09:00:00", ("Expenditure", "消费"), ("Pay-per-use", "按需"), "ECS", "", "", "10.005", "7.5", "ordinary"],
    ["acct-a1", "2026-10-04 09:00:00", ("Expenditure", "消费"), ("Yearly/monthly", "包年/包月"), "ECS", "O1", "", "60", "45", "ordinary"],
    ["acct-a1", "2026-10-20 09:00:00", ("Refund", "退款"), ("Yearly/monthly", "包年/包月"), "ECS", "", "O1", "-20", "-15", "ordinary"],
    ["acct-b1", "2026-10-05 09:00:00", ("Expenditure", "消费"), ("Pay-per-use", "按需"), "OBS", "", "", "1", "0.75", "ordinary"],
]  # fmt: skip


def rows_in(language: int) -> list[list[str]]:
    return [[cell[language] if isinstance(cell, tuple) else cell for cell in row] for row in LINES]


def csv_file(path: Path, rows: list[list[str]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def xlsx_file(path: Path, rows: list[list[object]]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append([float(cell) if is_number(cell) else cell for cell in row])
    book.save(path)
    return path


def is_number(cell: object) -> bool:
    try:
        float(str(cell))
    except ValueError:
        return False
    return True


def take_in(desk: Desk, path: Path, columns: ColumnMap, on: date = NEXT) -> Receipt:
    return accept(find_upload(path, columns, on), desk.portal.home, ACTOR)


def proposed(desk: Desk, path: Path) -> ColumnMap:
    return read_map(look_at(path, path.name, desk.portal.home)["proposal"])


def block_of(receipt: Receipt) -> Finding:
    return next(f for f in receipt.findings if f.is_block)
