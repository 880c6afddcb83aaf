"""The second wall: PostgreSQL roles and row-level security. The only place that sets a role or the customer's name.

A web process signs in as `crossfoot_app`, which may touch only the door's tables. Everything else happens inside a
transaction that takes the role `crossfoot_customer` (policies on every table) or `crossfoot_staff`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from crossfoot.core.ids import sha256_hex
from crossfoot.core.walls import Wall

if TYPE_CHECKING:
    from crossfoot.access.scope import Scope

CUSTOMER, STAFF, APP = "crossfoot_customer", "crossfoot_staff", "crossfoot_app"
SETTING = "crossfoot.customer"
# `set_config('role', …, true)` is SET LOCAL ROLE: role and customer last as long as the transaction, in one statement.
ASKED = f"(SELECT current_setting('{SETTING}', true))"  # in a sub-select it is read once, not for every row
NOBODY = ("none", "")
TAKE = f"SELECT set_config('role', %s, true), set_config('{SETTING}', %s, true)"
# The library's own tables, by the wall behind which they stand.
FOREIGN_DOOR = ("django_session", "account_emailaddress", "account_emailconfirmation", "django_migrations")


@contextmanager
def as_scope(scope: "Scope") -> Iterator[None]:
    """Read and record as this scope: a customer's own person sees rows of that customer only."""
    with _as_role(STAFF if scope.is_reseller else CUSTOMER, scope.customer):
        yield


@contextmanager
def as_staff() -> Iterator[None]:
    """Work for the reseller: commands and the worker."""
    with _as_role(STAFF, ""):
        yield


@contextmanager
def as_of_now() -> Iterator[None]:
    """One instant of the whole database for as long as we are inside; nothing can be written."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def _as_role(role: str, customer: str) -> Iterator[None]:
    wanted = (role, "" if role == STAFF else customer)  # the policies of the staff's role ask for no customer
    held: tuple[str, str] | None = getattr(connection, "crossfoot_role", None)
    if held == wanted and connection.in_atomic_block:
        yield
        return
    # The transaction of an outer block goes on after this one: it gets back what it had.
    outer = held or (NOBODY if connection.in_atomic_block else None)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE, wanted)
        connection.crossfoot_role = wanted  # type: ignore[attr-defined]  # what this connection's transaction holds
        try:
            yield
            if outer:
                cursor.execute(TAKE, outer)
        finally:
            connection.crossfoot_role = held  # type: ignore[attr-defined]


def wall_of(model: type[Model]) -> Wall:
    """The wall a model of ours declares."""
    wall = getattr(model, "wall", None)
    if not isinstance(wall, Wall):
        msg = f"{model.__name__} does not say behind which wall it stands"
        raise TypeError(msg)
    return wall


def our_models() -> list[type[Model]]:
    """Every model of Crossfoot, each with a wall."""
    return [m for m in apps.get_models() if m.__module__.startswith("crossfoot.")]


def is_installed(owner: BaseDatabaseWrapper) -> bool:
    """True when grants and policies are those of this code: a wall may change without a migration."""
    with owner.cursor() as cursor:
        cursor.execute("SELECT obj_description('django_migrations'::regclass)")
        row = cursor.fetchone()
    return bool(row) and row[0] == _fingerprint()


def _fingerprint() -> str:
    return sha256_hex("\n".join(s for model in our_models() for s in _statements(model)).encode())


def install(owner: BaseDatabaseWrapper) -> None:
    """Grant each role what its wall allows and write the policies. Idempotent; runs as the owner after migrations."""
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        for role in (CUSTOMER, STAFF, APP):
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
            cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        for table in FOREIGN_DOOR:
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")
        for model in our_models():
            for statement in _statements(model):
                cursor.execute(statement)
        for role in (APP, STAFF):  # the job queue: a page defers, the worker takes
            cursor.execute(_QUEUE.replace("ROLENAME", role))
        cursor.execute(f"COMMENT ON TABLE django_migrations IS '{_fingerprint()}'")


_QUEUE = """
DO $$ DECLARE t regclass; BEGIN
  FOR t IN SELECT oid::regclass FROM pg_class WHERE starts_with(relname, 'procrastinate_') AND relkind = 'r' LOOP
    EXECUTE 'GRANT SELECT, INSERT, UPDATE, DELETE ON ' || t || ' TO ROLENAME';
  END LOOP;
  FOR t IN SELECT oid::regclass FROM pg_class WHERE starts_with(relname, 'procrastinate_') AND relkind = 'S' LOOP
    EXECUTE 'GRANT USAGE ON SEQUENCE ' || t || ' TO ROLENAME';
  END LOOP;
END $$"""


def _statements(model: type[Model]) -> list[str]:
    table, wall = model._meta.db_table, wall_of(model)  # noqa: SLF001 - Django's documented way to the table name
    if wall is Wall.DOOR:
        return [f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}, {STAFF}"]
    if wall is Wall.LOG:
        return [f"GRANT INSERT ON {table} TO {APP}, {CUSTOMER}, {STAFF}", f"GRANT SELECT ON {table} TO {STAFF}"]
    if wall is Wall.SEALED:
        return [f"GRANT SELECT, INSERT ON {table} TO {STAFF}"]
    if wall is Wall.STAFF:
        return [f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {STAFF}"]
    column = getattr(model, "wall_column", "customer_id")
    inserts = getattr(model, "customer_inserts", False)
    shared = f" OR {column} = ''" if getattr(model, "wall_shares_blank", False) else ""
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"GRANT SELECT{', INSERT' if inserts else ''} ON {table} TO {CUSTOMER}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {STAFF}",
        f"DROP POLICY IF EXISTS own ON {table}",
        f"DROP POLICY IF EXISTS staff ON {table}",
        f"CREATE POLICY own ON {table} TO {CUSTOMER} USING ({column} = {ASKED}{shared})",
        f"CREATE POLICY staff ON {table} TO {STAFF} USING (true)",
    ]
