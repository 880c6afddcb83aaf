"""Who may touch which table, as PostgreSQL itself answers, against what each model's wall declares."""

import pytest
from django.apps import apps
from django.db import connections
from django.db.models import Model

from crossfoot.access import rls
from crossfoot.core.walls import Wall
from crossfoot.support.models import KnownIssue, ServiceName
from tests.portal import Portal

OWNER = "crossfoot_owner"
ROLES = (rls.CUSTOMER, rls.STAFF, rls.APP, "public")
ACTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
READ, ADD, WRITE = ("SELECT",), ("INSERT",), ("SELECT", "INSERT", "UPDATE", "DELETE")
# A table changes its wall here and in its model, or not at all.
WALLS = {
    "access.Customer": Wall.CUSTOMER,
    "access.AccountOwner": Wall.CUSTOMER,
    "access.User": Wall.DOOR,
    "access.Grant": Wall.DOOR,
    "access.ApiToken": Wall.DOOR,
    "audit.Entry": Wall.LOG,
    "audit.Seal": Wall.SEALED,
    "audit.Head": Wall.STAFF,
    "ingest.Batch": Wall.STAFF,
    "ingest.Fetched": Wall.STAFF,
    "ingest.SavedMap": Wall.STAFF,
    "ingest.Slice": Wall.STAFF,
    "ingest.Upload": Wall.STAFF,
    "ingest.BatchFinding": Wall.STAFF,
    "pricing.PriceRule": Wall.STAFF,
    "billing.LegalEntity": Wall.STAFF,
    "billing.Document": Wall.CUSTOMER,
    "billing.DocumentLine": Wall.CUSTOMER,
    "billing.Void": Wall.CUSTOMER,
    "billing.Payment": Wall.CUSTOMER,
    "billing.Allocation": Wall.CUSTOMER,
    "publish.Publication": Wall.STAFF,
    "publish.Edition": Wall.CUSTOMER,
    "publish.EditionFile": Wall.CUSTOMER,
    "publish.EditionTotal": Wall.CUSTOMER,
    "publish.BuyEdition": Wall.STAFF,
    "publish.MonthState": Wall.STAFF,
    "publish.Acceptance": Wall.SEALED,
    "support.KnownIssue": Wall.CUSTOMER,
    "support.SavedView": Wall.CUSTOMER,
    "support.ServiceName": Wall.CUSTOMER,
    "support.Visit": Wall.CUSTOMER,
    "deliver.Export": Wall.CUSTOMER,
    "deliver.ExportJob": Wall.CUSTOMER,
}
GRANTS = {
    Wall.DOOR: {rls.APP: WRITE, rls.STAFF: WRITE},
    Wall.CUSTOMER: {rls.CUSTOMER: READ, rls.STAFF: WRITE},
    Wall.STAFF: {rls.STAFF: WRITE},
    Wall.LOG: {rls.CUSTOMER: ADD, rls.STAFF: (*READ, *ADD), rls.APP: ADD},
    Wall.SEALED: {rls.STAFF: (*READ, *ADD)},
}
# Tables of the libraries. Django's own permissions are not used, so nobody may read them.
LIBRARIES = {table: {rls.APP: WRITE} for table in rls.FOREIGN_DOOR}
QUEUE = {rls.APP: WRITE, rls.STAFF: WRITE}


