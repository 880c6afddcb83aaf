"""What the fuzzers throw at the readers of bills, and what may come of it. Run by test_fuzz.py, a target in each process.

`python -m tests.fuzz.harness TARGET SECONDS SEED`: ends with 0 where nothing was found, and writes what it found to the
folder in which it runs. Allowed is a refusal with a sentence, or a reading whose totals foot.
"""

import csv
import ctypes
import gzip
import io
import json
import os
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["crossfoot.sources", "crossfoot.ingest", "tarfile", "gzip", "csv"]):
    import django

    django.setup()
    import pyarrow.parquet as pq

    from crossfoot.ingest.reading import Reading, read_answer, read_bill
    from crossfoot.sources.bill import BadBill
    from crossfoot.sources.columns import read_header
    from crossfoot.sources.encoding import read_first_line
    from crossfoot.sources.focus_columns import find_doubled, find_missing, focus_layout, plain_name
    from tests.faults.dirt import MEMBER, bill, entry, focus_csv, huawei_csv, packed, parquet, pax, raw_tar, table
    from tests.time.facts import FINAL

SHARED = Path("/dev/shm") if Path("/dev/shm").is_dir() else None  # noqa: S108 - memory, where the machine has it for files
EIGHT = Decimal("0.00000001")


def read_any_header(data: bytes) -> None:
    """A header, whatever its bytes: keys for Huawei, a layout for an export, or a refusal."""
    with TemporaryDirectory(dir=SHARED) as folder:
        path = Path(folder) / "header.csv"
        path.write_bytes(data)
        try:
            cells, _ = read_first_line(path, "header.csv", lambda seen: not read_header(list(seen)).missing)
        except BadBill:
            return
    header = read_header(cells)
    assert len(header.keys) == len(cells)
    if not find_missing(cells) and not find_doubled(cells):
        assert focus_layout(cells).width == len(cells)


def read_any_bill(name: str, data: bytes) -> Reading:
    """A whole bill, whatever its bytes."""
    with TemporaryDirectory(dir=SHARED) as there:
        scratch = Path(there) / "scratch"
        scratch.mkdir()
        found = bill(data, name, Path(there))
        reading = read_bill(found, found.path, scratch)
        # What the child answers has to arrive, and to be text that the database takes.
        assert read_answer(json.loads(json.dumps(reading.as_json()))) == reading
        for text in texts(reading):
            assert "\0" not in text.encode().decode()
        if reading.is_accepted:
            foots(reading, scratch / "charges.parquet")
        else:
            assert len(reading.findings) == 1
            assert reading.findings[0].sentence.endswith("."), reading.findings
        return reading


def texts(reading: Reading) -> Iterator[str]:
    """Whatever the database keeps of a reading."""
    for finding in reading.findings:
        yield finding.sentence
        yield finding.value
    for part in reading.slices:
        yield part.account
        assert re.fullmatch("2[01][0-9]{2}-[0-9]{2}", part.cycle), part


def foots(reading: Reading, charges: Path) -> None:
    """The stored charges add up, by Python's Decimal, to the totals, and their slices to their rows."""
    rows: dict[str, int] = defaultdict(int)
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    lines = pq.read_table(charges, columns=["currency", "list_cost", "settlement_amount"]).to_pylist()
    for line in lines:
        rows[line["currency"]] += 1
        for name in ("list_cost", "settlement_amount"):
            sums[line["currency"], name] += line[name] or 0
    assert {currency: str(count) for currency, count in rows.items()} == {
        c: t["rows"] for c, t in reading.totals.items()
    }
    for currency, total in reading.totals.items():
        assert Decimal(total["list_cost"] or "") == sums[currency, "list_cost"]
        assert Decimal(total["settlement_amount"] or 0) == sums[currency, "settlement_amount"]
    assert sum(part.rows for part in reading.slices) == len(lines) == reading.rows


