"""Archives that no tar would write: no entry is lost in silence, none escapes, none fills the memory or runs for ever."""

import gzip
import tarfile
from pathlib import Path

import pytest

from tests.faults.dirt import MEMBER, entry, focus_csv, huawei_csv, list_cost, packed, pax, raw_tar, read, refused
from tests.time.facts import FINAL

GOOD = huawei_csv({}, {"resource_id": "second"})
SECOND = "customerBill_202610_0002.csv"
FAR_MORE = "It unpacks to far more than a bill can hold."


def _cut(reason: str) -> str:
    return f"The archive is cut or altered ({reason})."


def _holds(name: str) -> str:
    return f"It holds {name!r}, which a bill does not hold."


def _altered(block: bytes) -> bytes:
    return block[:124] + b"7" + block[125:]


def _of_length(block: bytes, size: int) -> bytes:
    """A header that says another length, under a checksum that agrees with it."""
    head = bytearray(block[:512])
    head[124:136] = tarfile.itn(size, 12, tarfile.GNU_FORMAT)
    head[148:156] = b"%06o\0 " % (256 + sum(head[:148]) + sum(head[156:]))
    return bytes(head) + block[512:]


CRAFTED = {
    "a bill in a bill": (raw_tar(entry("customerBill_202610_0001.tar.gz", packed((MEMBER, GOOD)))), _holds("customerBill_202610_0001.tar.gz")),
    "a second entry whose header was altered": (raw_tar(entry(MEMBER, GOOD), _altered(entry(SECOND, GOOD))), _cut("an entry has no header: bad checksum")),
    "no end": (raw_tar(entry(MEMBER, GOOD), end=b""), _cut("an entry has no header: empty header")),
    "an end in the middle": (raw_tar(entry(MEMBER, GOOD), bytes(1024), entry(SECOND, GOOD)), _cut("it goes on behind its end")),
    "half a header": (raw_tar(entry(MEMBER, GOOD), entry(SECOND)[:300], end=b""), _cut("an entry has no header: truncated header")),
    "a length below nothing": (raw_tar(entry(MEMBER, GOOD), _of_length(entry(SECOND), -512)), _cut("an entry has a length below nothing")),
    "a length below nothing in words": (raw_tar(pax({"size": "-512"}, GOOD)), _cut("an entry has a length below nothing")),
    "a length beyond all disks": (raw_tar(entry(MEMBER, size=2**60)), FAR_MORE),
    "a length beyond all numbers": (raw_tar(pax({"size": "9" * 30}, GOOD)), FAR_MORE),
    "a file with holes": (raw_tar(entry(MEMBER, GOOD, tarfile.GNUTYPE_SPARSE)), _holds(MEMBER)),
    "a file with holes in words": (raw_tar(pax({"GNU.sparse.size": "10000000000", "GNU.sparse.numblocks": "1", "GNU.sparse.offset": "0", "GNU.sparse.numbytes": "1"}, GOOD)), _holds(MEMBER)),
    "holes that make no sense": (raw_tar(pax({"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9"}, b"1\n2\n3")), _cut("its entries make no sense")),
    "a path in words": (raw_tar(pax({"path": "../../../tmp/escape.csv"}, GOOD)), _holds("../../../tmp/escape.csv")),
    "headers of headers": (raw_tar(*[entry("L", b"a.csv\0", tarfile.GNUTYPE_LONGNAME)] * 3000, entry(MEMBER, GOOD)), _cut("its entries make no sense")),
    "a name of 20 KiB": (raw_tar(entry("L", b"a" * 20_000 + b".csv\0", tarfile.GNUTYPE_LONGNAME), entry(MEMBER, GOOD)), _cut("a header is larger than any header of a bill")),
    "more entries than a bill has parts": (packed(*((f"customerBill_202610_{n:05}.csv", b"") for n in range(1, 10_003))), _holds("customerBill_202610_10001.csv")),
    "300 MiB of nothing": (gzip.compress(bytes(300 << 20), 1), _cut("it goes on and on behind its end")),
    "300 MiB in a part": (raw_tar(entry(MEMBER, bytes(300 << 20))), FAR_MORE),
}  # fmt: skip


@pytest.mark.parametrize("kind", CRAFTED)
def test_a_crafted_archive_is_refused(kind: str, tmp_path: Path) -> None:
    data, message = CRAFTED[kind]
    found = refused(read(data))
    assert (found.file, found.message) == (FINAL, message)
    assert found.next_step == "Fetch the file from Huawei again and ingest it."


def test_searches_in_words_do_not_take_the_square_of_their_length() -> None:
    data = raw_tar(entry("pax", b"1" * 16_000, tarfile.XHDTYPE), entry(MEMBER, GOOD))
    assert list_cost(read(data)) == "20.00000000"


def test_names_that_are_no_text_are_shown_and_kept_as_text() -> None:
    for name in (b"\xff\xfe\x80.csv", b"a\nb\x1b[31m.csv"):
        block = entry("x" * len(name), huawei_csv({}, {"official_amount": "x"}))
        reading = read(raw_tar(_of_length(name + block[len(name) :], len(huawei_csv({}, {"official_amount": "x"})))))
        [found] = reading.findings
        assert found.file.endswith(".csv")
        assert found.file.isprintable()


def test_an_archive_is_refused_wherever_a_block_of_it_ends() -> None:
    whole = gzip.decompress(packed((MEMBER, GOOD), (SECOND, GOOD)))
    end = whole.rindex(GOOD) + len(GOOD)
    for cut in range(0, end, 512):
        found = refused(read(gzip.compress(whole[:cut], 1)))
        assert found.message.startswith("The archive "), cut


def test_the_parts_of_an_export_are_held_to_the_same() -> None:
    part = focus_csv({})
    plain = entry("f_1.csv", part) + entry("f_2.csv", part)
    assert list_cost(read(plain + bytes(1024), "f.tar")) == "20.00000000"
    for data in (
        plain,
        plain[: len(plain) // 2],
        plain + bytes(1024) + plain,
        entry("f_1.csv", part) + _altered(entry("f_2.csv", part)) + bytes(1024),
        entry("f_1.csv", part) + entry("f.tar", plain) + bytes(1024),
        entry("f_1.csv", kind=tarfile.SYMTYPE) + bytes(1024),
        entry("f_1.csv", part, tarfile.GNUTYPE_SPARSE) + bytes(1024),
    ):
        found = refused(read(data, "f.tar"))
        assert found.file == "f.tar"
