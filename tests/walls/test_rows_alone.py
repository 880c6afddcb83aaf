"""Wall 2 in PostgreSQL with wall 1 taken away: the queries have no filter, and the policies alone decide."""

import threading

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import Model

from crossfoot.access import rls
from crossfoot.access.models import Customer
from crossfoot.access.scope import Scope
from crossfoot.core.walls import Wall
from crossfoot.publish import plan as planning
from crossfoot.publish.models import Edition, EditionTotal
from tests.portal import Portal
from tests.walls.answers import scope_of
from tests.walls.house import ALPHA, BETA, BOTH, GAMMA, NAMES

OWNED = [m for m in rls.our_models() if rls.wall_of(m) is Wall.CUSTOMER]
STAFF_ONLY = [m for m in rls.our_models() if rls.wall_of(m) is Wall.STAFF]


def column_of(model: type[Model]) -> str:
    return getattr(model, "wall_column", "customer_id")


@pytest.mark.parametrize("model", OWNED, ids=lambda m: m.__name__)
def test_a_query_without_a_filter_gives_ones_own_rows(house: Portal, model: type[Model]) -> None:
    for user, customer in ((house.alice, ALPHA), (house.charlie, BETA), (house.person("gus", "", GAMMA), GAMMA)):
        with rls.as_scope(scope_of(user)):
            shared = {""} if getattr(model, "wall_shares_blank", False) else set()
            assert set(model.objects.values_list(column_of(model), flat=True)) == {customer} | shared


@pytest.mark.parametrize("model", OWNED, ids=lambda m: m.__name__)
def test_a_query_for_the_other_customer_gives_nothing(house: Portal, model: type[Model]) -> None:
    for other in (BETA, GAMMA):
        with rls.as_scope(scope_of(house.alice)):
            assert not model.objects.filter(**{column_of(model): other}).exists()


@pytest.mark.parametrize("model", OWNED, ids=lambda m: m.__name__)
def test_without_the_setting_there_is_nothing(house: Portal, model: type[Model]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {rls.CUSTOMER}")
        held = set(model.objects.values_list(column_of(model), flat=True))
        assert held == ({""} if getattr(model, "wall_shares_blank", False) else set())
        transaction.set_rollback(True)


@pytest.mark.parametrize("model", [*OWNED, *STAFF_ONLY], ids=lambda m: m.__name__)
def test_after_the_transaction_the_login_may_not_even_ask(house: Portal, model: type[Model]) -> None:
    with rls.as_scope(scope_of(house.alice)):
        Edition.objects.count()
    with rls.as_staff():
        Edition.objects.count()
    with pytest.raises(DatabaseError, match="permission denied"):
        model.objects.count()


@pytest.mark.parametrize("model", STAFF_ONLY, ids=lambda m: m.__name__)
def test_a_customer_may_not_even_ask_for_what_is_the_resellers(house: Portal, model: type[Model]) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), rls.as_scope(scope_of(house.alice)):
        model.objects.count()


@pytest.mark.parametrize("act", ["INSERT", "UPDATE", "DELETE", "TRUNCATE", "LOCK"])
@pytest.mark.parametrize("model", OWNED, ids=lambda m: m.__name__)
def test_a_customer_changes_nothing(house: Portal, model: type[Model], act: str) -> None:
    table, column = model._meta.db_table, column_of(model)
    statements = {
        "INSERT": f"INSERT INTO {table} SELECT * FROM {table}",
        "UPDATE": f"UPDATE {table} SET {column} = '{ALPHA}'",
        "DELETE": f"DELETE FROM {table}",
        "TRUNCATE": f"TRUNCATE {table} CASCADE",
        "LOCK": f"LOCK TABLE {table} IN EXCLUSIVE MODE",
    }
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        rls.as_scope(scope_of(house.alice)),
        connection.cursor() as cursor,
    ):
        cursor.execute(statements[act])


def test_the_plan_of_another_customer_is_empty_under_ones_own_rows(house: Portal, monkeypatch) -> None:
    """Even a scope that lies about its customer: the setting, not the filter, is what PostgreSQL believes."""
    period = house.table("charges", house.alice, period=BOTH).question.period
    lying = scope_of(house.charlie)
    mine = scope_of(house.alice)
    monkeypatch.setattr(planning, "as_scope", lambda _: rls.as_scope(mine))
    assert planning.plan(lying, period, None) == ()
    assert planning.list_cycles(lying) == []