def ask(statement: str, *values: object) -> list[tuple]:
    """As the owner of the tables."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def granted(table: str) -> dict[str, tuple[str, ...]]:
    """What each role may do with a table, through whatever way it got there, columns included."""
    found = {}
    for role in ROLES:
        acts = ask(
            "SELECT act FROM unnest(%s::text[]) WITH ORDINALITY a(act, n) WHERE has_table_privilege(%s, %s, act) "
            "OR (act <> ALL(%s::text[]) AND has_any_column_privilege(%s, %s, act)) ORDER BY n",
            *(list(ACTS), role, table, ["DELETE", "TRUNCATE", "TRIGGER"], role, table),
        )
        if acts:
            found[role] = tuple(act for (act,) in acts)
    return found


def test_every_model_declares_the_wall_that_is_written_down_here(server: None) -> None:
    assert {m._meta.label: rls.wall_of(m) for m in rls.our_models()} == WALLS


def test_a_model_without_a_wall_is_refused() -> None:
    class Bare(Model):  # noqa: DJ008 - never stored
        class Meta:
            app_label = "access"
            managed = False

    del apps.all_models["access"]["bare"]
    with pytest.raises(TypeError, match="does not say behind which wall"):
        rls.wall_of(Bare)


@pytest.mark.parametrize("label", WALLS)
def test_the_grants_are_what_the_wall_declares(server: None, label: str) -> None:
    assert granted(apps.get_model(label)._meta.db_table) == GRANTS[WALLS[label]]


def test_tables_that_are_not_ours_are_shut_but_for_the_door_and_the_queue(server: None) -> None:
    ours = {m._meta.db_table for m in rls.our_models()}
    kinds = ["r", "p", "v", "m", "f"]
    for (table,) in ask(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = ANY(%s)", kinds
    ):
        if table in ours:
            continue
        expected = QUEUE if table.startswith("procrastinate_") else LIBRARIES.get(table, {})
        assert granted(table) == expected, table


def test_every_customers_table_has_its_two_policies_and_no_other_has_any(server: None) -> None:
    owned = {m._meta.db_table: m for m in rls.our_models() if rls.wall_of(m) is Wall.CUSTOMER}
    found = ask("SELECT tablename::text, policyname::text, roles::text[], cmd, permissive, qual FROM pg_policies")
    policies = {(table, name): rest for table, name, *rest in found}
    assert set(policies) == {(table, name) for table in owned for name in ("own", "staff")}
    for table, model in owned.items():
        column = getattr(model, "wall_column", "customer_id")
        own = f"(({column})::text = ( SELECT current_setting('{rls.SETTING}'::text, true) AS current_setting))"
        if model in {KnownIssue, ServiceName}:  # the only rows that everybody shares
            own = f"({own} OR (({column})::text = ''::text))"
        assert policies[table, "own"] == [[rls.CUSTOMER], "ALL", "PERMISSIVE", own]
        assert policies[table, "staff"] == [[rls.STAFF], "ALL", "PERMISSIVE", "true"]


def test_row_security_is_on_and_forced_where_rows_belong_to_customers(server: None) -> None:
    for model in rls.our_models():
        [state] = ask(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", model._meta.db_table
        )
        assert state == ((True, True) if rls.wall_of(model) is Wall.CUSTOMER else (False, False)), model.__name__


def test_the_roles_own_nothing_and_are_nothing_special(server: None) -> None:
    columns = "rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolinherit, rolcanlogin"
    found = {name: rest for name, *rest in ask(f"SELECT rolname::text, {columns} FROM pg_roles")}
    nothing = [False] * 5
    assert found[rls.APP] == [*nothing, False, True]
    assert found[rls.CUSTOMER] == found[rls.STAFF] == [*nothing, True, False]
    assert found[OWNER][4] is False  # even the owner is under the policies
    ours = [rls.APP, rls.CUSTOMER, rls.STAFF]
    assert ask("SELECT relname FROM pg_class WHERE relowner::regrole::text = ANY(%s)", ours) == []
    assert ask("SELECT proname FROM pg_proc WHERE proowner::regrole::text = ANY(%s)", ours) == []


def test_the_login_may_become_a_customer_or_staff_and_nobody_else(server: None) -> None:
    found = ask(
        "SELECT member::regrole::text, roleid::regrole::text, inherit_option, admin_option FROM pg_auth_members "
        "WHERE member::regrole::text = ANY(%s) ORDER BY 2",
        [rls.APP, rls.CUSTOMER, rls.STAFF],
    )
    assert found == [(rls.APP, rls.CUSTOMER, False, False), (rls.APP, rls.STAFF, False, False)]


def test_nobody_but_the_owner_makes_things(server: None) -> None:
    for role in ROLES:
        assert ask("SELECT has_schema_privilege(%s, 'public', 'CREATE')", role) == [(False,)], role
        assert ask("SELECT has_database_privilege(%s, current_database(), 'CREATE')", role) == [(False,)], role
        assert ask("SELECT has_database_privilege(%s, current_database(), 'TEMP')", role) == [(False,)], role


def test_no_function_lends_its_owners_rights(server: None) -> None:
    assert ask("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace") == []
    assert (
        ask("SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace") == []
    )


def test_sequences_are_shut_but_for_the_queue(server: None) -> None:
    open_ = ask(
        "SELECT DISTINCT relname::text FROM pg_class, unnest(%s::text[]) role, unnest(array['USAGE', 'SELECT', 'UPDATE']) act "
        "WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace AND has_sequence_privilege(role, oid, act)",
        list(ROLES),
    )
    assert [name for (name,) in open_ if not name.startswith("procrastinate_")] == []


def test_raising_the_walls_again_changes_nothing(server: None) -> None:
    tables = [m._meta.db_table for m in rls.our_models()]
    before = [granted(t) for t in tables]
    rls.install(connections["owner"])
    assert [granted(t) for t in tables] == before


def test_the_login_reads_no_customers_table_without_a_role(house: Portal) -> None:
    """The default connection is the one that every request starts with."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT current_user::text, session_user::text")
        assert cursor.fetchone() == (rls.APP, rls.APP)
    for label, wall in WALLS.items():
        if wall is not Wall.DOOR:
            assert "SELECT" not in granted(apps.get_model(label)._meta.db_table).get(rls.APP, ()), label
