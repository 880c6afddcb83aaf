"""Addresses and the paper that the environment names, read once and refused in a sentence where they make no sense."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from crossfoot.core.errors import CrossfootError

DATABASE_FORM = "postgresql://user:password@host:5432/database"
PAPERS = {"a4": "a4", "letter": "us-letter"}
PUBLIC_FORM = "https://portal.example"


def public_url(environ: Mapping[str, str]) -> str:
    """Where people find the pages: CROSSFOOT_URL, without a slash at its end."""
    text = environ.get("CROSSFOOT_URL") or "http://127.0.0.1:8000"
    try:
        parts = urlsplit(text.rstrip("/"))
        sound = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
        extra = parts.path or parts.query or parts.fragment or "@" in parts.netloc or any(c.isspace() for c in text)
    except ValueError:
        sound, extra = False, ""
    if not sound or extra:
        msg = f"CROSSFOOT_URL is not understood: write where people find the pages and nothing else, as {PUBLIC_FORM}."
        raise CrossfootError(msg)
    return text.rstrip("/")


def paper_size(environ: Mapping[str, str]) -> str:
    """What PDFs are printed on, as typst calls it: CROSSFOOT_PAPER, `A4` or `Letter`."""
    text = environ.get("CROSSFOOT_PAPER") or "A4"
    if text.lower() not in PAPERS:
        raise CrossfootError("CROSSFOOT_PAPER is not understood: write A4 or Letter.")
    return PAPERS[text.lower()]


def check_database_url(url: str) -> None:
    """Refuse a DATABASE_URL that libpq cannot read or that names no database. The text is not repeated: it is secret."""
    try:
        found = conninfo_to_dict(url)
        parts = urlsplit(url)
        stray = parts.fragment or "@" in parts.path + parts.query  # of a password that is not written as it should be
        named = parts.scheme in {"postgres", "postgresql"} and found.get("dbname") and not stray
        for port in str(found.get("port") or 5432).split(","):
            named = named and 0 < int(port) < 2**16
    except (ProgrammingError, ValueError):
        named = False
    if not named:
        msg = (
            f"DATABASE_URL is not understood: write {DATABASE_FORM}, and in a password write @ : / ? # % as %40 %3A "
            "%2F %3F %23 %25."
        )
        raise CrossfootError(msg)
