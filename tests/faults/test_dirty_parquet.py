"""Parquet as no exporter should write it: exact, or refused by its column; its column names are never SQL."""

import json
import random
import struct
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from crossfoot.ingest.reading import Reading, order_of, read_answer
from tests.faults.dirt import bill, list_cost, parquet, read, refused, table

NAME = "f.parquet"
ASK = "Ask whoever made the export for a whole one, and ingest it."


def lines(**columns: pa.Array) -> Reading:
    return read(parquet(table(**columns)), NAME)


def array(value: object, kind: pa.DataType | None = None) -> pa.Array:
    return pa.array([value], kind)


COSTS = {
    "text": (array("1.5"), "1.50000000"),
    "large text": (array("1.5", pa.large_string()), "1.50000000"),
    "bytes that are text": (array(b"1.5"), "1.50000000"),
    "a dictionary": (array("1.5").dictionary_encode(), "1.50000000"),
    "a whole number": (array(7), "7.00000000"),
    "a short decimal": (array(Decimal("1.5"), pa.decimal128(9, 2)), "1.50000000"),
    "a long decimal": (array(Decimal("1.123456785000000000000000000001"), pa.decimal128(38, 30)), "1.12345679"),
    "a binary number": (array(0.1), "0.10000000"),
    "a short binary number": (array(0.1, pa.float32()), "0.10000000"),
    "a small binary number": (array(5e-9), "0.00000001"),
}


@pytest.mark.parametrize("kind", COSTS)
def test_an_amount_is_read_exactly_whatever_it_is_packed_in(kind: str) -> None:
    cells, stored = COSTS[kind]
    reading = lines(ListCost=cells)
    assert ([f for f in reading.findings if f.is_block], list_cost(reading)) == ([], stored)


NO_COSTS = {
    "not a number": (array(float("nan")), "nan"),
    "infinite": (array(float("inf")), "inf"),
    "too large": (array(1e15), "1000000000000000.0"),
    "true": (pa.array([True]), "true"),
    "a list": (array([1, 2]), "[1,2]"),
    "a structure": (array({"a": 1}), '{"a":1}'),
    "a date": (array(date(2026, 10, 3)), "2026-10-03"),
}


@pytest.mark.parametrize("kind", NO_COSTS)
def test_what_is_no_amount_is_refused_by_its_cell(kind: str) -> None:
    cells, value = NO_COSTS[kind]
    [found] = [f for f in lines(ListCost=cells).findings if f.is_block]
    assert (found.file, found.record, found.column, found.value) == (NAME, 1, "ListCost", value)


UNREADABLE = {
    "decimal256(60, 30)": array(Decimal("1.5"), pa.decimal256(60, 30)),
    "duration[us]": array(5, pa.duration("us")),
    "time64[us]": array(5, pa.time64("us")),
    "fixed_size_binary[4]": array(b"abcd", pa.binary(4)),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_kind_of_value_that_would_be_read_as_another_is_refused_by_its_column(kind: str) -> None:
    found = refused(lines(ListCost=UNREADABLE[kind]))
    assert (found.column, found.message) == (
        "ListCost", f"The column holds values of the type {kind}, which cannot be read exactly.",
    )  # fmt: skip
    assert list_cost(lines(Unused=UNREADABLE[kind])) == "10.00000000"


MONTH, HOUR = datetime(2026, 9, 1), datetime(2026, 9, 3, 10)  # noqa: DTZ001 - as files have them
TIMES = {
    "seconds": (array(MONTH, pa.timestamp("s")), array(HOUR, pa.timestamp("s"))),
    "milliseconds": (array(MONTH, pa.timestamp("ms")), array(HOUR, pa.timestamp("ms"))),
    "nanoseconds": (array(MONTH, pa.timestamp("ns")), array(HOUR, pa.timestamp("ns"))),
    "a zone": (array(MONTH, pa.timestamp("us", "UTC")), array(HOUR, pa.timestamp("us", "Asia/Shanghai"))),
    "dates": (array(MONTH.date()), array(HOUR.date())),
}


@pytest.mark.parametrize("kind", TIMES)
def test_times_are_the_same_in_every_unit_and_zone(kind: str) -> None:
    month, hour = TIMES[kind]
    reading = lines(BillingPeriodStart=month, ChargePeriodStart=hour)
    assert [f for f in reading.findings if f.is_block] == []
    assert [(s.account, s.cycle) for s in reading.slices] == [("acct-a1", "2026-09")]


def test_a_zone_of_the_machine_moves_no_time(tmp_path: Path) -> None:
    month, hour = TIMES["a zone"]
    found = bill(parquet(table(BillingPeriodStart=month, ChargePeriodStart=hour)), NAME, tmp_path)
    (tmp_path / "scratch").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "crossfoot.ingest.reading"],
        input=json.dumps(order_of(found, found.path, tmp_path / "scratch")).encode(),
        capture_output=True,
        check=True,
        env={"TZ": "Asia/Shanghai", "HOME": str(tmp_path)},
    )
    reading = read_answer(json.loads(done.stdout))
    assert ([f for f in reading.findings if f.is_block], reading.rows) == ([], 1)


