"""A folder of dirty files around a good one: the good one is in, of the others nothing but their bytes and their findings."""

from pathlib import Path

import pyarrow as pa

from crossfoot.access.rls import as_staff
from crossfoot.ingest.models import Batch, BatchFinding, Slice
from crossfoot.sources.bill import Source
from tests.faults.dirt import MEMBER, entry, focus_csv, huawei_csv, packed, parquet, raw_tar, table
from tests.sources.desk import Desk
from tests.time.facts import disk, to_date

GOOD = huawei_csv({})
BILLS = {
    "20261001": packed((MEMBER, GOOD))[:-9],
    "20261002": packed((MEMBER, GOOD.replace(b"acct-a1", b"acct\0a1"))),
    "20261003": packed((MEMBER, GOOD), (MEMBER, GOOD)),
    "20261004": packed(("../../escape.csv", GOOD)),
    "20261005": packed((MEMBER, GOOD)),
    "20261006": packed((MEMBER, b"x" * (2 << 20))),
    "20261007": raw_tar(entry("\udcff.csv", b"\xff")),
    "20261008": packed((MEMBER, GOOD[:-40])),
    "20261009": packed((MEMBER, huawei_csv({"customer_id": "a" * 200}))),
    "20261010": packed((MEMBER, huawei_csv({"cycle": "2026-11", "official_amount": "１"}))),
}
EXPORTS = {
    "cut.parquet": parquet(table())[:-9],
    "nul.parquet": parquet(table(SubAccountId=pa.array(["a\0b"]))),
    "nul\x07name\udcff.csv": focus_csv({"ListCost": "x\ufffe\u0085"}),
    "names.parquet": parquet(table().append_column("a\0\ud7ff\n'\";", pa.array(["x"]))),
    "good.csv": focus_csv({"SubAccountId": "acct-b1"}),
    "years.csv": focus_csv({"BillingPeriodStart": "9999-12-01T00:00:00Z"}, {"ChargePeriodEnd": "9999-12-31T23:59:59Z"}),
    "tags.csv": focus_csv({"SubAccountId": "acct-a2", "Tags": '{"a":"\\ud800\\u0000"}'}),
}


def _folder(desk: Desk, files: dict[str, bytes]) -> Path:
    folder = desk.portal.inbox / "dirty"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def test_of_dirty_bills_nothing_is_accepted_and_the_good_one_is(desk: Desk) -> None:
    folder = _folder(desk, {to_date(day): data for day, data in BILLS.items()})
    receipts = desk.ingest(folder, source=Source.HUAWEI)
    assert [(r.name[23:31], r.is_clean, r.rows) for r in receipts] == [
        (day, day == "20261005", int(day == "20261005")) for day in BILLS
    ]
    _is_as_if_only_the_good_ones_had_come(desk, {r.sha256 for r in receipts}, {receipts[4].sha256, receipts[9].sha256})
    with as_staff():
        assert [(s.account_id, s.is_refused) for s in Slice.objects.order_by("id")] == [
            ("acct-a1", False),
            ("acct-a1", True),
        ]


def test_of_dirty_exports_nothing_is_accepted_and_the_good_one_is(desk: Desk) -> None:
    receipts = {r.name: r for r in desk.ingest(_folder(desk, EXPORTS))}
    assert all(name.isprintable() for name in receipts)
    assert {name: r.rows for name, r in receipts.items() if r.rows} == {
        "good.csv": 1,
        "tags.csv": 1,
        "names.parquet": 1,
    }
    good = {r.sha256 for r in receipts.values() if r.is_accepted}
    assert len(good) == len(EXPORTS) - 2
    _is_as_if_only_the_good_ones_had_come(desk, {r.sha256 for r in receipts.values()}, good)
    with as_staff():
        accounts = set(Slice.objects.filter(is_refused=False).values_list("account_id", flat=True))
    assert accounts == {"acct-a1", "acct-a2", "acct-b1"}


def _is_as_if_only_the_good_ones_had_come(desk: Desk, landed: set[str], accepted: set[str]) -> None:
    home = desk.portal.home
    there = [path.partition("/") for path in disk(home)]
    assert {name[:64] for room, _, name in there if room == "landed"} == landed
    assert {name[:64] for room, _, name in there if room == "accepted"} == accepted
    assert list(home.tmp.glob("work-*")) == []
    assert not [*home.root.parent.rglob("escape.csv")]
    with as_staff():
        assert set(Batch.objects.filter(is_accepted=True).values_list("sha256", flat=True)) == accepted
        refused = Batch.objects.filter(is_accepted=False)
        assert not Slice.objects.filter(batch__in=refused).exists()
        assert BatchFinding.objects.filter(batch__in=refused).count() == refused.count()
