"""Reads an upload from the bytes that landed, row by row with Decimal, by the column map that landed with it.

Written apart from ingest on purpose: csv and openpyxl instead of SQL, Python's own dates and rounding. Slow, and small.
"""

import csv
import gzip
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pyarrow as pa
from openpyxl import load_workbook

MONEY, QUANTITY, TEXT = pa.decimal128(38, 8), pa.decimal128(38, 10), pa.string()
# The words of `landed.COLUMNS` -> the map's key and what it holds.
READ: Mapping[str, tuple[str, pa.DataType]] = {
    "account_id": ("customer_id", TEXT),
    "bill_date": ("bill_date", TEXT),
    "bill_type": ("bill_type", TEXT),
    "charge_mode": ("charge_mode", TEXT),
    "service_code": ("cloud_service_type", TEXT),
    "service_name": ("cloud_service_type_name", TEXT),
    "region_id": ("region", TEXT),
    "project_id": ("enterprise_project_id", TEXT),
    "trade_id": ("trade_id", TEXT),
    "order_id": ("order_id", TEXT),
    "original_order_id": ("original_order_id", TEXT),
    "usage": ("usage", QUANTITY),
    "package_usage": ("free_resource_usage", QUANTITY),
    "reserved_usage": ("ri_usage", QUANTITY),
    "list_cost": ("official_amount", MONEY),
    "amount": ("amount", MONEY),
    "settlement_amount": ("settlement_amount", MONEY),
    "currency": ("currency", TEXT),
}
NO_PROJECT = ("null", "-1")
NOTHING = ("", "--")
ORDERS = {"iso": "ymd", "dmy": "dmy", "mdy": "mdy"}


def read_upload(path: Path, wanted: pa.Array, cycle: str) -> Iterator[pa.Table]:
    """The lines of the accounts in the cycle."""
    with tarfile.open(path, "r:") as tar:
        members = {info.name: (tar.extractfile(info) or BytesIO()).read() for info in tar}
    columns = json.loads(members.pop("column-map.json"))
    [(name, data)] = members.items()
    accounts = set(wanted.to_pylist())
    lines = [
        line
        for row in _rows(name, data, columns)
        if (line := _line(row, columns, cycle)) and line["account_id"] in accounts
    ]
    if lines:
        yield pa.table({word: pa.array([line[word] for line in lines], kind) for word, (_, kind) in READ.items()})


def _rows(name: str, data: bytes, columns: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    top = columns["header_row"] - 1
    if name.endswith(".xlsx"):
        book = load_workbook(BytesIO(data), data_only=True)
        sheet = book[columns["sheet"] or book.sheetnames[0]]
        cells = [[_cell(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    else:
        plain = gzip.decompress(data) if name.endswith(".gz") else data
        try:
            text = plain.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = plain.decode("gb18030")
        text = text.split("\n", top)[-1] if top else text
        cells, top = list(csv.reader(StringIO(text, newline=""), delimiter=columns["delimiter"])), 0
    header = [head.strip() for head in cells[top]]
    yield from (dict(zip(header, row, strict=False)) for row in cells[top + 1 :] if any(row))


def _cell(cell: object) -> str:
    if isinstance(cell, float):
        return f"{Decimal(repr(cell)):f}"
    if isinstance(cell, datetime):
        return str(cell)
    return "" if cell is None else str(cell)


def _line(row: Mapping[str, str], columns: Mapping[str, Any], cycle: str) -> dict[str, Any] | None:
    def text(key: str) -> str | None:
        if key in columns["constants"]:
            return str(columns["constants"][key])
        names = columns["columns"].get(key)
        if not names:
            return None
        cell = row[names[0]] if len(names) == 1 else " / ".join(row[name].strip() for name in names)
        words = {word.strip().casefold(): code for word, code in columns["words"].get(key, {}).items()}
        cell = words.get(cell.strip().casefold(), cell)
        return None if cell in NOTHING else str(cell)

    day = _day(text("bill_date") or "", columns["dates"])
    month = (text("cycle") or f"{day:%Y-%m}").replace("-", "")
    if month != cycle.replace("-", ""):
        return None
    line: dict[str, Any] = {word: text(key) for word, (key, _) in READ.items()}
    for word in ("account_id", "bill_type", "charge_mode", "currency"):
        line[word] = line[word].strip() if line[word] else None
    for word, (_, kind) in READ.items():
        if kind is not TEXT:
            line[word] = _number(line[word], columns, kind.scale)
    line["bill_date"] = str(day)
    line["service_name"] = line["service_name"] or line["service_code"]
    line["currency"] = line["currency"].upper() if line["currency"] else None
    line["project_id"] = None if line["project_id"] in NO_PROJECT else line["project_id"]
    return line


def _number(cell: str | None, columns: Mapping[str, Any], decimals: int) -> Decimal | None:
    if cell is None:
        return None
    plain = cell.replace(columns["thousands"], "") if columns["thousands"] else cell
    exact = Decimal(plain.replace(columns["decimal"], "."))
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _day(cell: str, dates: str) -> date:
    head = re.split(r"[T ]", cell.strip())[0]
    parts = re.split(r"[-/.]", head) if not head.isdigit() else [head[:4], head[4:6], head[6:]]
    year, month, day = (int(parts[ORDERS[dates].index(sign)]) for sign in "ymd")
    return date(year, month, day)
