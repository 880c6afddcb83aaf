"""The roles in PostgreSQL, made where they are missing; every run after the first changes nothing.

`crossfoot_owner` owns the database and migrates it. `crossfoot_app` may log in, owns nothing and inherits nothing:
each transaction takes one of the groups `crossfoot_customer` and `crossfoot_staff`, whose rights the migrations grant.
"""

import psycopg
from psycopg import sql

from crossfoot.core.errors import CrossfootError
from crossfoot.runtime.outage import first_line

DATABASE = "crossfoot"
OWNER = "crossfoot_owner"
APP = "crossfoot_app"
GROUPS = ("crossfoot_customer", "crossfoot_staff")
LOCK = 5025  # any number of our own: two processes bootstrap one after the other
PER_MEMBERSHIP = 160000  # the server version from which INHERIT and SET belong to a membership

Connection = psycopg.Connection[tuple[object, ...]]


def bootstrap_embedded(superuser_url: str, owner_password: str, app_password: str) -> None:
    """As superuser: the owner, its database, and the application's roles."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        _wait_for_turn(connection)
        if not _has_role(connection, OWNER):
            _run(connection, "CREATE ROLE {} LOGIN CREATEDB PASSWORD {}", OWNER, password=owner_password)
        if not _finds(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
            _run(connection, "CREATE DATABASE {} OWNER {}", DATABASE, OWNER)
        if _finds(connection, "SELECT 1 FROM pg_database WHERE datname = %s AND datacl IS NULL", DATABASE):
            _run(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", DATABASE)
        _make_app_roles(connection, DATABASE, app_password)


def bootstrap_external(owner_url: str, app_url: str, app_password: str) -> None:
    """As the owner that DATABASE_URL names: the application's roles."""
    with _connected(owner_url) as connection:
        _wait_for_turn(connection)
        _check_owner(connection)
        try:
            _make_app_roles(connection, connection.info.dbname, app_password)
            if not _opens(app_url):  # the role is older than this home, whose password counts
                _run(connection, "ALTER ROLE {} PASSWORD {}", APP, password=app_password)
        except psycopg.errors.InsufficientPrivilege as problem:
            raise CrossfootError(_missing_right(connection)) from problem
    _connected(app_url).close()


def _make_app_roles(connection: Connection, database: str, app_password: str) -> None:
    if not _has_role(connection, APP):
        _run(connection, "CREATE ROLE {} LOGIN NOINHERIT PASSWORD {}", APP, password=app_password)
    for group in GROUPS:
        if not _has_role(connection, group):
            _run(connection, "CREATE ROLE {} NOLOGIN", group)
        if not _is_member(connection, APP, group):
            how = " WITH INHERIT FALSE, SET TRUE" if connection.info.server_version >= PER_MEMBERSHIP else ""
            _run(connection, "GRANT {} TO {}" + how, group, APP)
    if not _finds(connection, "SELECT 1 WHERE has_database_privilege(%s, %s, 'CONNECT')", APP, database):
        _run(connection, "GRANT CONNECT ON DATABASE {} TO {}", database, APP)


def _check_owner(connection: Connection) -> None:
    """The owner makes tables in the schema public: say so at once and not in the middle of the migrations."""
    if _finds(connection, "SELECT 1 WHERE current_setting('transaction_read_only') = 'on'"):
        msg = (
            f"The user {connection.info.user} of DATABASE_URL may only read the database {connection.info.dbname}: "
            "name a server that is no standby and a user whose default_transaction_read_only is off."
        )
        raise CrossfootError(msg)
    if not _finds(connection, "SELECT 1 WHERE current_setting('server_encoding') = 'UTF8'"):
        msg = (
            f"The database {connection.info.dbname} of DATABASE_URL does not keep text as UTF-8: let an administrator "
            "run  CREATE DATABASE crossfoot ENCODING 'UTF8' TEMPLATE template0;  and name that one."
        )
        raise CrossfootError(msg)
    if _finds(connection, "SELECT 1 WHERE has_schema_privilege(current_user, 'public', 'CREATE')"):
        return
    user, name = connection.info.user, connection.info.dbname
    msg = (
        f"The user {user} of DATABASE_URL may not make tables in the database {name}: "
        f'let an administrator run  ALTER DATABASE "{name}" OWNER TO "{user}";'
    )
    raise CrossfootError(msg)


def _missing_right(connection: Connection) -> str:
    user, name = connection.info.user, connection.info.dbname
    return (
        f"The user {user} of DATABASE_URL lacks a right to make the roles {APP}, {', '.join(GROUPS)}: "
        f'let an administrator run  ALTER ROLE "{user}" CREATEROLE; ALTER DATABASE "{name}" OWNER TO "{user}"; '
        "and, if another user made those roles, drop them first."
    )


def _connected(url: str) -> Connection:
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as problem:
        msg = (
            f"The server in DATABASE_URL does not let us in ({first_line(problem)}): check that it runs, and its "
            "address, user, password and database."
        )
        raise CrossfootError(msg) from problem


def _opens(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


def _wait_for_turn(connection: Connection) -> None:
    connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])


def _has_role(connection: Connection, name: str) -> bool:
    return _finds(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", name)


def _is_member(connection: Connection, member: str, group: str) -> bool:
    query = "SELECT 1 FROM pg_auth_members WHERE roleid = %s::regrole AND member = %s::regrole"
    return _finds(connection, query, group, member)


def _finds(connection: Connection, query: str, *values: str) -> bool:
    return connection.execute(query, values).fetchone() is not None


def _run(connection: Connection, statement: str, *names: str, password: str = "") -> None:
    """Run a statement with names, and a password where one stands last (utility statements take no parameters)."""
    words: list[sql.Composable] = [sql.Identifier(name) for name in names]
    if password:
        words.append(sql.Literal(password))
    connection.execute(sql.SQL(statement).format(*words))
