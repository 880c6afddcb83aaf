"""Bills in an object store, through a real S3 server and a proxy that breaks: whole or not at all, each with its sentence."""

import gzip
import sys
from pathlib import Path

import pytest
import stamina

from crossfoot.core.errors import CrossfootError
from crossfoot.core.finding import Finding
from crossfoot.ingest.accept import Receipt
from crossfoot.ingest.arrive import accept_from, read_addresses
from crossfoot.reconcile import reconcile
from crossfoot.runtime.files import sha256_file
from crossfoot.sources import objects
from crossfoot.sources.bill import Source
from tests.cli.command import Run, runner
from tests.portal import ACTOR, line
from tests.sources.desk import Desk
from tests.sources.focus import write_export
from tests.sources.store import BUCKET, Bucket, Fault, Proxy
from tests.time.facts import FINAL, OCTOBER, disk, to_date

KEY = "check CROSSFOOT_S3_KEY, CROSSFOOT_S3_SECRET and what they may list and read."


class Shelf:
    """A desk whose files lie in the store."""

    def __init__(self, desk: Desk, bucket: Bucket, proxy: Proxy) -> None:
        self.desk, self.bucket, self.proxy = desk, bucket, proxy

    def put_bill(self, key: str, cost: str, account: str = "acct-a1") -> Path:
        path = self.desk.portal.bill(key.rpartition("/")[2], [line(account, "2026-10-03", cost)])
        self.bucket.put(key, path.read_bytes())
        return path

    def ingest(self, address: str, source: Source = Source.HUAWEI, scheme: str = "S3") -> list[Receipt | Finding]:
        environ = self.bucket.environ(self.proxy.endpoint, scheme)
        home = self.desk.portal.home
        [there] = read_addresses([address], home, environ)
        before = {*home.tmp.iterdir()}
        seen = list(accept_from(there, source, home, ACTOR))
        assert {*home.tmp.iterdir()} == before
        return seen

    @property
    def fetched(self) -> list[str]:
        """The objects that were asked for since the last look."""
        asked = [path for path in self.proxy.asked if "list-type" not in path]
        self.proxy.asked.clear()
        return asked


@pytest.fixture
def shelf(desk: Desk, bucket: Bucket, proxy: Proxy) -> Shelf:
    return Shelf(desk, bucket, proxy)


@pytest.mark.parametrize(("address", "scheme"), [("s3://bills/2026", "S3"), ("obs://bills/2026/", "OBS")])
def test_a_folder_in_a_store_is_taken_in_like_one_on_the_disk(shelf: Shelf, address: str, scheme: str) -> None:
    for day in range(5, 10):  # more than one page of the listing
        shelf.put_bill(f"2026/to-date/{to_date(f'202610{day:02}')}", f"{day}.00")
    shelf.put_bill(f"2026-old/{FINAL}", "99.00")
    path = shelf.put_bill(f"2026/{FINAL}", "10.00")
    shelf.bucket.put("2026/readme.txt", b"hello")
    seen = shelf.ingest(address, scheme=scheme)
    assert [(r.name, r.is_new) for r in seen] == [
        *((to_date(f"202610{day:02}"), True) for day in range(5, 10)), (FINAL, True),
    ]  # fmt: skip
    assert seen[-1].sha256 == sha256_file(path)
    assert len([p for p in shelf.proxy.asked if "list-type" in p]) == 3  # 8 objects begin so, 3 a page
    assert len(shelf.fetched) == 6
    [published] = shelf.desk.portal.publish()
    assert (published.blocked, shelf.desk.portal.total(shelf.desk.portal.alice, period=OCTOBER)) == ((), "9.00")
    assert reconcile(shelf.desk.portal.home).is_clean


def test_what_arrived_before_is_not_fetched_again_until_it_changes(shelf: Shelf) -> None:
    shelf.put_bill(f"b/{FINAL}", "10.00")
    shelf.put_bill(f"b/{to_date('20261005')}", "5.00")
    [*_, first] = shelf.ingest("s3://bills/b")
    assert len(shelf.fetched) == 2
    [*_, again] = shelf.ingest("s3://bills/b")
    assert (shelf.fetched, again.is_new, again.sha256) == ([], False, first.sha256)
    shelf.put_bill(f"b/{FINAL}", "20.00")
    [_, changed] = shelf.ingest("s3://bills/b")
    assert (shelf.fetched, changed.is_new) == ([f"/bills/b/{FINAL}"], True)
    assert changed.sha256 != first.sha256


