"""Archives and parts that are not what a bill is: refused as a whole, in one sentence, with nothing half-accepted (A7)."""

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from crossfoot.access.rls import as_staff
from crossfoot.core.finding import Finding
from crossfoot.ingest.models import Batch, Slice
from crossfoot.sources.huawei_files import find_bills
from tests.faults.archives import unpacked
from tests.portal import LIST_X_1, Portal, line, pack
from tests.time.facts import FINAL, OCTOBER, disk, to_date

MEMBER = "customerBill_202610_0001.csv"
AGAIN = "Fetch the file from Huawei again and ingest it."


SOURCES = "sources.huawei_files.unpack stops reading at the end of the tar and so never comes to gzip's checksum"


@pytest.fixture
def shop(portal: Portal) -> Portal:
    """One customer, published once: 10.00."""
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill(to_date("20261005"), [line("acct-a1", "2026-10-04", "10.00")]))
    portal.publish()
    return portal


def _good(shop: Portal) -> Path:
    """A bill of 800 lines of every amount."""
    return shop.bill(
        FINAL,
        [
            line("acct-a1", "2026-10-04", f"{n * n % 9973}.{n * 7919 % 10**8:08}", resource_id=f"i-{n}")
            for n in range(800)
        ],
    )


def _refused(shop: Portal, path: Path) -> Finding:
    """The one finding of a bill that was refused whole: of the bill nothing is kept but its bytes and the finding."""
    before = disk(shop.home)
    [receipt] = shop.ingest(path)
    assert (receipt.is_accepted, receipt.is_new, receipt.rows, receipt.totals) == (False, True, 0, {})
    assert disk(shop.home) == before | {f"landed/{receipt.sha256}.tar.gz": receipt.sha256}
    [found] = receipt.findings
    assert found.next_step.endswith(".")
    return found


def _nothing_else(shop: Portal) -> None:
    """What was published stands, and the database holds nothing of what was refused."""
    [published] = shop.publish()
    assert (published.editions, published.blocked, shop.total(shop.alice, period=OCTOBER)) == ((), (), "10.00")
    with as_staff():
        first, *refused = Batch.objects.order_by("id")
        assert first.is_accepted
        assert not any(b.is_accepted for b in refused)
        assert list(Slice.objects.values_list("batch_id", flat=True)) == [first.pk]


