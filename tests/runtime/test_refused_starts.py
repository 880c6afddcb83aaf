"""A machine that does not let us start: one sentence on stderr with the way out, exit code 2, and nothing left running."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crossfoot.core.errors import CrossfootError
from crossfoot.runtime import postgres
from crossfoot.runtime.address import paper_size, public_url
from crossfoot.runtime.cluster import cluster_of
from crossfoot.runtime.home import Home, open_home
from tests.cli.command import Run, runner
from tests.faults.distribution import Server, server
from tests.faults.running import environ
from tests.runtime.conftest import ORDINARY_USER, _as_user, eventually

Refused = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    return runner(monkeypatch, capfdbinary)


@pytest.fixture
def refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> Refused:
    """`refused(home, "up", "--port", 1, DATABASE_URL=...)`: the sentence; the command ends before Django is set up."""

    def refuse(home: Path, *words: object, **env: str) -> str:
        with monkeypatch.context() as patch:
            for name, value in {"CROSSFOOT_HOME": str(home), **env}.items():
                patch.setenv(name, value)
            ran = run(*words)
        assert (ran.code, ran.out) == (2, b""), ran
        return one_sentence(ran.err)

    return refuse


def one_sentence(said: str) -> str:
    [sentence] = said.splitlines()
    assert "Traceback" not in sentence
    assert sentence.endswith((".", ";"))
    return sentence


def as_user(home: Path, *words: object, user: str = ORDINARY_USER) -> str:
    """The sentence that an ordinary user reads."""
    env = environ(home, PYTHONDONTWRITEBYTECODE="1")
    argv = [*_as_user(user, env), sys.executable, "-m", "crossfoot.cli.main", *(str(word) for word in words)]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, ""), done
    return one_sentence(done.stderr)


@pytest.mark.parametrize("port", [0, -1, 65536, 99999999])
def test_a_port_that_is_none(refused: Refused, tmp_path: Path, port: int) -> None:
    assert refused(tmp_path, "up", "--port", port) == (
        f"There is no port {port}: choose one from 1 to 65535 with --port."
    )


def test_a_port_that_is_taken(refused: Refused, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for command in ("up", "demo"):
            assert refused(tmp_path, command, "--port", port) == f"Port {port} is in use: choose another with --port."
    assert list(tmp_path.iterdir()) == [], "nothing was made"


@pytest.mark.privileged
def test_a_port_for_root_only(folder: Path) -> None:
    assert as_user(folder / "home", "up", "--port", 81) == "Port 81 is for root only: choose another with --port."


def test_a_home_that_may_only_be_read(folder: Path) -> None:
    home = folder / "home"
    home.mkdir(mode=0o555)
    if os.geteuid() == 0:
        shutil.chown(home, ORDINARY_USER)
    said = as_user(home, "publish")
    assert said == f"{home} cannot be used (Permission denied: {home}/landed): name another folder in CROSSFOOT_HOME."


@pytest.mark.mounts
def test_a_home_on_a_disk_that_may_only_be_read(refused: Refused, folder: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", folder], check=True)
    try:
        assert refused(folder / "home", "publish") == (
            f"{folder}/home cannot be used (Read-only file system: {folder}/home): name another folder in CROSSFOOT_HOME."
        )
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.mounts
def test_a_home_on_a_disk_without_room_for_a_database(folder: Path) -> None:
    """An ordinary user has the database in the home; five megabytes are not enough for one."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=5m,mode=0777", "tmpfs", folder], check=True)
    try:
        said = as_user(folder / "home", "publish")
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
    assert said.startswith(f"PostgreSQL could not make its data folder {folder}/home/postgres/data")
    assert "No space left on device" in said
    assert "free some space" in said


def test_the_database_of_another_major_version(refused: Refused, kept_home: Home) -> None:
    with postgres.serving(kept_home):
        pass
    version = cluster_of(kept_home).data / "PG_VERSION"
    own = version.read_text()
    version.write_text("15\n")
    try:
        for words in (("publish",), ("up", "--port", 8999)):
            said = refused(kept_home.root, *words)
            assert "was made by PostgreSQL 15 and this installation brings 18: make a backup" in said
    finally:
        version.write_text(own)
    eventually(lambda: not postgres.is_alive(kept_home))


