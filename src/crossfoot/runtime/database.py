"""The addresses of the database, and a running server behind them.

In: a home and `DATABASE_URL`. Out: `Database`, two addresses: the owner's for migrations, the application's for all
else. With `DATABASE_URL` its user is the owner and nothing is started.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from crossfoot.runtime import postgres
from crossfoot.runtime.address import check_database_url
from crossfoot.runtime.cluster import cluster_of
from crossfoot.runtime.home import Home
from crossfoot.runtime.roles import APP, DATABASE, OWNER, bootstrap_embedded, bootstrap_external


@dataclass(frozen=True)
class Database:
    """What a process needs to connect: libpq addresses, which hold passwords and are never printed."""

    owner_url: str
    app_url: str


def database_of(home: Home, environ: Mapping[str, str] = os.environ) -> Database:
    """The home's addresses, whether or not the server runs."""
    password = home.secret(APP)
    if external := environ.get("DATABASE_URL"):
        check_database_url(external)
        return Database(external, _as_login(external, APP, password))
    cluster = cluster_of(home)
    return Database(cluster.url(OWNER, home.secret(OWNER), DATABASE), cluster.url(APP, password, DATABASE))


@contextmanager
def connected(home: Home, environ: Mapping[str, str] = os.environ) -> Iterator[Database]:
    """A database that runs and knows our logins, for as long as we are inside; any number of processes at once."""
    database = database_of(home, environ)
    if environ.get("DATABASE_URL"):
        bootstrap_external(database.owner_url, database.app_url, home.secret(APP))
        yield database
        return
    with postgres.serving(home):
        bootstrap_embedded(postgres.superuser_url(home), home.secret(OWNER), home.secret(APP))
        yield database


def revive(home: Home, environ: Mapping[str, str] = os.environ) -> None:
    """Inside `connected`, now and then: start the embedded server again if it was killed together with its keeper."""
    if not environ.get("DATABASE_URL"):
        postgres.revive(home)


def _as_login(url: str, user: str, password: str) -> str:
    """The same server and database with another login."""
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    options = [(key, value) for key, value in parse_qsl(parts.query) if key not in {"user", "password"}]
    login = f"{quote(user)}:{quote(password, safe='')}@{address}"
    return urlunsplit((parts.scheme, login, parts.path, urlencode(options), ""))
