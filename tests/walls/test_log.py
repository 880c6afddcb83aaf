"""The log of acts: nobody changes it, and who does so nevertheless, as the owner of the tables, is named."""

import threading
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, connections

from crossfoot.access import rls
from crossfoot.audit import chain
from crossfoot.audit.chain import seal
from crossfoot.audit.models import Entry, Head, Seal
from crossfoot.audit.record import Action, record
from tests.walls.logbook import checked, sealed, tamper, witness

# Nobody may


def test_no_role_changes_what_was_written(log: None) -> None:
    for table, column in (("audit_entry", "actor"), ("audit_seal", "hash")):
        for statement in (f"UPDATE {table} SET {column} = ''", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(DatabaseError, match="permission denied"):
                run(statement)
            for role, customer in ((rls.CUSTOMER, "C0001"), (rls.STAFF, "C0001"), (rls.STAFF, "")):
                with pytest.raises(DatabaseError, match="permission denied"), rls._as_role(role, customer):
                    run(statement)
    assert checked() == chain.Verdict(sealed=10, unsealed=0)


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", ["audit_entry", "audit_seal", "audit_head"])
def test_only_staff_reads_the_log(log: None, table: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"):
        run(f"SELECT * FROM {table}")
    with pytest.raises(DatabaseError, match="permission denied"), rls._as_role(rls.CUSTOMER, "C0001"):
        run(f"SELECT * FROM {table}")
    with rls.as_staff():
        run(f"SELECT * FROM {table}")


def test_every_role_appends(log: None) -> None:
    record(Action.PERSON_SIGNED_IN, "login@example.com")
    with rls._as_role(rls.CUSTOMER, "C0001"):
        record(Action.REPORT_VIEWED, "customer@example.com", customer="C0001")
    with rls.as_staff():
        record(Action.REPORT_VIEWED, "staff@example.com")
    assert checked() == chain.Verdict(sealed=10, unsealed=3)
    assert sealed() == 3
    assert checked() == chain.Verdict(sealed=13, unsealed=0)


# The tail that is not sealed yet, and several sealers


def test_what_is_not_sealed_yet_is_counted(log: None) -> None:
    record(Action.REPORT_VIEWED, "alice@example.com")
    record(Action.REPORT_VIEWED, "alice@example.com")
    assert checked() == chain.Verdict(sealed=10, unsealed=2)
    assert sealed() == 2
    assert sealed() == 0
    assert checked() == chain.Verdict(sealed=12, unsealed=0)


def test_an_entry_that_commits_late_is_sealed_later(log: None) -> None:
    """Ids are given out before the commit: entry 11 may become visible after entry 12 was sealed."""
    waiting, go_on = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with rls.as_staff():
            record(Action.REPORT_VIEWED, "slow@example.com")
            waiting.set()
            assert go_on.wait(10)
        connections.close_all()

    thread = threading.Thread(target=write_slowly)
    thread.start()
    assert waiting.wait(10)
    record(Action.REPORT_VIEWED, "quick@example.com")
    assert sealed() == 1
    go_on.set()
    thread.join()
    assert sealed() == 1
    assert checked() == chain.Verdict(sealed=12, unsealed=0)
    with rls.as_staff():
        assert list(Seal.objects.filter(number__gt=10).values_list("entry_id", flat=True)) == [12, 11]


def test_sealers_at_the_same_time_make_one_chain(log: None) -> None:
    for number in range(40):
        record(Action.REPORT_VIEWED, "alice@example.com", number=number)
    found: list[int] = []
    start = threading.Barrier(4)
    at_once(lambda: (start.wait(10), found.append(sealed())), 4)
    assert sum(found) + sealed() == 40
    assert checked() == chain.Verdict(sealed=50, unsealed=0)
    with rls.as_staff():
        assert Head.objects.count() == 1


def test_a_second_sealer_gives_way(log: None) -> None:
    record(Action.REPORT_VIEWED, "alice@example.com")
    with rls.as_staff():
        assert seal(witness()) == 1
        other: list[int] = []
        at_once(lambda: other.append(sealed()), 1)
        assert other == [0]
    assert checked() == chain.Verdict(sealed=11, unsealed=0)


def at_once(work: Callable[[], object], count: int) -> None:
    def run_and_close() -> None:
        try:
            work()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run_and_close) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_walk_asks_by_batches(log: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million entries are verified in seconds, so there is no query for each of them."""
    monkeypatch.setattr(chain, "BATCH", 4)
    asked: list[str] = []
    with connection.execute_wrapper(lambda run, sql, *rest: (asked.append(sql), run(sql, *rest))[1]):
        assert checked() == chain.Verdict(sealed=10, unsealed=0)
    assert len([sql for sql in asked if "audit_entry" in sql and "COUNT" not in sql]) == 3
    tamper("DELETE FROM audit_entry WHERE id = 9")
    assert checked().fault == "Entry 9 (seal 9) was deleted."


# What an entry can hold


@pytest.mark.parametrize("text", ["nul \x00 byte", "quote ' and \"", "line\nend", "\ud800 half", "中文", "x" * 20_000])
def test_whatever_an_address_carried_can_be_written_down(log: None, text: str) -> None:
    record(Action.ACCESS_REFUSED, "alice@example.com", path=text)
    assert sealed() == 1
    assert checked() == chain.Verdict(sealed=11, unsealed=0)
    with rls.as_staff():
        kept = Entry.objects.order_by("id").last().detail["path"]
    assert kept == text or "\x00" in text or "\ud800" in text
