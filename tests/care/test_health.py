"""What a watchdog is told: the truth about the database, the schema and the worker, and nothing about anybody."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections
from django.test import Client

from crossfoot.access.rls import as_staff
from crossfoot.audit.models import Entry
from tests.portal import Portal

WHOLE = {"status": "ready", "database": "ok", "schema": "ok", "worker": "ok"}


def ask(client: Client, address: str) -> tuple[int, dict[str, str]]:
    response = client.get(address)
    assert response["Cache-Control"] == "private, no-store"
    assert not response.cookies
    return response.status_code, response.json()


def owner(*statements: str) -> None:
    with connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def worker(portal: Portal) -> Iterator[None]:
    """One whose heart beat just now."""
    owner("DELETE FROM procrastinate_workers", "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    yield
    owner("DELETE FROM procrastinate_workers")


@contextmanager
def database_away() -> Iterator[None]:
    """Its socket is somewhere else."""
    connection.close()
    options = connection.settings_dict["OPTIONS"]
    host, options["host"] = options["host"], "/nonexistent"
    try:
        yield
    finally:
        connection.close()
        options["host"] = host


def test_the_process_lives_whatever_the_database_does(portal: Portal) -> None:
    client = portal.client_for(portal.dana)  # a browser's cookie must not make it ask
    asked: list[str] = []
    with connection.execute_wrapper(lambda run, sql, *rest: (asked.append(sql), run(sql, *rest))[1]):
        assert ask(client, "/healthz") == (200, {"status": "alive"})
    assert asked == []
    with database_away():
        assert ask(client, "/healthz") == (200, {"status": "alive"})


def test_ready_when_all_is_there(portal: Portal, worker: None) -> None:
    assert ask(portal.client_for(None), "/readyz") == (200, WHOLE)


def test_without_a_worker_pages_are_served_and_it_is_said(portal: Portal, worker: None) -> None:
    owner("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '61 seconds'")
    assert ask(portal.client_for(None), "/readyz") == (200, WHOLE | {"worker": "not seen for 60 s"})


def test_not_ready_while_the_database_is_away_and_ready_again_after(portal: Portal, worker: None) -> None:
    with database_away():
        gone = {"status": "not ready", "database": "not there", "schema": "not there", "worker": "not there"}
        assert ask(portal.client_for(None), "/readyz") == (503, gone)
    assert ask(portal.client_for(None), "/readyz") == (200, WHOLE)


@pytest.mark.parametrize(
    ("breaks", "mends"),
    [
        (
            "UPDATE django_migrations SET name = 'x' || name WHERE app = 'publish'",
            "UPDATE django_migrations SET name = substr(name, 2) WHERE app = 'publish'",
        ),
        (
            "COMMENT ON TABLE django_migrations IS 'older'",
            "",
        ),
    ],
)
def test_not_ready_on_the_schema_of_another_version(portal: Portal, worker: None, breaks: str, mends: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT obj_description('django_migrations'::regclass)")
        mends = mends or f"COMMENT ON TABLE django_migrations IS '{cursor.fetchone()[0]}'"
    owner(breaks)
    try:
        status, found = ask(portal.client_for(None), "/readyz")
    finally:
        owner(mends)
    assert (status, found["schema"]) == (503, "not the one of this version")
    assert ask(portal.client_for(None), "/readyz") == (200, WHOLE)


def test_a_watchdog_leaves_no_trace_in_the_log(portal: Portal, worker: None) -> None:
    for address in ("/healthz", "/readyz"):
        assert portal.client_for(None).post(address).status_code in {403, 405}
        ask(portal.client_for(None), address)
    with as_staff():
        assert Entry.objects.count() == 0