def read_export(data: bytes) -> None:
    """An export in CSV: what was kept is what Python's own reader finds in it."""
    reading = read_any_bill("f.csv", data)
    if not reading.is_accepted or any(f.is_block or f.check == "encoding" for f in reading.findings):
        return
    header, *rows = [row for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")) if row]
    place = [plain_name(cell) for cell in header].index("listcost")
    wanted = sum((Decimal(row[place]).quantize(EIGHT, ROUND_HALF_UP) for row in rows), Decimal(0))
    assert sum((Decimal(t["list_cost"] or 0) for t in reading.totals.values()), Decimal(0)) == wanted
    assert reading.rows == len(rows)


SEEDS = {
    "header": (
        huawei_csv({}).split(b"\r\n")[0],
        focus_csv({}),
        "账期,消费日期,客户ID,账单类型,官网价(¥),币种\r\n".encode("gb18030"),
        b"\xef\xbb\xbf" + focus_csv({}),
    ),
    "csv": (
        focus_csv({"Tags": '{"a":"b"}'}, {"ListCost": "1E-7"}, {"ListCost": "-0.123456789"}),
        focus_csv({"ResourceName": 'a\r\n"b",'}, end="\n"),
        focus_csv({"SubAccountType": "Enterprise Project", "BillingPeriodStart": "2026-08-31T16:00:00Z"}),
    ),
    "huawei": (
        huawei_csv({}, {"resource_tag": "a:b;c:d", "official_amount": "-1.5"}),
        huawei_csv({"expire_time": "2026-10-31T00:00:00Z", "usage": "1.0000000001", "customer_id": "acct-b1"}),
    ),
    "tar": (raw_tar(entry(MEMBER, huawei_csv({}))), raw_tar(pax({"path": MEMBER}, huawei_csv({})))),
    "parquet": (
        parquet(table(), compression="none"),
        parquet(table(), use_dictionary=False, compression="none", store_schema=False),
    ),
}
WORDS = (
    b",", b'"', b'""', b"\r\n", b"\n", b"\r", b"\xef\xbb\xbf", b"\0", b"NULL", b"1E-7", b"9999-12-31", b"0001-01-01", b"-0",
    b"9" * 11, b"0." + b"9" * 30, b"\xff", "云".encode(), "云".encode("gb18030"), b"{", b'{"a":"\\u0000"}', b"Tax", b"\xc2\x85", b" ",
)  # fmt: skip


def mutate(data: bytes, most: int, seed: int) -> bytes:
    """LibFuzzer's own mutations, and now and then a word that tables are made of."""
    dice = random.Random(seed)  # noqa: S311 - the fuzzer's dice
    if dice.random() < 0.5 and data:
        place = dice.randrange(len(data))
        return (data[:place] + dice.choice(WORDS) + data[place + dice.choice((0, 0, 1, 8)) :])[:most]
    return bytes(atheris.Mutate(data, most))


def mutate_tar(data: bytes, most: int, seed: int) -> bytes:
    """The tar inside the gzip, so that something is left to read."""
    try:
        plain = gzip.decompress(data)
    except (OSError, EOFError, ValueError):
        return mutate(data, most, seed)
    return gzip.compress(mutate(plain, 100_000, seed), 1)[:most]


def fuzz(target: str, seconds: int, seed: int) -> None:
    """Fuzz one reader for so long."""
    run = {
        "header": read_any_header,
        "csv": read_export,
        "huawei": lambda data: read_any_bill(FINAL, packed((MEMBER, data))),
        "tar": lambda data: read_any_bill(FINAL, data),
        "parquet": lambda data: read_any_bill("f.parquet", data),
    }[target]
    corpus = Path("corpus")
    corpus.mkdir()
    for number, data in enumerate(SEEDS[target]):
        (corpus / str(number)).write_bytes(data)
    options = [
        f"-max_total_time={seconds}",
        f"-seed={seed}",
        "-max_len=20000",
        "-timeout=60",
        "-rss_limit_mb=4000",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], run, custom_mutator=mutate_tar if target == "tar" else mutate)
    leave_at_once()
    atheris.Fuzz()


def leave_at_once() -> None:
    """End with the fuzzer's own status, before the C++ of the readers is torn down under threads of theirs that still run.

    Now and then that was an abort, always after the last input was read and all was said.
    """
    libc = ctypes.CDLL(None)
    libc.on_exit(ctypes.cast(libc._exit, ctypes.c_void_p), None)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crossfoot.config.settings")
    fuzz(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
