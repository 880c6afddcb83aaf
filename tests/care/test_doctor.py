"""`crossfoot doctor`: each thing that can be wrong is broken here once, and is named alone, with the way out."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from crossfoot.access.sealing import seal_log
from tests.cli.command import Run, runner
from tests.portal import LIST_X_1, Portal, line

DAY = 24 * 3600
ALL = ("versions", "front end", "home", "room", "database", "schema", "worker", "lake", "orphans", "clock", "log")


@pytest.fixture
def crossfoot(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    return runner(monkeypatch, capfdbinary)


@pytest.fixture
def stocked(portal: Portal) -> Iterator[Portal]:
    """One month of one customer, published twice: edition 1 is no longer current."""
    portal.home.root.chmod(0o700)
    owner("DELETE FROM procrastinate_jobs", "DELETE FROM procrastinate_workers")
    for folder in (portal.home.exports, portal.home.tmp):
        shutil.rmtree(folder)  # what other tests left, such as where readers spill
        folder.mkdir(mode=0o700)
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    for day, name in ((3, "customerUsageV2_202610_20261004"), (5, "customerUsageV2_202610_20261006")):
        portal.ingest(portal.bill(f"{name}.tar.gz", [line("acct-a1", f"2026-10-0{day}", "11.11")]))
        portal.publish()
    seal_log(portal.home)
    yield portal
    owner("DELETE FROM procrastinate_jobs")


def owner(*statements: str) -> None:
    with connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def wrong(crossfoot: Run, *words: str) -> dict[str, str]:
    """What the doctor finds wrong: check -> sentence."""
    ran = crossfoot("doctor", *words, "--json")
    found = ran.document
    bad = {check["check"]: check["sentence"] for check in found["checks"] if not check["ok"]}
    assert (ran.code, found["ok"]) == ((3, False) if bad else (0, True))
    return bad


def only(found: dict[str, str], check: str) -> str:
    assert list(found) == [check], found
    return found[check]


def files(portal: Portal, tree: str) -> list[Path]:
    return sorted(Path(portal.home.lake, tree).rglob("*.parquet"), key=lambda path: path.stat().st_mtime)


def test_a_sound_home_is_ok_line_by_line(stocked: Portal, crossfoot: Run) -> None:
    ran = crossfoot("doctor")
    lines = ran.out.decode().splitlines()
    assert ran.code == 0
    assert [text[:10].strip() for text in lines] == list(ALL)
    assert all(text[11:13] == "ok" for text in lines)
    assert "3 files of current editions" in ran.out.decode()
    assert wrong(crossfoot, "--deep") == {}


def test_an_open_home_or_key_is_told_with_its_chmod(stocked: Portal, crossfoot: Run) -> None:
    key = stocked.home.keys / "django"
    for path, mode in ((stocked.home.root, 0o755), (key, 0o640)):
        before = path.stat().st_mode
        path.chmod(mode)
        assert only(wrong(crossfoot), "home").endswith(f"chmod go-rwx {path}")
        path.chmod(before & 0o777)
    assert wrong(crossfoot) == {}


def test_jobs_that_nobody_takes(stocked: Portal, crossfoot: Run) -> None:
    add = "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('publish', 'x', '{}')"
    owner(add.format("todo"), add.format("doing"))
    told = only(wrong(crossfoot), "worker")
    assert told == "No worker is alive, and 1 jobs wait and 1 were begun: start one with `crossfoot up`."
    owner("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    assert wrong(crossfoot) == {}


def test_a_file_of_a_current_edition_that_is_gone_or_cut(stocked: Portal, crossfoot: Run) -> None:
    older, newer = files(stocked, "charges")
    whole = newer.read_bytes()
    newer.write_bytes(whole[:-20])
    name = f"lake/{newer.relative_to(stocked.home.lake)}"
    assert only(wrong(crossfoot), "lake").startswith(f"{name} is cut or damaged: put it back from a backup")
    newer.unlink()
    assert only(wrong(crossfoot), "lake").startswith(f"{name} is missing")
    shutil.copy(older, newer)
    assert wrong(crossfoot) == {}, "as many rows as it should have: only the hash tells"
    assert only(wrong(crossfoot, "--deep"), "bytes").startswith(f"{name} is not what was written")
    newer.write_bytes(whole)
    older.unlink()
    assert wrong(crossfoot) == {}
    assert only(wrong(crossfoot, "--deep"), "bytes").startswith(
        f"lake/{older.relative_to(stocked.home.lake)} is missing"
    )


def test_a_byte_of_a_bill_or_its_charges_is_told_by_its_hash(stocked: Portal, crossfoot: Run) -> None:
    for folder in (stocked.home.landed, stocked.home.accepted):
        path = next(folder.iterdir())
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        assert f"{folder.name}/{path.name} is not what was written" in only(wrong(crossfoot, "--deep"), "bytes")
        path.write_bytes(whole)


def test_a_clock_behind_what_was_published(stocked: Portal, crossfoot: Run) -> None:
    owner("UPDATE publish_publication SET published_at = now() + interval '2 days'")
    assert only(wrong(crossfoot), "clock").endswith(": set the clock.")


def test_a_log_that_was_tampered_with(stocked: Portal, crossfoot: Run) -> None:
    owner("UPDATE audit_entry SET actor = 'x' WHERE id = (SELECT min(id) FROM audit_entry)")
    assert only(wrong(crossfoot), "log").endswith("was changed.")


def test_rights_and_migrations_of_another_version(stocked: Portal, crossfoot: Run) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT obj_description('django_migrations'::regclass)")
        rights = cursor.fetchone()[0]
    owner("COMMENT ON TABLE django_migrations IS 'older'")
    assert "rights of the roles" in only(wrong(crossfoot), "schema")
    owner(f"COMMENT ON TABLE django_migrations IS '{rights}'")
    owner("INSERT INTO django_migrations (app, name, applied) VALUES ('publish', '0999_x', now())")
    assert "newer version (0999_x)" in only(wrong(crossfoot), "schema")
    owner("DELETE FROM django_migrations WHERE name = '0999_x'")
    owner("DELETE FROM django_migrations WHERE app = 'support' AND name = '0001_initial'")
    assert "1 migrations are missing, the first is support.0001_initial" in only(wrong(crossfoot), "schema")
    owner("INSERT INTO django_migrations (app, name, applied) VALUES ('support', '0001_initial', now())")
    assert wrong(crossfoot) == {}


def litter(home: Path) -> list[Path]:
    """Two days old: in every swept tree, and beside them."""
    names = (
        "lake/charges/C0001/2026-10/orphan.parquet",
        "accepted/orphan.parquet",
        "landed/orphan.tar.gz",
        "exports/orphan.csv",
        "tmp/not-mine",
        "logs/not-mine",
        "keys/not-mine",
        "not-mine",
    )
    made = [home / name for name in names]
    for path in made:
        path.write_bytes(b"12345")
        path.chmod(0o600)
        os.utime(path, (time.time() - 2 * DAY,) * 2)
    return made


def test_a_sweep_removes_old_orphans_and_nothing_else(stocked: Portal, crossfoot: Run, tmp_path: Path) -> None:
    home, outside = stocked.home.root, tmp_path / "outside"
    before = {path for path in home.rglob("*") if path.is_file()} - set((home / "postgres").rglob("*"))
    for path in before & {p for tree in ("lake", "accepted", "landed") for p in (home / tree).rglob("*")}:
        os.utime(path, (time.time() - 9 * DAY,) * 2)
    made = litter(home)
    young = home / "landed" / "young.tar.gz"
    young.write_bytes(b"1")
    outside.write_bytes(b"1")
    os.utime(outside, (time.time() - 9 * DAY,) * 2)
    (home / "landed" / "link").symlink_to(outside)
    said = crossfoot("doctor").out.decode()
    assert (
        "5 files without an owner, 21 bytes; `crossfoot doctor --sweep` removes 4 older than a day (20 bytes)" in said
    )
    said = crossfoot("doctor", "--sweep").out.decode()
    assert "4 files removed, 20 bytes" in said
    assert [path.exists() for path in made] == [False] * 4 + [True] * 4
    assert young.exists()
    assert outside.exists()
    assert {path for path in before if not path.exists()} == set()
    assert wrong(crossfoot, "--deep") == {}
    for path in (*made[4:], young, home / "landed" / "link"):
        path.unlink()


def test_a_sweep_on_another_database_removes_nothing(stocked: Portal, crossfoot: Run) -> None:
    """To an empty database every file is an orphan."""
    for path in Path(stocked.home.lake).rglob("*.parquet"):
        os.utime(path, (time.time() - 9 * DAY,) * 2)
    owner("TRUNCATE audit_entry, audit_seal, audit_head", "TRUNCATE publish_edition, publish_buyedition CASCADE")
    found = wrong(crossfoot, "--sweep")
    assert set(found) == {"sweep", "log"}
    assert found["sweep"].startswith("Nothing was removed, because this may not be the database of this home")
    assert len(files(stocked, ".")) == 6


def test_a_database_that_cannot_be_reached_is_one_line(stocked: Portal, crossfoot: Run, monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:secret@/nothing?host=/nonexistent")
    ran = crossfoot("doctor")
    assert ran.code == 3
    assert "secret" not in ran.out.decode() + ran.err
    assert (
        ran.out.decode().splitlines()[-1].startswith("database   WRONG   The server in DATABASE_URL does not let us in")
    )