def test_the_parts_of_an_export_in_a_store_are_one_export(shelf: Shelf) -> None:
    inbox = shelf.desk.portal.inbox
    for number, cost in ((1, "1"), (2, "2")):
        path = write_export(inbox / f"{number}.csv", [{"ListCost": cost}, {"ListCost": cost}])
        shelf.bucket.put(f"september/{number}.csv.gz", gzip.compress(path.read_bytes()))
    path = write_export(inbox / "other.parquet", [{"SubAccountId": "acct-b1"}])
    shelf.bucket.put("september/other.parquet", path.read_bytes())
    seen = shelf.ingest("s3://bills/september", Source.FOCUS)
    assert [(r.name, r.rows, r.totals["USD"]["list_cost"]) for r in seen] == [
        ("september.tar", 4, "6.00000000"), ("other.parquet", 1, "10.00000000"),
    ]  # fmt: skip


def test_one_object_that_cannot_be_had_stops_no_other(shelf: Shelf) -> None:
    names = to_date("20261005"), FINAL, "customerBill_202611.tar.gz"
    for name in names[:2]:
        shelf.put_bill(f"b/{name}", "5.00")
    shelf.bucket.put(f"b/{names[2]}", b"not a bill")
    shelf.proxy.fault = Fault("cut", 100, where=FINAL)
    good, bad, refused = shelf.ingest("s3://bills/b")
    assert (good.is_accepted, refused.is_accepted, bad.is_block, bad.file, bad.check) == (
        True,
        False,
        True,
        FINAL,
        "fetch",
    )
    assert bad.next_step == "Check CROSSFOOT_S3_ENDPOINT and the network, and ingest again."
    assert sorted(name.split("/")[0] for name in disk(shelf.desk.portal.home)) == ["accepted", "landed", "landed"]
    shelf.proxy.fault = None
    assert [r.is_new for r in shelf.ingest("s3://bills/b")] == [False, True, False]


