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
from tests.faults.archives import unpacked
from tests.portal import LIST_X_1, Portal, line, pack
from tests.time.facts import FINAL, OCTOBER, to_date

MEMBER = "customerBill_202610_0001.csv"
AGAIN = "Fetch the file from Huawei again and ingest it."


@pytest.fixture
def shop(portal: Portal) -> Portal:
    """One customer, published once: 10.00."""
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill(to_date("20261005"), [line("acct-a1", "2026-10-04", "10.00")]))
    portal.publish()
    return portal


def _good(shop: Portal) -> Path:
    # Many different lines: the packed bill is larger than the reader's block, so a cut in it is a cut in the middle.
    return shop.bill(FINAL, [line("acct-a1", "2026-10-04", f"{n * n % 9973}.{n * 7919 % 10**8:08}", resource_id=f"i-{n}") for n in range(800)])


def _refused(shop: Portal, path: Path) -> Finding:
    """The one finding of a bill that was refused whole; what was published stands, and nothing of the bill is kept."""
    [receipt] = shop.ingest(path)
    assert (receipt.is_accepted, receipt.rows, receipt.totals) == (False, 0, {})
    [published] = shop.publish()
    assert (published.editions, published.blocked, shop.total(shop.alice, period=OCTOBER)) == ((), (), "10.00")
    with as_staff():
        assert [b.is_accepted for b in Batch.objects.order_by("id")] == [True, False]
        assert Slice.objects.filter(batch__sha256=receipt.sha256).count() == 0
    assert [p.name for p in shop.home.accepted.iterdir() if p.stem == receipt.sha256] == []
    assert list(shop.home.tmp.glob("landing-*")) == []
    [found] = receipt.findings
    return found


def test_a_cut_archive_is_refused_wherever_it_was_cut(shop: Portal) -> None:
    whole = _good(shop).read_bytes()
    for share in (0.0, 0.01, 0.5, 0.99):
        shop.empty()
        test_path = shop.inbox / FINAL
        test_path.write_bytes(whole[: int(len(whole) * share)])
        [receipt] = shop.ingest(test_path)
        [found] = receipt.findings
        assert not receipt.is_accepted, share
        assert found.message.startswith("The archive "), share
        assert (found.file, found.next_step) == (FINAL, AGAIN)


def test_an_archive_without_its_last_bytes_is_refused(shop: Portal) -> None:
    path = _good(shop)
    path.write_bytes(path.read_bytes()[:-1])
    assert _refused(shop, path).message.startswith("The archive is cut or altered")


def test_an_archive_with_one_byte_changed_is_refused(shop: Portal) -> None:
    """Most changes still unpack: only the checksum at the very end tells."""
    path = _good(shop)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert _refused(shop, path).message.startswith("The archive is cut or altered")


NOT_AN_ARCHIVE = {
    "no gzip at all": b"not an archive",
    "a gzip that holds no tar": gzip.compress(b"cycle,bill_date\n" * 100),
    "a tar that is not packed": b"ustar" * 400,
}


@pytest.mark.parametrize("kind", NOT_AN_ARCHIVE)
def test_what_is_no_archive_is_refused(shop: Portal, kind: str) -> None:
    path = shop.inbox / FINAL
    path.write_bytes(NOT_AN_ARCHIVE[kind])
    found = _refused(shop, path)
    assert found.message.startswith("The archive is cut or altered")
    assert (found.file, found.next_step) == (FINAL, AGAIN)


def test_an_empty_archive_is_refused(shop: Portal) -> None:
    assert _refused(shop, pack(shop.inbox / FINAL, {})).message == "The archive holds no CSV file."


