"""What can be looked at without a database: the home, the disk, the front end, the versions."""

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import psycopg

import crossfoot
from crossfoot.runtime.binaries import wheel_version
from crossfoot.runtime.database import Database
from crossfoot.runtime.home import Home

LEAST_FREE = 1 << 30
OLDEST = 14  # the oldest PostgreSQL that is still looked after
FRONT_END = ("app.js", "app.css")


@dataclass(frozen=True)
class Check:
    """One line: what was found, or what is wrong and what to do."""

    name: str
    found: str = ""
    wrong: str = ""

    @property
    def is_ok(self) -> bool:
        """True when there is nothing to do."""
        return not self.wrong

    @property
    def sentence(self) -> str:
        """What is to be read, on one line whatever a server said."""
        return " ".join((self.wrong or self.found).split())

    def as_json(self) -> dict[str, object]:
        """The check for `--json`."""
        return {"check": self.name, "ok": self.is_ok, "sentence": self.sentence}


def check_home(home: Home) -> Check:
    """Nobody else may look into it, and we may write."""
    for path in (home.root, home.keys, *sorted(home.keys.iterdir())):
        others = path.stat().st_mode & 0o077
        if others:
            return Check("home", wrong=f"{path} is open to other users of the machine: run  chmod go-rwx {path}")
    closed = [p for p in (home.root, home.landed, home.accepted, home.tmp, home.logs) if not os.access(p, os.W_OK)]
    if closed:
        return Check("home", wrong=f"{closed[0]} cannot be written: give it back to the user who runs Crossfoot.")
    return Check("home", f"{home.root}, private")


def check_room(home: Home) -> Check:
    """Room for the next month on the disks of home and lake."""
    for path in (home.root, Path(home.lake)):
        if path.exists() and (free := shutil.disk_usage(path).free) < LEAST_FREE:
            sentence = f"The disk of {path} has {free >> 20} MiB left: make room, or move the home to a larger one."
            return Check("room", wrong=sentence)
    return Check("room", f"{shutil.disk_usage(home.root).free >> 20} MiB free")


def check_database(database: Database) -> Check:
    """Reachable with the application's own login, and of a version that is looked after."""
    where = "DATABASE_URL" if "DATABASE_URL" in os.environ else "embedded"
    with psycopg.connect(database.app_url, connect_timeout=10) as app:
        number = app.info.server_version
    version = f"{number // 10000}.{number % 10000}"
    if number // 10000 < OLDEST:
        return Check("database", wrong=f"PostgreSQL {version} ({where}) is too old: it has to be {OLDEST} or newer.")
    return Check("database", f"PostgreSQL {version}, {where}")


def check_front_end() -> Check:
    """Pages without style and scripts can be read, and nobody wants to."""
    folder = Path(crossfoot.__file__).parent / "web" / "static" / "dist"
    missing = [name for name in FRONT_END if not (folder / name).is_file()]
    if missing:
        return Check("front end", wrong=f"{missing[0]} is not built: run `make env`, or install the package again.")
    return Check("front end", "built")


def check_versions() -> Check:
    """For whoever asks for help."""
    parts = {"Python": platform.python_version(), "DuckDB": duckdb.__version__}
    if "DATABASE_URL" not in os.environ:
        parts["PostgreSQL of this installation"] = wheel_version()
    return Check("versions", ", ".join(f"{name} {number}" for name, number in parts.items()) + f" on {sys.platform}")
