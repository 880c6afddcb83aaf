"""The whole way, from made-up bills to a page, as an ordinary user and as root, side by side, under a strict umask."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import forget
from tests.faults.running import environ, up
from tests.portal import PASSWORD
from tests.runtime.conftest import ORDINARY_USER, _as_user

TERMS = ("--customers", 2, "--months", "2026-10", "--rows", 60, "--seed", 3)


class Person:
    """Somebody at a terminal, with a home of the machine's own choosing below HOME."""

    def __init__(self, folder: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(folder, ORDINARY_USER)
        self.folder = folder
        self.env = {"HOME": str(folder), "CROSSFOOT_HOME": "", "PYTHONDONTWRITEBYTECODE": "1"}
        self.change = _as_user(ORDINARY_USER, environ(folder, **self.env))

    @property
    def home(self) -> Path:
        return self.folder / ".local" / "share" / "crossfoot"

    def crossfoot(self, *words: object, typed: str = "") -> str:
        argv = [*self.change, sys.executable, "-m", "crossfoot.cli.main", *(str(word) for word in words)]
        env = environ(self.folder, **self.env)
        done = subprocess.run(
            argv, env=env, input=typed, capture_output=True, text=True, timeout=120, check=False, umask=0o077, cwd="/"
        )
        assert (done.returncode, done.stderr) == (0, ""), (words, done)
        return done.stdout


def closed_to_others(home: Path) -> bool:
    """But for what PostgreSQL's own user may have to read, behind the closed door of the home."""
    found = [home, *(path for path in home.rglob("*") if path.name != "pg_hba.conf" and not path.is_symlink())]
    return all(path.lstat().st_mode & 0o077 == 0 for path in found)


def test_an_ordinary_user_goes_the_whole_way_beside_another_portal(folder: Path) -> None:
    (folder / "person").mkdir()
    person, bills, second = Person(folder / "person"), folder / "person" / "bills", folder / "second"
    person.crossfoot("simulate", bills, *TERMS)
    person.crossfoot("customers", "import", bills / "customers.csv")
    options = ("--role", "reseller-finance", "--password-stdin")
    person.crossfoot("users", "add", "dana@example.com", *options, typed=PASSWORD)
    person.crossfoot("prices", "import", bills / "prices.csv")
    person.crossfoot("prices", "approve", "all", "--as", "dana@example.com")
    person.crossfoot("ingest", bills)
    person.crossfoot("publish")
    told = person.crossfoot("report", "usage-to-cost", "--as", "dana@example.com", "--customer", "C0001")
    total = json.loads(told)["totals"][0]["billed_cost"]
    assert closed_to_others(person.home)

    with up(person.home, person.change, **person.env) as one, up(second) as two:
        one.sign_in("dana", PASSWORD)
        assert (one.total("dana"), two.ask("/login").status) == (total, 200)
        assert one.stop(signal.SIGINT) < 5
        assert two.ask("/login").status == 200
        assert two.stop() < 5
    forget(second)


@pytest.mark.root
def test_roots_database_is_another_users_and_its_home_is_closed(folder: Path) -> None:
    home = folder / "home"
    with up(home) as portal:
        owner = {name: Path(f"/proc/{pid}").stat().st_uid for name, pid in portal.pids().items()}
        assert owner.pop("postgres") != 0
        assert set(owner.values()) == {0}
        assert closed_to_others(home)
        assert portal.stop() < 5
    forget(home)