def _link(name: str, target: str, kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


FOREIGN = {
    "../../escape.csv": tarfile.TarInfo("../../escape.csv"),
    "/etc/cron.d/escape.csv": tarfile.TarInfo("/etc/cron.d/escape.csv"),
    "folder/part.csv": tarfile.TarInfo("folder/part.csv"),
    "link.csv": _link("link.csv", "/etc/passwd", tarfile.SYMTYPE),
    "hard.csv": _link("hard.csv", MEMBER, tarfile.LNKTYPE),
    "pipe.csv": _link("pipe.csv", "", tarfile.FIFOTYPE),
    "device.csv": _link("device.csv", "", tarfile.CHRTYPE),
    "readme.txt": tarfile.TarInfo("readme.txt"),
    "folder": _link("folder", "", tarfile.DIRTYPE),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_member_that_a_bill_does_not_hold_refuses_the_bill(shop: Portal, name: str) -> None:
    good = unpacked(_good(shop))[MEMBER]
    path = shop.inbox / FINAL
    with tarfile.open(path, "w:gz") as tar:
        first = tarfile.TarInfo(MEMBER)
        first.size = len(good)
        tar.addfile(first, io.BytesIO(good))
        tar.addfile(FOREIGN[name])
    found = _refused(shop, path)
    assert found.message == f"It holds {name!r}, which a bill does not hold."
    assert (found.file, found.next_step) == (FINAL, AGAIN)
    assert not list(shop.home.root.parent.rglob("escape.csv"))


def test_a_part_that_stands_twice_in_the_archive_is_not_counted_twice(shop: Portal) -> None:
    data = unpacked(_good(shop))[MEMBER]
    path = shop.inbox / FINAL
    with tarfile.open(path, "w:gz") as tar:
        for _ in range(2):
            info = tarfile.TarInfo(MEMBER)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    found = _refused(shop, path)
    assert (found.file, found.message) == (
        MEMBER,
        "The archive holds this part more than once, so its lines would count twice.",
    )


def test_an_archive_that_unpacks_to_far_more_than_its_size_is_refused(shop: Portal) -> None:
    path = shop.inbox / FINAL
    with gzip.open(path, "wb", compresslevel=1) as out:
        info = tarfile.TarInfo(MEMBER)
        info.size = 200 * 2**20
        out.write(info.tobuf())
        block = bytes(2**20)
        for _ in range(200):
            out.write(block)
    assert _refused(shop, path).message == "It unpacks to far more than a bill can hold."


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
        lambda data: data + b"x" * (2 * 2**20) + b"," * 49 + b"\r\n",
        "It is not a CSV file of 50 columns in UTF-8 (Invalid Input Error: CSV Error on Line: 802).",
    ),
    "a line that was cut": (
        lambda data: data[: len(data) - 60],
        "It is not a CSV file of 50 columns in UTF-8 (Invalid Input Error: CSV Error on Line: 801).",
    ),
    "a cell too many": (
        lambda data: data.replace(b"i-3,", b"i-3,,", 1),
        "It is not a CSV file of 50 columns in UTF-8 (Invalid Input Error: CSV Error on Line: 5).",
    ),
    "bytes of another encoding": (
        lambda data: data.replace(b"i-3,", "云".encode("gb18030") + b",", 1),
        "It is not a CSV file of 50 columns in UTF-8 (Invalid Input Error: CSV Error on Line: 5).",
    ),
    "a header of another encoding": (lambda data: b"\xff\xfe" + data, "Its first line is not UTF-8 text."),
    "a quote that is never closed": (
        lambda data: data.replace(b"i-3,", b'"i-3,', 1),
        "It is not a CSV file of 50 columns in UTF-8 (Invalid Input Error: CSV Error on Line: 5).",
    ),
    "more columns than a bill has": (
        lambda data: _with_header(data, lambda cells: [*cells, *(b"x%d" % i for i in range(451))]),
        "It has 501 columns.",
    ),
}


@pytest.mark.parametrize("kind", PARTS)
def test_a_part_that_is_not_what_it_should_be_refuses_the_bill(shop: Portal, kind: str) -> None:
    change, message = PARTS[kind]
    data = unpacked(_good(shop))[MEMBER]
    assert len(_header(data)) == 50
    found = _refused(shop, pack(shop.inbox / FINAL, {"customerBill_202610_0000.csv": data, MEMBER: change(data)}))
    assert (found.file, found.message) == (MEMBER, message)
    assert found.next_step.endswith(".")


def test_a_refused_bill_is_read_again_when_it_is_given_again(shop: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """What refused it may be gone: a full disk, or a header that this version does not know yet."""
    path = _good(shop)
    monkeypatch.setattr("crossfoot.ingest.load.MAX_LINE", 16)
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
    from crossfoot.sources.huawei_files import find_bills

    _good(shop).rename(shop.inbox / "bill-of-october.tar.gz")
    (shop.inbox / "customerUsageV2_202610_20261399.tar.gz").write_bytes(b"")
    bills, findings = find_bills(shop.inbox)
    assert [b.name for b in bills] == [to_date("20261005")]
    assert [f.file for f in findings] == ["bill-of-october.tar.gz", "customerUsageV2_202610_20261399.tar.gz"]
    assert all("rename it as Huawei did" in f.next_step for f in findings)
