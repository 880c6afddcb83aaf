"""F10: a copy of the portal, put back into an empty home, is the portal; and nothing half-restored is ever left."""

import io
import os
import signal
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crossfoot.care import archive
from crossfoot.core.errors import Altered
from crossfoot.runtime.cluster import cluster_of
from crossfoot.runtime.home import open_home
from tests.care import homes
from tests.care.canaries import ALICE, CUSTOMER, PASSWORDS
from tests.care.visitor import Visitor
from tests.cli.command import Ran, start

PASSPHRASE = "a passphrase of many words"
FINANCE = "dana@reseller.example"
REPORT = ("report", "usage-to-cost", "--period", "2026-10", "--by", "service")


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with homes.folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def source(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one customer's month."""
    homes.furnish(place / "source", tmp_path_factory.mktemp("inbox"))
    return place / "source"


@pytest.fixture(scope="module")
def kept(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its backup, with keys."""
    file = tmp_path_factory.mktemp("kept") / "portal.backup"
    ran = homes.run(source, "backup", file, "--with-keys", typed=f"{PASSPHRASE}\n")
    assert ran.code == 0, ran.err
    return file


@pytest.fixture
def empty(place: Path, request: pytest.FixtureRequest) -> Path:
    """A home that is not there yet."""
    return place / f"home-{abs(hash(request.node.name)) % 10**8}"


def restore(home: Path, file: Path, *words: str, typed: str = f"{PASSPHRASE}\n", **more: str) -> Ran:
    return homes.run(home, "restore", file, *words, typed=typed, **more)


def rebuilt(file: Path, to: Path, change: Callable[[dict[str, object]], None]) -> Path:
    """The same backup with another manifest, and right hashes."""
    manifest = archive.read_manifest(file)
    change(manifest)
    with archive.written(to) as made:
        for name, chunks in archive.members(file):
            if name not in {archive.MANIFEST, archive.SEAL}:
                made.add(name, io.BytesIO(b"".join(chunks)))
        made.close({key: value for key, value in manifest.items() if key not in {"members", "format"}})
    return to


def test_a_copy_in_an_empty_home_is_the_portal(source: Path, kept: Path, empty: Path) -> None:
    asked = (*REPORT, "--as", ALICE, "--format", "json")
    assert restore(empty, kept).code == 0
    assert homes.run(empty, "reconcile").code == 0
    assert homes.run(empty, "audit", "verify").code == 0
    assert homes.run(empty, *asked).out == homes.run(source, *asked).out
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.deep
def test_the_drill(place: Path, tmp_path: Path) -> None:
    """simulate, ingest, publish, backup while the portal runs, restore, reconcile, verify, the same bytes again."""
    one, two = place / "one", place / "two"
    bills = tmp_path / "bills"
    plan = ("--customers", 2, "--months", "2026-09..2026-10", "--rows", 600, "--seed", 7)
    with homes.up(one):
        for words, typed in (
            (("simulate", bills, *plan), ""),
            (("users", "add", FINANCE, "--role", "reseller-finance", "--password-stdin"), "a long enough password\n"),
            (("customers", "import", bills / "customers.csv"), ""),
            (("prices", "import", bills / "prices.csv"), ""),
            (("prices", "approve", "all", "--as", FINANCE), ""),
            (("ingest", bills), ""),
            (("publish",), ""),
        ):
            ran = homes.run(one, *words, typed=typed)
            assert ran.code == 0, ran.err
        asked = (*REPORT, "--as", FINANCE, "--customer", "C0001", "--format")
        before = [homes.run(one, *asked, form) for form in ("json", "csv")]
        made = homes.run(one, "backup", tmp_path / "b", "--json")
        assert made.code == 0, made.err
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600
    done = restore(two, tmp_path / "b", "--json", typed="")
    assert done.code == 0, done.err
    assert done.document["files"] == made.document["files"] == 4 + 4 + 2 * 2 * 3  # bills, charges, three files a month
    assert done.document["rows"] == made.document["rows"]
    assert homes.run(two, "reconcile").code == 0
    verified = homes.run(two, "audit", "verify", "--json")
    assert (verified.code, verified.document["fault"]) == (0, "")
    assert verified.document["sealed"] > done.document["sealed"] > 0
    assert [homes.run(two, *asked, form).out for form in ("json", "csv")] == [ran.out for ran in before]


@pytest.mark.deep
def test_people_sign_in_again_and_nobody_is_signed_in(kept: Path, empty: Path) -> None:
    """With keys: they are the same, and so is what they sign; the database's own logins are new."""
    assert restore(empty, kept).code == 0
    with homes.up(empty) as url:
        alice = Visitor(url)
        assert alice.sign_in(ALICE, PASSWORDS[ALICE])
        assert alice.ask(f"/c/{CUSTOMER}/usage-to-cost?period=2026-10") == 200
        assert "11.11" in alice.body
        assert Visitor(url).ask("/readyz") == 200
    assert homes.run(empty, "audit", "verify").code == 0


@pytest.mark.deep
def test_keys_come_along_under_the_passphrase_alone(source: Path, kept: Path, place: Path, empty: Path) -> None:
    keys = {path.name: path.read_text() for path in (source / "keys").iterdir()}
    data = kept.read_bytes()
    assert [name for name, text in keys.items() if text.encode() in data] == []
    wrong = restore(empty, kept, typed="not the passphrase\n")
    assert (wrong.code, empty.exists()) == (7, False)
    assert wrong.err.startswith("The passphrase does not open the keys of this backup: nothing was restored.")
    assert restore(empty, kept).code == 0
    found = {path.name: path.read_text() for path in (empty / "keys").iterdir()}
    assert {name for name in keys if found[name] == keys[name]} == {"audit", "django"}
    without = place / "without"
    ran = restore(without, kept, "--without-keys", typed="")
    assert "New keys were made" in ran.out.decode()
    assert (without / "keys" / "audit").read_text() != keys["audit"]
    assert homes.run(without, "audit", "verify").code == 0


@pytest.mark.deep
def test_a_short_passphrase_or_none_makes_no_backup(source: Path, tmp_path: Path) -> None:
    for typed, code in (("short\n", 2), ("", 2)):
        ran = homes.run(source, "backup", tmp_path / "b", "--with-keys", typed=typed)
        assert (ran.code, "passphrase" in ran.err, list(tmp_path.iterdir())) == (code, True, [])


def test_every_altered_member_is_named(kept: Path, tmp_path: Path) -> None:
    """One byte in the middle of each."""
    data, bad = kept.read_bytes(), tmp_path / "bad"
    with tarfile.open(kept) as tar:
        spots = {m.name: m.offset_data + m.size // 2 for m in tar if m.size}
    assert len(spots) > 25
    for name, spot in spots.items():
        bad.write_bytes(data[:spot] + bytes([data[spot] ^ 1]) + data[spot + 1 :])
        with pytest.raises(Altered) as told:
            archive.read_manifest(bad)
        wanted = archive.MANIFEST if name == archive.SEAL else name
        assert f"The member {wanted} " in told.value.sentence, name


def test_a_backup_cut_anywhere_is_refused(kept: Path, tmp_path: Path) -> None:
    data, bad = kept.read_bytes(), tmp_path / "bad"
    end = data.rindex(b"ustar") + 700
    for length in [0, 1, 511, 512, 513, *range(1000, end, end // 40)]:
        bad.write_bytes(data[:length])
        with pytest.raises(Altered, match="cut"):
            archive.read_manifest(bad)


@pytest.mark.parametrize("name", ["../outside", "/outside", "lake/extra.parquet"])
def test_a_member_too_many_is_refused(kept: Path, tmp_path: Path, name: str) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(kept.read_bytes())
    with tarfile.open(bad, "a") as tar:
        tar.addfile(tarfile.TarInfo(name))
    with pytest.raises(Altered, match=name):
        archive.read_manifest(bad)


def test_a_home_that_is_not_empty_is_left_alone(kept: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "letter.txt").write_text("keep me")
    ran = restore(home, kept)
    assert (ran.code, ran.err.partition(":")[0]) == (2, f"{home} is not empty")
    assert [path.name for path in home.iterdir()] == ["letter.txt"]


def check_nothing_stays(home: Path, ran: Ran, sentence: str) -> None:
    assert sentence in ran.err, ran.err
    assert "Traceback" not in ran.err
    assert not home.exists()


def test_a_newer_schema_is_refused(kept: Path, tmp_path: Path, empty: Path) -> None:
    newer = rebuilt(kept, tmp_path / "newer", lambda m: m["migrations"].append(["publish", "0999_from_tomorrow"]))
    check_nothing_stays(empty, restore(empty, newer), "has publish 0999_from_tomorrow: nothing was restored")


@pytest.mark.parametrize(
    "what", ["rows", pytest.param("end", marks=pytest.mark.deep), pytest.param("file", marks=pytest.mark.deep)]
)
def test_what_fails_at_the_end_leaves_nothing(kept: Path, tmp_path: Path, empty: Path, what: str) -> None:
    """The backup's hashes are right and what it says is not: found after the database was loaded."""
    changes: dict[str, tuple[Callable[[dict[str, object]], None], str]] = {
        "rows": (lambda m: m["tables"]["publish_edition"].update(rows=7), "publish_edition received 1 rows of 7"),
        "end": (lambda m: m["end"].update(hash="0" * 64), "and not where the backup says"),
        "file": (dict, "which its database refers to"),
    }
    change, sentence = changes[what]
    bad = tmp_path / "bad"
    if what == "file":
        manifest = archive.read_manifest(kept)
        with archive.written(bad) as made:
            for name, chunks in archive.members(kept):
                if not name.startswith(("lake/daily", archive.MANIFEST, archive.SEAL)):
                    made.add(name, io.BytesIO(b"".join(chunks)))
            made.close({key: value for key, value in manifest.items() if key not in {"members", "format"}})
    else:
        rebuilt(kept, bad, change)
    empty.mkdir()
    empty.chmod(0o755)
    ran = restore(empty, bad)
    assert list(empty.iterdir()) == [], "an empty folder that was there stays, and stays empty"
    empty.rmdir()
    check_nothing_stays(empty, ran, sentence)


@pytest.mark.deep
def test_a_file_that_is_not_what_it_was_stops_the_backup(place: Path, tmp_path: Path) -> None:
    home = place / "rotten"
    homes.furnish(home, tmp_path)
    file = next((home / "lake" / "charges").rglob("*.parquet"))
    whole = file.read_bytes()
    for data, how in ((whole[:-1] + b"?", "is not the file that was written"), (None, "is missing")):
        file.unlink() if data is None else file.write_bytes(data)
        ran = homes.run(home, "backup", tmp_path / "b")
        assert ran.code == 6
        assert f"lake/{file.relative_to(home / 'lake')} {how}: nothing was backed up." in ran.err
        assert not (tmp_path / "b").exists()
    file.write_bytes(whole)
    assert homes.run(home, "backup", tmp_path / "b").code == 0
    again = homes.run(home, "backup", tmp_path / "b")
    assert (again.code, "choose another name" in again.err) == (2, True)


@pytest.mark.deep
def test_a_log_that_did_not_verify_does_not_after_a_restore(place: Path, tmp_path: Path, empty: Path) -> None:
    home = place / "tampered"
    homes.furnish(home, tmp_path)
    (home / "audit.head").unlink()
    made = homes.run(home, "backup", tmp_path / "b")
    assert (made.code, "did not verify" in made.out.decode()) == (0, True)
    done = restore(empty, tmp_path / "b", typed="")
    assert (done.code, "did not verify when the backup was made" in done.out.decode()) == (0, True)
    assert homes.run(empty, "audit", "verify").code == 6
    assert homes.run(empty, "audit", "renew", "--reason", "the file was lost with a disk").code == 0
    assert homes.run(empty, "audit", "verify").code == 0


@pytest.mark.deep
def test_a_restore_that_is_killed_leaves_a_home_that_says_so(kept: Path, empty: Path) -> None:
    for moment in ("postgres.id", "lake"):
        process = start(empty, "restore", kept, "--without-keys")
        wait_for(lambda: reached(empty, moment))  # noqa: B023 - asked before the next round
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        refused = homes.run(empty, "audit", "verify")
        assert (refused.code, "was cut short" in refused.err) == (2, True), moment
    assert restore(empty, kept, "--without-keys", typed="").code == 0
    assert homes.run(empty, "reconcile").code == 0


def reached(home: Path, moment: str) -> bool:
    """The server has its data folder; a file of the lake is there."""
    if not (home / "home.id").exists() or not (home / "home.id").read_text():
        return False
    if moment == "lake":
        return any((home / "lake").rglob("*.parquet"))
    return cluster_of(open_home({"CROSSFOOT_HOME": str(home), "CROSSFOOT_RESTORING": "1"})).data.exists()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
