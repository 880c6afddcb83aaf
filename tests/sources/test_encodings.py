"""UTF-8 with and without its mark, GB18030 by its header, and everything else refused by line."""

import pytest

from crossfoot.reconcile import reconcile
from tests.faults.archives import unpacked
from tests.portal import Portal, line, pack, write_bill
from tests.sources.desk import Desk

FINAL = "customerBill_202610.tar.gz"
MEMBER = "customerBill_202610_0001.csv"


def _bill(portal: Portal, lang: str, encoding: str) -> list:
    cells = {"cloud_service_type_name": "弹性云服务器", "resource_name": "云主机-一"}
    path = write_bill(portal.inbox / FINAL, [line("acct-a1", "2026-10-03", "10", **cells)], lang=lang)
    data = unpacked(path)[MEMBER].decode().encode(encoding)
    return portal.ingest(pack(path, {MEMBER: data}))


@pytest.mark.parametrize(
    ("lang", "encoding", "said"),
    [
        ("zh", "utf-8", []),
        ("zh", "utf-8-sig", []),
        ("zh", "gb18030", ["encoding"]),
        ("en", "gb18030", ["encoding"]),
    ],
)
def test_chinese_names_arrive_whole_in_every_encoding(desk: Desk, lang: str, encoding: str, said: list[str]) -> None:
    [receipt] = _bill(desk.portal, lang, encoding)
    assert (receipt.is_accepted, [f.check for f in receipt.findings]) == (True, said)
    desk.portal.publish()
    assert desk.portal.sums(desk.portal.alice, "service") == {"弹性云服务器": "9.00"}
    assert desk.portal.sums(desk.portal.alice, "resource") != {}
    assert reconcile(desk.portal.home).is_clean


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ("utf-16", "It is UTF-16 text."),
        ("big5", "Line 1 is not UTF-8 text, nor does the header make sense in GB18030."),
        ("shift_jis", "Line 1 is not UTF-8 text, nor does the header make sense in GB18030."),
    ],
)
def test_another_encoding_is_refused_by_its_line(desk: Desk, encoding: str, message: str) -> None:
    path = write_bill(desk.portal.inbox / FINAL, [line("acct-a1", "2026-10-03", "10")], lang="zh")
    text = unpacked(path)[MEMBER].decode()
    data = text.encode(encoding, "ignore")
    [receipt] = desk.portal.ingest(pack(path, {MEMBER: data}))
    assert (receipt.is_accepted, receipt.findings[0].message, receipt.findings[0].file) == (False, message, MEMBER)


def test_a_part_that_is_missing_between_two_refuses_the_bill(desk: Desk) -> None:
    path = write_bill(desk.portal.inbox / FINAL, [line("acct-a1", "2026-10-03", "10")])
    data = unpacked(path)[MEMBER]
    parts = {f"customerBill_202610_{n:04}.csv": data for n in (1, 2, 4)}
    [receipt] = desk.portal.ingest(pack(path, parts))
    assert receipt.findings[0].message == "Part 3 is missing: there are parts 1 to 4, but only 3 of them."
