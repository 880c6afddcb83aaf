"""What the machine refuses, told in a sentence: a disk that is full or fails, a database that went away.

In: an error as it was raised. Out: `Unavailable` with the way out, or None where the fault is ours. Python, DuckDB,
PostgreSQL and Django each have their own words for it, so that it is known here alone.
"""

import errno
import os
from collections.abc import Iterator

from crossfoot.core.errors import Unavailable

STANDS = "what was done before it stands"
DISK = {
    errno.ENOSPC: f"A disk is full{{}}: free some space and do the same again; {STANDS}.",
    errno.EDQUOT: f"The quota of the disk is used up{{}}: free some space and do the same again; {STANDS}.",
    errno.EFBIG: f"A file grew larger than this process may write{{}}: raise its limit and do the same again; {STANDS}.",
    errno.EROFS: f"A disk may only be read{{}}: make it writable and do the same again; {STANDS}.",
    errno.EIO: f"A disk does not take or give what it should{{}}: look after it, then do the same again; {STANDS}.",
    errno.EACCES: f"This user may not use a file or folder{{}}: change its owner or mode and do the same again; {STANDS}.",
}
SPILLED = "max_temp_directory_size"  # DuckDB's limit is what the disk has free
FULL_DATABASE = f"The disk of the database is full: free some space and do the same again; {STANDS}."
READ_ONLY_DATABASE = "The database may only be read: let DATABASE_URL name a server and a user that may write."


def find_outage(error: BaseException) -> Unavailable | None:
    """The sentence for an error that came from the machine."""
    for link in _chain(error):
        if isinstance(link, Unavailable):
            return link
        if isinstance(link, OSError) and link.errno in DISK:
            return _told(link.errno, str(link.filename or ""))
        library = type(link).__module__.partition(".")[0]
        if library in {"duckdb", "_duckdb"} and (found := find_in_words(str(link))):
            return found
        if library == "psycopg" and (found := _of_postgres(link)):
            return found
    return None


def find_in_words(text: str) -> Unavailable | None:
    """The sentence for what a library or another process wrote about the disk."""
    if SPILLED in text:
        return _told(errno.ENOSPC, "")
    return next((_told(number, "") for number in DISK if os.strerror(number) in text), None)


def _told(number: int, where: str) -> Unavailable:
    return Unavailable(DISK[number].format(f" ({where})" if where else ""))


def _of_postgres(error: BaseException) -> Unavailable | None:
    import psycopg  # noqa: PLC0415 - it raised this; the process that reads bills has no use for it

    if isinstance(error, psycopg.errors.DiskFull):
        return Unavailable(FULL_DATABASE)
    if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
        return Unavailable(READ_ONLY_DATABASE)
    went_away = (psycopg.errors.AdminShutdown, psycopg.errors.CrashShutdown, psycopg.errors.CannotConnectNow)
    lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and error.sqlstate is None
    if lost or isinstance(error, (*went_away, psycopg.errors.TooManyConnections)):
        return Unavailable(f"The database cannot be reached just now ({first_line(error)}): try again; {STANDS}.")
    return None


def first_line(error: BaseException) -> str:
    """What a server or libpq said, on one line and without a stop."""
    return " ".join(str(error).split()).rstrip(".")[:300]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and those of which it is a translation."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