@pytest.mark.parametrize("kind", ["silence", "slow"])
def test_a_store_that_is_too_slow_is_given_up(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(objects, "READ_SECONDS", 0.5)
    monkeypatch.setattr(objects, "SLOWEST", 10**6)
    monkeypatch.setattr(objects, "ATTEMPTS", 2)
    shelf.put_bill(f"b/{FINAL}", "10.00")
    shelf.proxy.fault = Fault(kind, 100, where=FINAL)
    with stamina.set_testing(True, attempts=2, cap=True):
        [bad] = shelf.ingest("s3://bills/b")
    assert "cannot be reached, or broke off" in bad.message


def test_an_object_sent_in_parts_has_a_tag_that_is_no_digest(shelf: Shelf) -> None:
    path = shelf.desk.portal.bill(FINAL, [line("acct-a1", "2026-10-03", "10")])
    client, key = shelf.bucket.client, f"b/{FINAL}"
    upload = client.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
    part = client.upload_part(Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=1, Body=path.read_bytes())
    client.complete_multipart_upload(
        Bucket=BUCKET, Key=key, UploadId=upload, MultipartUpload={"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]}
    )
    shelf.proxy.fault = Fault("cut", 50, times=1, where=FINAL)
    [receipt] = shelf.ingest("s3://bills/b")
    assert (receipt.is_accepted, receipt.sha256) == (True, sha256_file(path))


def test_names_in_a_store_are_never_paths_of_this_machine(shelf: Shelf) -> None:
    shelf.put_bill(f"b/../../{FINAL}", "10.00")
    shelf.bucket.put("b/..", b"x")
    shelf.bucket.put("b/folder/", b"")
    shelf.bucket.put(f"b/{FINAL}/", b"")
    shelf.bucket.put(f"b/{'x' * 300}.csv", b"x")
    [receipt] = shelf.ingest("s3://bills/b")
    assert receipt.is_accepted
    parent = shelf.desk.portal.home.root.parent
    assert not [p for p in (*parent.iterdir(), *parent.parent.iterdir()) if p.name == FINAL]
    [*_, long] = shelf.ingest("s3://bills/b", Source.FOCUS)
    assert (long.is_block, "is no name of a file" in long.message, long.next_step) == (
        True, True, "Rename it, and ingest it again.",
    )  # fmt: skip


NO = {
    "s3://bills/b": ({"CROSSFOOT_S3_KEY": ""}, "s3:// cannot be read yet: set CROSSFOOT_S3_KEY, or write"),
    "obs://bills/b": ({}, "set CROSSFOOT_OBS_KEY and CROSSFOOT_OBS_SECRET and CROSSFOOT_OBS_ENDPOINT, or write"),
    "s3://AKIA:s3cr3t@bills/b": ({}, "An address holds no key: give s3://BUCKET/FOLDER, and set CROSSFOOT_S3_KEY."),
    "s3://": ({}, "'' is no name of a bucket"),
    "s3://Bills_/b": ({}, "'Bills_' is no name of a bucket"),
    "ftp://bills/b": ({}, "An address that begins with 'ftp' cannot be read"),
    "s3://bills/c": ({"CROSSFOOT_S3_ENDPOINT": "http://store.example"}, "CROSSFOOT_S3_ENDPOINT must be an address"),
    "s3://bills/d": (
        {"CROSSFOOT_S3_ENDPOINT": "https://a:b@store.example"},
        "CROSSFOOT_S3_ENDPOINT must be an address",
    ),
    "s3://bills/e": ({"CROSSFOOT_S3_ENDPOINT": "https://["}, "CROSSFOOT_S3_ENDPOINT must be an address"),
    "s3://bills/f": (
        {"CROSSFOOT_S3_SECRET": "wrong"},
        f"may not be read with this key (403 SignatureDoesNotMatch): {KEY}",
    ),
    "s3://bills/g": (
        {"CROSSFOOT_S3_KEY": "AKIAWRONG"},
        f"may not be read with this key (403 InvalidAccessKeyId): {KEY}",
    ),
    "s3://no-such-bucket/b": (
        {},
        "s3://no-such-bucket/b is not there (404 NoSuchBucket): check the bucket and the folder.",
    ),
    "s3://bills/h": ({"CROSSFOOT_S3_ENDPOINT": "http://127.0.0.1:9"}, "http://127.0.0.1:9 cannot be reached"),
    "s3://bills/nothing": ({}, "There was no bill file to accept."),
    "nowhere": ({}, "There is nothing at nowhere"),
    "/dev/zero": ({}, "/dev/zero is neither a file nor a folder"),
}


@pytest.fixture
def crossfoot(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    return runner(monkeypatch, capfdbinary)


@pytest.mark.parametrize("address", NO)
def test_every_refusal_is_one_sentence_and_shows_no_secret(
    shelf: Shelf, crossfoot: Run, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    changes, says = NO[address]
    for name, value in (shelf.bucket.environ(shelf.proxy.endpoint) | changes).items():
        monkeypatch.setenv(name, value)
    ran = crossfoot("ingest", address)
    assert (ran.code in {2, 3}, ran.out) == (True, b"")
    [sentence] = ran.err.strip().splitlines()
    assert says in sentence, sentence
    assert (sentence.endswith("."), shelf.bucket.secret in sentence, "s3cr3t" in sentence) == (True, False, False)


def test_the_command_says_what_arrived_and_what_did_not(
    shelf: Shelf, crossfoot: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in shelf.bucket.environ(shelf.proxy.endpoint).items():
        monkeypatch.setenv(name, value)
    shelf.put_bill(f"b/{to_date('20261005')}", "5.00")
    shelf.put_bill(f"b/{FINAL}", "10.00")
    shelf.proxy.fault = Fault("answer", 403, "AccessDenied", where=FINAL)
    ran = crossfoot("ingest", "s3://bills/b", "--json")
    assert ran.code == 3
    assert [f["name"] for f in ran.document["files"]] == [to_date("20261005")]
    assert [(f["file"], f["check"]) for f in ran.document["findings"]] == [(FINAL, "fetch")]
    assert ran.err.strip().endswith(f"Refused, in whole or in part: {FINAL}. The other files were accepted.")
    assert not {shelf.bucket.key, shelf.bucket.secret} & set(ran.out.decode().split('"'))


def test_without_the_packages_the_command_says_which(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(CrossfootError, match=r"install crossfoot\[s3\]"):
        shelf.ingest("s3://bills/b")