def test_a_cut_archive_is_refused_wherever_it_was_cut(shop: Portal) -> None:
    path = _good(shop)
    whole = path.read_bytes()
    for share in (0, 1, 10, len(whole) // 3, len(whole) * 9 // 10):
        path.write_bytes(whole[:share])
        found = _refused(shop, path)
        assert found.message.startswith("The archive "), share
        assert (found.file, found.next_step) == (FINAL, AGAIN), share
    _nothing_else(shop)


def test_an_archive_without_its_last_byte_is_refused(shop: Portal) -> None:
    path = _good(shop)
    path.write_bytes(path.read_bytes()[:-1])
    assert _refused(shop, path).message.startswith("The archive is cut or altered")


def test_an_archive_with_one_byte_changed_is_refused(shop: Portal) -> None:
    """Most changes still unpack, to other amounts: only the checksum at the very end tells."""
    path = _good(shop)
    whole = path.read_bytes()
    for place in range(100, len(whole) - 20, len(whole) // 12):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert _refused(shop, path).message.startswith("The archive is cut or altered"), place
    _nothing_else(shop)


NOT_AN_ARCHIVE = {
    "no gzip at all": b"not an archive",
    "a gzip that holds no tar": gzip.compress(b"cycle,bill_date\n" * 100),
    "a tar that is not packed": b"ustar" * 400,
}


def test_what_is_no_archive_is_refused(shop: Portal) -> None:
    path = shop.inbox / FINAL
    for kind, data in NOT_AN_ARCHIVE.items():
        path.write_bytes(data)
        found = _refused(shop, path)
        assert found.message.startswith("The archive is cut or altered"), kind
        assert (found.file, found.next_step) == (FINAL, AGAIN), kind
    assert _refused(shop, pack(path, {})).message == "The archive holds no CSV file."
    _nothing_else(shop)


def _special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


FOREIGN = (
    tarfile.TarInfo("../../escape.csv"),
    tarfile.TarInfo("/tmp/escape.csv"),  # noqa: S108 - an attacker's choice
    tarfile.TarInfo("folder/part.csv"),
    tarfile.TarInfo("readme.txt"),
    _special("link.csv", tarfile.SYMTYPE, "/etc/passwd"),
    _special("hard.csv", tarfile.LNKTYPE, MEMBER),
    _special("pipe.csv", tarfile.FIFOTYPE),
    _special("device.csv", tarfile.CHRTYPE),
    _special("folder", tarfile.DIRTYPE),
)


def test_a_member_that_a_bill_does_not_hold_refuses_the_bill(shop: Portal) -> None:
    good = unpacked(_good(shop))[MEMBER]
    for foreign in FOREIGN:
        path = _packed(shop.inbox / FINAL, [(MEMBER, good)], foreign)
        found = _refused(shop, path)
        assert found.message == f"It holds {foreign.name!r}, which a bill does not hold."
        assert (found.file, found.next_step) == (FINAL, AGAIN)
    assert not [*shop.home.root.parent.rglob("escape.csv"), *Path("/tmp").glob("escape.csv")]  # noqa: S108
    _nothing_else(shop)


def test_a_part_that_stands_twice_in_the_archive_is_not_counted_twice(shop: Portal) -> None:
    data = unpacked(_good(shop))[MEMBER]
    found = _refused(shop, _packed(shop.inbox / FINAL, [(MEMBER, data), (MEMBER, data)]))
    assert found.file == MEMBER
    assert found.message == "The archive holds this part more than once, so its lines would count twice."
    _nothing_else(shop)


def test_an_archive_that_would_unpack_to_far_more_than_its_size_is_refused_before_it_does(shop: Portal) -> None:
    info = tarfile.TarInfo(MEMBER)
    info.size = 2**40
    path = shop.inbox / FINAL
    path.write_bytes(gzip.compress(info.tobuf() + bytes(2**20)))
    assert _refused(shop, path).message == "It unpacks to far more than a bill can hold."
    _nothing_else(shop)


def test_a_header_that_would_fill_the_memory_is_refused(shop: Portal) -> None:
    """A name may be as long as the archive says, and tarfile holds all of it."""
    data = unpacked(_good(shop))[MEMBER]
    path = shop.inbox / FINAL
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT, pax_headers={"comment": "x" * 2**21}) as tar:
        info = tarfile.TarInfo(MEMBER)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    assert _refused(shop, path).message == (
        "The archive is cut or altered (a header is larger than any header of a bill)."
    )


def _packed(path: Path, parts: list[tuple[str, bytes]], *more: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, data in parts:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for info in more:
            tar.addfile(info)
    return path


def _header(data: bytes) -> list[bytes]:
    return data.split(b"\r\n", 1)[0].split(b",")


def _with_header(data: bytes, change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    head, rest = data.split(b"\r\n", 1)
    return b",".join(change(head.split(b","))) + b"\r\n" + rest


def _renamed(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda data: _with_header(data, lambda cells: [new if cell == old else cell for cell in cells])


PARTS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a NUL byte": (
        lambda data: data.replace(b"i-3,", b"i-\x003,", 1),
        "Line 5 holds a NUL byte, which is no text.",
    ),
    "a column twice": (_renamed(b"Region", b"List Price"), "The header names List Price twice."),
    "a column missing": (_renamed(b"List Price", b"Price of the list"), "The header lacks List Price."),
    "two columns missing": (
        lambda data: _renamed(b"Bill Type", b"x")(_renamed(b"Customer ID", b"y")(data)),
        "The header lacks Customer ID, Bill Type.",
    ),
    "no currency anywhere": (_renamed(b"Currency", b"Coin"), "Neither a column nor the header names a currency."),
    "two currencies in the header": (
        lambda data: _renamed(b"List Price", b"List Price (USD)")(_renamed(b"Amount Due", b"Amount Due (EUR)")(data)),
        "The header names the currencies EUR, USD.",
    ),
    "a huge line": (
        lambda data: data + b"x" * (2 * 2**20) + b"," * 53 + b"\r\n",
        "Line 802 is longer than 1 MiB, which no line of a bill is.",
    ),
    "a line that was cut": (
        lambda data: data[: len(data) - 60],
        "Line 801 has 48 cells, where the header has 54.",
    ),
    "a cell too many": (
        lambda data: data.replace(b"i-3,", b"i-3,,", 1),
        "Line 5 has 55 cells, where the header has 54.",
    ),
    "bytes of another encoding behind text that is UTF-8": (
        lambda data: data.replace(b"i-699,", "云".encode() + b",", 1).replace(b"i-700,", b"\xd4\xc6,", 1),
        "Line 702 is not UTF-8 text, nor does the header make sense in GB18030.",
    ),
    "a header of another encoding": (lambda data: b"\xff\xfe" + data, "It is UTF-16 text."),
    "a quote that is never closed": (
        lambda data: data.replace(b"i-3,", b'"i-3,', 1),
        "A quote that opens in line 5 is not closed, or something follows where it closes.",
    ),
    "more columns than a bill has": (
        lambda data: _with_header(data, lambda cells: [*cells, *(b"x%d" % i for i in range(447))]),
        "It has 501 columns.",
    ),
}


def test_a_part_that_is_not_what_it_should_be_refuses_the_bill(shop: Portal) -> None:
    data = unpacked(_good(shop))[MEMBER]
    assert len(_header(data)) == 54
    for kind, (change, message) in PARTS.items():
        found = _refused(shop, pack(shop.inbox / FINAL, {"customerBill_202610_0000.csv": data, MEMBER: change(data)}))
        assert (found.file, found.message) == (MEMBER, message), kind
    _nothing_else(shop)


def test_a_refused_bill_is_read_again_when_it_is_given_again(shop: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """What refused it may be gone: a small machine, or a header that this version does not know yet."""
    path = _good(shop)
    monkeypatch.setattr("crossfoot.ingest.child.MEMORY", 200 << 20)
    [first] = shop.ingest(path)
    [same] = shop.ingest(path)
    assert (first.is_accepted, same.is_accepted, same.is_new, same.findings) == (False, False, False, first.findings)
    monkeypatch.undo()
    [again] = shop.ingest(path)
    assert (again.is_accepted, again.is_new, again.rows, again.findings) == (True, True, 800, ())
    with as_staff():
        assert [b.is_accepted for b in Batch.objects.order_by("id")] == [True, True]
    [published] = shop.publish()
    assert published.editions == (("C0001", 2, "final"),)


def test_a_file_of_another_name_is_left_alone_and_said(shop: Portal) -> None:
    _good(shop).rename(shop.inbox / "bill-of-october.tar.gz")
    (shop.inbox / "customerUsageV2_202610_20261399.tar.gz").write_bytes(b"")
    bills, findings = find_bills(shop.inbox)
    assert [b.name for b in bills] == [to_date("20261005")]
    assert [f.file for f in findings] == ["bill-of-october.tar.gz", "customerUsageV2_202610_20261399.tar.gz"]
    assert all("rename it as Huawei did" in f.next_step for f in findings)


def test_a_month_that_is_in_no_calendar_is_not_a_bills_name(shop: Portal) -> None:
    path = _good(shop).rename(shop.inbox / "customerBill_202613.tar.gz")
    assert shop.ingest(path) == []
