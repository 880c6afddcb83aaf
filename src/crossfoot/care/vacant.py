"""A home that is being restored: empty when it begins, whole when it is done, and nothing in between stays.

A file `restoring` stands in the home from the first step to the last, locked by the process at work; every other
command refuses such a home. After a kill the file is still there, unlocked, and the next restore starts over. In a
database of one's own a table with the same random word marks what may be removed again.
"""

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg import sql

from crossfoot.core.errors import BadRequest, Busy
from crossfoot.runtime import postgres
from crossfoot.runtime.database import database_of
from crossfoot.runtime.files import fsync_folder
from crossfoot.runtime.home import ENTERING, PRIVATE, RESTORING, Home, home_folder, open_home

STOP_SECONDS = 30
MARK = "crossfoot_restoring"
DROP = """
DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT oid::regclass AS name FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') LOOP
    EXECUTE 'DROP TABLE IF EXISTS ' || found.name || ' CASCADE';
  END LOOP;
  FOR found IN SELECT oid::regprocedure AS name FROM pg_proc p
      WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole LOOP
    EXECUTE 'DROP FUNCTION IF EXISTS ' || found.name || ' CASCADE';
  END LOOP;
  FOR found IN SELECT oid::regtype AS name FROM pg_type WHERE typnamespace = 'public'::regnamespace
      AND typtype IN ('e', 'c') AND typowner = current_user::regrole LOOP
    EXECUTE 'DROP TYPE IF EXISTS ' || found.name || ' CASCADE';
  END LOOP;
END $$
"""


@contextmanager
def vacant_home() -> Iterator[Home]:
    """The home that the environment names, empty; whatever ends the block badly leaves it empty again.

    Raises:
        BadRequest: something is in it.
    """
    root = home_folder()
    was_there = root.exists()
    lock = _begin(root)
    os.environ[ENTERING] = "1"
    try:
        home = open_home()
        try:
            _clear(home)
            home = open_home()
            _take_lake(home)
            yield home
        except BaseException:
            _clear(home)
            (root / RESTORING).unlink(missing_ok=True)
            if not was_there:
                root.rmdir()
            raise
    finally:
        del os.environ[ENTERING]
        os.close(lock)


def mark_database(home: Home) -> None:
    """In a database of one's own: refuse one that holds anything, and mark what we are about to make."""
    if "DATABASE_URL" not in os.environ:
        return
    with psycopg.connect(database_of(home).owner_url, autocommit=True) as owner:
        query = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r','p','v')"
        row = owner.execute(query).fetchone()
        if row and row[0]:
            raise BadRequest("The database in DATABASE_URL holds tables already: name an empty one.")
        owner.execute(sql.SQL("CREATE TABLE {} (word text)").format(sql.Identifier(MARK)))
        owner.execute(sql.SQL("INSERT INTO {} VALUES (%s)").format(sql.Identifier(MARK)), [_word(home.root)])


def release(home: Home) -> None:
    """All is there: other commands may come in."""
    (Path(home.lake) / RESTORING).unlink()
    (home.root / RESTORING).unlink()
    fsync_folder(home.root)
    if "DATABASE_URL" in os.environ:
        with psycopg.connect(database_of(home).owner_url, autocommit=True) as owner:
            owner.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(MARK)))


def _begin(root: Path) -> int:
    """Stand in the home with a lock that ends with us; what a killed restore left is taken over."""
    mark = root / RESTORING
    if root.exists() and not mark.exists() and any(root.iterdir()):
        raise BadRequest(f"{root} is not empty: name an empty or a new folder in CROSSFOOT_HOME to restore into.")
    root.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    lock = os.open(mark, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Busy(f"Another restore into {root} is at work.") from None
    if not mark.read_text():
        os.write(lock, secrets.token_hex(16).encode())
        os.fsync(lock)
    return lock


def _clear(home: Home) -> None:
    """Remove everything that a restore has put somewhere, but the mark."""
    if "DATABASE_URL" in os.environ:
        _drop_what_is_marked(home)
    else:
        _erase_server(home)
    note = Path(home.lake) / RESTORING
    if note.exists() and note.read_text() == _word(home.root):
        _empty(note.parent)
        note.unlink()
    _empty(home.root)


def _empty(folder: Path) -> None:
    for child in folder.iterdir():
        if child != folder / RESTORING:
            shutil.rmtree(child) if child.is_dir() and not child.is_symlink() else child.unlink()


def _take_lake(home: Home) -> None:
    """CROSSFOOT_LAKE may name a folder elsewhere: that too has to be empty, and is marked."""
    if any(Path(home.lake).iterdir()):
        raise BadRequest(f"The lake {home.lake} is not empty: name an empty or a new folder in CROSSFOOT_LAKE.")
    (Path(home.lake) / RESTORING).write_text(_word(home.root))


def _drop_what_is_marked(home: Home) -> None:
    with psycopg.connect(database_of(home).owner_url, autocommit=True) as owner:
        row = None
        with suppress(psycopg.errors.UndefinedTable):
            row = owner.execute(sql.SQL("SELECT word FROM {}").format(sql.Identifier(MARK))).fetchone()
        if row and row[0] == _word(home.root):
            owner.execute(DROP)


def _erase_server(home: Home) -> None:
    """The server ends a moment after its last user."""
    deadline = time.monotonic() + STOP_SECONDS
    while postgres.is_alive(home) and time.monotonic() < deadline:
        time.sleep(0.05)
    postgres.erase(home)


def _word(root: Path) -> str:
    return (root / RESTORING).read_text()