def test_a_lake_that_is_gone_is_not_made_anew(refused: Refused, tmp_path: Path) -> None:
    lake = tmp_path / "mounted" / "lake"
    env = {"CROSSFOOT_HOME": str(tmp_path / "home"), "CROSSFOOT_LAKE": str(lake)}
    assert open_home(env).lake == str(lake)
    shutil.rmtree(tmp_path / "mounted")
    for words in (("publish",), ("up", "--port", 8999), ("report", "charges", "--as", "a@b.example")):
        assert refused(tmp_path / "home", *words, CROSSFOOT_LAKE=str(lake)) == (
            f"The folder of the published files {lake} is gone: mount or restore it, or name it in CROSSFOOT_LAKE."
        )
    assert not lake.exists()


@pytest.mark.parametrize(
    "text",
    ["portal", "portal.example", "ftp://portal.example", "https://", "https://a b", "http://a:b@portal.example",
     "http://127.0.0.1:port", "http://127.0.0.1:99999", "https://portal.example/finance", "https://portal.example?x=1"],
)  # fmt: skip
def test_an_address_of_the_pages_that_makes_no_sense(text: str) -> None:
    with pytest.raises(CrossfootError, match=r"^CROSSFOOT_URL is not understood: .* as https://portal.example\.$"):
        public_url({"CROSSFOOT_URL": text})


def test_an_address_of_the_pages_that_does() -> None:
    for text in ("https://portal.example", "http://127.0.0.1:8000", "http://[::1]:8000", "https://portal.example:8443"):
        assert public_url({"CROSSFOOT_URL": text}) == public_url({"CROSSFOOT_URL": text + "/"}) == text
    assert public_url({}) == public_url({"CROSSFOOT_URL": ""}) == "http://127.0.0.1:8000"


def test_paper_is_a4_or_letter_and_nothing_else() -> None:
    found = [paper_size({"CROSSFOOT_PAPER": text}) for text in ("", "A4", "a4", "Letter", "LETTER")]
    assert found == ["a4", "a4", "a4", "us-letter", "us-letter"]
    assert paper_size({}) == "a4"
    with pytest.raises(CrossfootError, match=r"^CROSSFOOT_PAPER is not understood: write A4 or Letter\.$"):
        paper_size({"CROSSFOOT_PAPER": "A3"})


def test_a_command_says_so_too(kept_home: Home) -> None:
    argv = [sys.executable, "-m", "crossfoot.cli.main", "publish"]
    env = environ(kept_home.root, CROSSFOOT_URL="portal")
    done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert one_sentence(done.stderr).startswith("CROSSFOOT_URL is not understood")
    eventually(lambda: not postgres.is_alive(kept_home))


@pytest.fixture(scope="module")
def other() -> Iterator[Server]:
    with server() as found:
        yield found


def test_a_server_that_does_not_let_us_in(refused: Refused, other: Server, tmp_path: Path) -> None:
    good = other.database("shown")
    for url, says in (
        (good.replace(str(other.port), "1"), "Connection refused"),
        (good.replace("s3cret@", "wr0ng@"), "password authentication failed"),
        (other.url("shown", "nothing"), 'database "nothing" does not exist'),
        (good.replace("127.0.0.1", "nowhere.invalid"), "nowhere.invalid"),
    ):
        said = refused(tmp_path, "publish", DATABASE_URL=url)
        assert said.startswith("The server in DATABASE_URL does not let us in (")
        assert says in said
        assert said.endswith("check that it runs, and its address, user, password and database.")
        assert "s3cret" not in said
        assert "wr0ng" not in said


@pytest.mark.parametrize(
    "url",
    ["postgresql://", "postgresql://u:s3cret@h:port/d", "s3cret", "mysql://u:s3cret@h/d", "postgresql://u:s3cret@h",
     "postgresql://u:s3cret@h/d?colour=red", "postgresql://u:s3cret@h:70000/d", "postgresql://u:s3#cret@h/d"],
)  # fmt: skip
def test_a_database_url_that_makes_no_sense(refused: Refused, tmp_path: Path, url: str) -> None:
    said = refused(tmp_path, "publish", DATABASE_URL=url)
    assert said.startswith("DATABASE_URL is not understood: write postgresql://user:password@host:5432/database")
    assert "cret" not in said


def test_a_user_who_may_only_read(refused: Refused, other: Server, tmp_path: Path) -> None:
    url = other.database("reads")
    other.run("ALTER ROLE reads SET default_transaction_read_only = on")
    assert "a user whose default_transaction_read_only is off." in refused(tmp_path, "publish", DATABASE_URL=url)


def test_a_database_that_cannot_hold_every_name(refused: Refused, other: Server, tmp_path: Path) -> None:
    url = other.database("latin", "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    assert "ENCODING 'UTF8'" in refused(tmp_path, "publish", DATABASE_URL=url)
