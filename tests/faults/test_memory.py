"""Files of a gigabyte, of lines or of rubbish: the memory of both processes is bounded, whatever arrives. Bytes, not seconds."""

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crossfoot.sources.columns import COLUMNS
from tests.faults.dirt import MEMBER, focus_csv, huawei_csv
from tests.time.facts import FINAL

TOP = Path(__file__).parents[2]
MIB = 2**20
PARENT = 250 * MIB  # Python, Django and its imports take half of it
CHILD = 300 * MIB  # of a file that is refused; one that is read also has DuckDB's share
READING = 2200 * MIB


def measured(path: Path, name: str) -> dict[str, Any]:
    environ = {**os.environ, "PYTHONPATH": f"{TOP / 'src'}:{TOP}"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.peak", str(path), name],
        capture_output=True,
        check=True,
        env=environ,
        cwd=TOP,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["peaks"][0] < PARENT, found
    return found


def write(path: Path, chunks: Iterator[bytes]) -> Path:
    with path.open("wb") as file:
        file.writelines(chunks)
    return path


HEAD = focus_csv().rstrip(b"\r\n")
ROW = focus_csv({}).split(b"\r\n")[1]


def _rubbish() -> Iterator[bytes]:
    yield HEAD + b"\r\n"
    for _ in range(SIZE // MIB):
        yield os.urandom(MIB // 2).hex().encode()


SIZE = 2**30
HUGE = {
    "one line": (lambda: iter([HEAD, b"\r\n", *([b"x" * MIB] * (SIZE // MIB))]), [None, "", "Line 2 is longer than 1 MiB, which no line of a bill is."]),
    "one line in quotes": (lambda: iter([HEAD, b'\r\n"', *([b"x\n" * (MIB // 2)] * (SIZE // MIB))]), [1, "", "Line 2 is longer than 1 MiB, which no line of a bill is."]),
    "one header": (lambda: iter([b"x" * MIB] * (SIZE // MIB)), [None, "", "Its first line is longer than 1 MiB, which no header is."]),
    "hexadecimal rubbish": (_rubbish, [None, "", "Line 2 is longer than 1 MiB, which no line of a bill is."]),
    "NUL": (lambda: iter([HEAD, b"\r\n", *([bytes(MIB)] * (SIZE // MIB))]), [None, "", "Line 2 holds a NUL byte, which is no text."]),
    "empty lines and a cell": (lambda: iter([HEAD, b"\r\n" * (32 * MIB), b"x"]), [1, "", "Line 33554433 has 1 cell, where the header has 13."]),
}  # fmt: skip


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[] if kind == "one line" else pytest.mark.deep) for kind in HUGE]
)
def test_a_gigabyte_that_is_no_bill_is_refused_within_bounds(tmp_path: Path, kind: str) -> None:
    chunks, said = HUGE[kind]
    path = write(tmp_path / "huge", chunks())
    found = measured(path, "f.csv")
    assert (found["accepted"], found["rows"]) == (False, 0)
    assert found["said"] == [said]
    assert found["peaks"][1] < CHILD, found


@pytest.mark.deep
def test_a_gigabyte_of_random_bytes_is_refused_within_bounds(tmp_path: Path) -> None:
    path = write(tmp_path / "huge", (os.urandom(MIB) for _ in range(SIZE // MIB)))
    for name in ("f.csv", "f.csv.gz", "f.parquet", FINAL):
        found = measured(path, name)
        assert (found["accepted"], found["peaks"][1] < CHILD) == (False, True), (name, found)


@pytest.mark.deep
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_two_million_lines_are_read_within_the_memory_of_a_child(tmp_path: Path, suffix: str) -> None:
    """More lines than DuckDB may hold at once, each with tags and a resource of its own."""
    path = tmp_path / f"f.{suffix}"
    rows = 2_000_000
    names, values = HEAD.decode().split(","), ROW.decode().split(",")
    cells = {name: f"'{value}'" for name, value in zip(names, values, strict=True)}
    cells |= {
        "SubAccountId": "'acct-' || i % 100",
        "ListCost": "printf('%d.%08d', i % 100, i)",
        "ResourceId": "'res-' || i || repeat('x', 40)",
        "ChargeDescription": "'Usage of ' || i || repeat('y', 200)",
        "Tags": """'{"app":"' || i || '","owner":"' || hash(i) || '"}'""",
    }
    select = ", ".join(f"{value} AS {name}" for name, value in cells.items())
    duckdb.sql(f"COPY (SELECT {select} FROM range({rows}) r(i)) TO '{path}'")
    found = measured(path, path.name)
    assert (found["accepted"], found["rows"], found["said"]) == (True, rows, [])
    # The sum of i % 100 is 49.5 a line; the decimals add up to (0 + ... + 1999999) * 0.00000001 = 19999.99.
    assert found["totals"]["USD"]["list_cost"] == "99019999.99000000"
    assert found["peaks"][1] < READING, found


@pytest.mark.deep
def test_records_of_a_huge_part_stay_those_of_the_file(tmp_path: Path) -> None:
    lines = huawei_csv({}).decode().split("\r\n")
    bad = huawei_csv({"official_amount": "1E-7"}).decode().split("\r\n")[1]
    body = "\r\n".join([lines[0], *([lines[1]] * 700_000), bad, *([lines[1]] * 100_000), ""]).encode()
    assert len(COLUMNS) == lines[0].count(",") + 1
    path = tmp_path / FINAL
    with tarfile.open(path, "w:gz", compresslevel=1) as tar:
        part = tmp_path / MEMBER
        part.write_bytes(body)
        tar.add(part, MEMBER)
    found = measured(path, FINAL)
    assert [said[:2] for said in found["said"]] == [[700_001, "List Price"]]