def test_joins_reach_no_further_than_rows(house: Portal) -> None:
    with rls.as_scope(scope_of(house.alice)), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT f.customer_id FROM publish_edition e FULL JOIN publish_editionfile f ON true")
        assert cursor.fetchall() == [(ALPHA,)]
        assert {t.edition.customer_id for t in EditionTotal.objects.select_related("edition")} == {ALPHA}
        assert set(Customer.objects.values_list("accountowner__account_id", flat=True)) == {"acct-a1", "acct-a2"}


def test_counts_and_statistics_of_the_server_do_not_tell(house: Portal) -> None:
    """`pg_stats` keeps most common values; it must stay shut where a policy stands."""
    with rls.as_staff(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM publish_edition")
    with rls.as_scope(scope_of(house.alice)), connection.cursor() as cursor:
        tables = tuple(m._meta.db_table for m in [*OWNED, *STAFF_ONLY])
        cursor.execute("SELECT count(*) FROM pg_stats WHERE tablename = ANY(%s)", [list(tables)])
        assert cursor.fetchone() == (0,)


def test_a_scope_within_a_scope_gives_back_what_the_outer_one_had(house: Portal) -> None:
    alice, charlie = scope_of(house.alice), scope_of(house.charlie)
    with transaction.atomic():
        for outer, inner in ((alice, charlie), (alice, alice), (charlie, scope_of(house.dana))):
            with rls.as_scope(outer):
                with rls.as_scope(inner):
                    assert Customer.objects.count() == (3 if inner.is_reseller else 1)
                    with rls.as_staff():
                        assert Customer.objects.count() == 3
                    assert Customer.objects.count() == (3 if inner.is_reseller else 1)
                assert [c.id for c in Customer.objects.all()] == [outer.customer]
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                Customer.objects.count()
    with pytest.raises(DatabaseError, match="permission denied"):
        Customer.objects.count()


def test_an_error_in_the_inner_scope_leaves_the_outer_one_as_narrow_as_it_was(house: Portal) -> None:
    alice = scope_of(house.alice)
    with rls.as_scope(alice):
        with pytest.raises(DatabaseError), rls.as_staff():
            Customer.objects.filter(name="\x00").count()
        assert [c.id for c in Customer.objects.all()] == [ALPHA]
        for inner in (rls.as_staff(), rls.as_scope(alice), rls.as_scope(alice)):
            with pytest.raises(ZeroDivisionError), inner:
                raise ZeroDivisionError
            assert [c.id for c in Customer.objects.all()] == [ALPHA]


def test_a_lost_connection_leaves_no_role_behind(house: Portal) -> None:
    """The next transaction of this thread has a new connection and must take its role anew."""
    with pytest.raises(DatabaseError), rls.as_staff(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.close()
    with rls.as_scope(scope_of(house.alice)):
        assert [c.id for c in Customer.objects.all()] == [ALPHA]
    with pytest.raises(DatabaseError, match="permission denied"):
        Customer.objects.count()


def test_two_threads_hold_their_own_roles(house: Portal) -> None:
    seen: dict[str, list[str]] = {}
    both = threading.Barrier(2)

    def look(name: str, scope: Scope) -> None:
        with rls.as_scope(scope):
            both.wait(10)
            seen[name] = [c.id for c in Customer.objects.order_by("id")]
            both.wait(10)
        connections.close_all()

    scopes = {"alice": scope_of(house.alice), "dana": scope_of(house.dana)}
    threads = [threading.Thread(target=look, args=pair) for pair in scopes.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {"alice": [ALPHA], "dana": sorted(NAMES)}


def test_an_error_within_a_scope_leaves_nothing_open(house: Portal) -> None:
    with pytest.raises(ZeroDivisionError), rls.as_staff():
        raise ZeroDivisionError
    with pytest.raises(DatabaseError, match="permission denied"):
        Customer.objects.count()
    with rls.as_scope(scope_of(house.alice)):
        with pytest.raises(ZeroDivisionError), rls.as_staff():
            raise ZeroDivisionError
        assert {c.id for c in Customer.objects.all()} == {ALPHA}  # the savepoint gave the outer role back


@pytest.mark.parametrize("model", OWNED, ids=lambda m: m.__name__)
def test_the_reseller_reads_all(house: Portal, model: type[Model]) -> None:
    """And so the tests above had something to find."""
    with rls.as_scope(scope_of(house.dana)):
        assert set(model.objects.values_list(column_of(model), flat=True)) >= set(NAMES)