def test_a_fraction_of_a_second_and_a_time_beyond_the_calendar_are_said() -> None:
    for stamp in (1_756_893_600_123_456_789, -(2**62)):
        found = [f for f in lines(ChargePeriodStart=array(stamp, pa.timestamp("ns"))).findings if f.is_block]
        assert {f.column for f in found} == {"ChargePeriodStart"}


TAGS = {
    "a map": (array([("env", "prod"), ("env", "test")], pa.map_(pa.string(), pa.string())), 0),
    "a structure": (array({"env": "prod", "none": None}), 0),
    "nothing": (array(None, pa.map_(pa.string(), pa.string())), 0),
    "a list": (array(["env", "prod"]), 0),
    "a list of lists": (array([[["x"]]]), 0),
}


@pytest.mark.parametrize("kind", TAGS)
def test_tags_may_be_nested(kind: str) -> None:
    cells, said = TAGS[kind]
    reading = lines(Tags=cells)
    assert (reading.rows, len(reading.findings)) == (1, said)


def test_a_name_of_a_column_is_never_sql() -> None:
    more = table()
    for name in ('a"; DROP TABLE raw; --', "b'\n\"c", "", "nul\0name", "filename", "c0", "part", "q", "Q", "crossfoot"):
        more = more.append_column(name, pa.array(["x"]))
    reading = read(parquet(more), NAME)
    assert list_cost(reading) == "10.00000000"
    assert {f.check for f in reading.findings} == {"columns"}
    assert all(f.column.isprintable() for f in reading.findings)


def test_columns_twice_and_columns_by_the_thousand_are_refused() -> None:
    for name, said in (("ListCost", "ListCost"), ("list cost", "ListCost, list cost")):
        found = refused(read(parquet(table().append_column(name, pa.array(["5"]))), NAME))
        assert (found.message, found.next_step) == (f"The header names {said} twice.", ASK)
    many = pa.table(
        {**{name: table()[name] for name in table().column_names}, **{f"x{n}": ["1"] for n in range(10_000)}}
    )
    assert refused(read(parquet(many), NAME)).message.endswith("columns.")


def test_bytes_that_are_no_text_and_a_nul_are_refused() -> None:
    assert "invalid UTF8" in refused(lines(SubAccountId=array(b"\xff\xfe"))).message
    for name in ("SubAccountId", "ServiceName", "ResourceName"):
        found = refused(lines(**{name: array("a\0b")}))
        assert (found.record, found.column, found.message) == (1, name, "The cell holds a NUL byte, which is no text.")


def test_a_name_of_a_column_that_is_no_text_makes_no_parquet() -> None:
    """Found by the fuzzer."""
    whole = parquet(table().append_column("XXXXXXXX", pa.array(["x"])), store_schema=False)
    found = refused(read(whole.replace(b"XXXXXXXX", b"XX\xe8XXXXX"), NAME))
    assert found.message.startswith("It is not Parquet ('utf-8' codec can't decode byte 0xe8")


def test_a_file_that_is_cut_or_lies_about_its_length_is_no_parquet() -> None:
    whole = parquet(table(ListCost=pa.array(["1"] * 500)))
    cuts = [whole[:size] for size in (0, 3, 8, len(whole) // 2, len(whole) - 8, len(whole) - 1)]
    liars = [whole[:-8] + struct.pack("<I", size) + b"PAR1" for size in (0, 2**31 - 1, 2**32 - 1, len(whole))]
    others = [b"PAR1" * 3, whole.replace(b"PAR1", b"PARE"), b"ListCost,Tags\n" * 100, b"\0" * 1000]
    for data in (*cuts, *liars, *others):
        found = refused(read(data, NAME))
        assert (found.file, found.message.startswith("It is not Parquet"), found.next_step) == (NAME, True, ASK)
        assert "\n" not in found.sentence


def test_bytes_changed_anywhere_are_a_reading_or_a_refusal() -> None:
    """Most of a footer is statistics and padding; what is read of it must hold, or the file is refused."""
    whole = parquet(table(ListCost=pa.array([f"{n}.5" for n in range(500)])), use_dictionary=False, compression="none")
    dice = random.Random(20261127)  # noqa: S311 - a seed, so that a failure can be seen again
    for _ in range(15):
        data = bytearray(whole)
        for _ in range(4):
            data[dice.randrange(len(data))] = dice.randrange(256)
        reading = read(bytes(data), NAME, in_child=True)
        assert reading.is_accepted or refused(reading)


def test_a_dictionary_that_unpacks_to_a_terabyte_is_refused_within_bounds() -> None:
    rows = 1_000_000
    bomb = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["y" * 1_000_000]))
    cells = {
        name: pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), table()[name].chunk(0))
        for name in table().column_names
    }
    data = parquet(pa.table({**cells, "ServiceName": bomb}), compression="zstd")
    assert len(data) < 100_000
    found = refused(read(data, NAME, in_child=True))
    assert found.message == "It needs more than the 4.0 GiB of memory that reading one file may take."
