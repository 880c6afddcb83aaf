"""A9: the logs tell what happened and nothing about anybody, on good days and when everything breaks."""

import json
import logging
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from crossfoot.core.errors import Unavailable
from crossfoot.runtime import logs
from crossfoot.runtime.cluster import cluster_of
from crossfoot.runtime.database import database_of
from crossfoot.runtime.home import Home, open_home
from crossfoot.web.errors import not_now
from tests.care import homes
from tests.care.canaries import ALICE, CUSTOMER, DANA, NAME, PASSWORDS, QUERY, WORDS, WRONG
from tests.care.visitor import Visitor

LEAKED = f"{ALICE} {PASSWORDS[ALICE]} {NAME}"


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Home]:
    """A home whose log this process writes; afterwards nothing does."""
    root, levels = logging.root.handlers[:], logging.root.level
    hooks = sys.excepthook, threading.excepthook
    home = open_home({"CROSSFOOT_HOME": str(tmp_path / "home")})
    logs.open_log(home, "web")
    yield home
    logging.root.handlers[0].close()
    logging.root.handlers[:] = root
    logging.root.setLevel(levels)
    logging.getLogger("crossfoot").setLevel(logging.NOTSET)
    sys.excepthook, threading.excepthook = hooks


def lines(home: Home, name: str = "web") -> list[dict[str, object]]:
    return [json.loads(line) for line in (home.logs / f"{name}.jsonl").read_text().splitlines()]


def leaks(*texts: str) -> list[str]:
    return [text for text in texts for word in WORDS if word.lower() in text.lower()]


def crash(request: HttpRequest, **_: str) -> HttpResponse:
    secret = LEAKED
    try:
        int(secret)
    except ValueError as error:
        raise RuntimeError(f"cannot go on with {secret}") from error
    return HttpResponse()


urlpatterns = [path("crash/<str:customer>", crash, name="crash")]


def test_a_view_that_crashes_leaves_its_trace_and_no_value(server: None, written: Home) -> None:
    with override_settings(ROOT_URLCONF=__name__):
        answer = Client(SERVER_NAME="localhost", raise_request_exception=False).get(f"/crash/{CUSTOMER}?q={QUERY}")
    assert answer.status_code == 500
    told, request = lines(written)
    assert told["event"] == "said by a library"
    assert told["words"] == "%s: %s"
    assert [one["type"] for one in told["exception"]] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert told["exception"][0]["trace"][-1].endswith(" crash")
    assert told["request"] == request["request"] == answer["X-Request-Id"]
    assert {key: request[key] for key in ("event", "method", "route", "status")} == {
        "event": "request",
        "method": "GET",
        "route": "crash",
        "status": 500,
    }
    assert leaks((written.logs / "web.jsonl").read_text()) == []


def test_what_a_library_says_is_left_out(written: Home) -> None:
    logging.getLogger("some.library").warning("%s is wrong", LEAKED)
    said = f"{LEAKED} is wrong"
    logging.getLogger("some.library").error(said, extra={"person": LEAKED})
    logging.getLogger("some.library").info("not even this")
    found = lines(written)
    assert [one["logger"] for one in found] == ["some.library"] * 2
    assert leaks((written.logs / "web.jsonl").read_text()) == []


def test_a_field_nobody_thought_about_is_not_written(written: Home) -> None:
    logs.get_log("crossfoot.test").info("request", route="home", email=ALICE, path=f"/c/{CUSTOMER}")
    assert set(lines(written)[0]) == {"event", "route", "level", "at"}


def test_an_outage_is_told_in_its_words_without_the_place(server: None, written: Home) -> None:
    """The operator has to read that the disk is full; a path of the lake names a customer."""
    full = Unavailable(f"The disk is full (/srv/lake/charges/{CUSTOMER}/2026-10): make room, then try again.")
    assert not_now(RequestFactory().get("/"), full).status_code == 503
    told = lines(written)[0]
    assert (told["event"], told["words"]) == ("outage", "The disk is full: make room, then try again.")
    assert leaks((written.logs / "web.jsonl").read_text()) == []


def test_a_thread_that_dies_is_told_without_what_it_held(written: Home) -> None:
    thread = threading.Thread(target=lambda: int(LEAKED))
    thread.start()
    thread.join()
    assert lines(written)[0]["exception"][0]["type"] == "builtins.ValueError"
    assert leaks((written.logs / "web.jsonl").read_text()) == []


def test_files_turn_by_size_are_private_and_are_kept_five_times(written: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    logging.root.handlers[0].maxBytes = 2000
    for number in range(200):
        logs.get_log("crossfoot.test").info("job", job=number)
    files = sorted(written.logs.iterdir())
    assert [file.name for file in files] == ["web.jsonl", *(f"web.jsonl.{n}" for n in range(1, 6))]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert all(file.stat().st_size <= 2000 for file in files)
    assert lines(written)[-1]["job"] == 199


def test_a_whole_day_of_the_portal_names_nobody(tmp_path: Path) -> None:
    with homes.folder() as folder:
        root = folder / "home"
        homes.furnish(root, tmp_path)
        home = open_home({"CROSSFOOT_HOME": str(root)})
        with homes.up(root) as url:
            secrets = spend_the_day(url, home)
        files = [*home.logs.iterdir(), cluster_of(home).log]
        assert {file.name for file in files} == {"web.jsonl", "worker.jsonl", "web.log", "worker.log", "log"}
        text = {file.name: file.read_text(errors="replace") for file in files}
        secrets |= {key.read_text() for key in home.keys.iterdir()} | {WRONG, QUERY}
        found = [
            (name, word) for name, said in text.items() for word in (*WORDS, *secrets) if word.lower() in said.lower()
        ]
        assert found == []
        check_that_the_logs_tell_what_happened(home)


def spend_the_day(url: str, home: Home) -> set[str]:
    """Sign-in, a wrong password, reports, refusals, jobs, an altered file, and a database that lost a table."""
    stranger, alice, dana = Visitor(url), Visitor(url), Visitor(url)
    assert not stranger.sign_in(ALICE, WRONG)
    assert alice.sign_in(ALICE, PASSWORDS[ALICE])
    assert dana.sign_in(DANA, PASSWORDS[DANA])
    report = f"/c/{CUSTOMER}/usage-to-cost"
    assert alice.ask(f"{report}?period=2026-10") == 200
    assert "11.11" in alice.body
    assert alice.ask(f"{report}.csv?period=2026-10") == 200
    assert alice.ask(f"{report}?period={QUERY}") in {404, 422}
    assert alice.ask(f"/c/{QUERY}/usage-to-cost") == 404
    assert alice.ask("/close") == 403
    assert dana.send("/close", "/close/publish", cycle="2026-10") == 200
    wait_for_jobs(home, "job_success", 1)
    owner = database_of(home, {}).owner_url
    for table in ("ingest_slice", "audit_entry"):
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
            try:
                if table == "ingest_slice":
                    assert dana.send("/close", "/close/publish", cycle="2026-10") in {200, 500}
                    wait_for_jobs(home, "job_error", 1)
                else:
                    assert alice.ask(f"{report}?period=2026-10") == 500
            finally:
                connection.execute(f"ALTER TABLE elsewhere RENAME TO {table}")
    for file in Path(home.lake).rglob("*.parquet"):
        file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert alice.ask(f"{report}?period=2026-10") == 503
    return stranger.secrets | alice.secrets | dana.secrets


def wait_for_jobs(home: Home, action: str, count: int) -> None:
    deadline = time.monotonic() + 30
    while sum(line.get("action") == action for line in lines(home, "worker")) < count:
        assert time.monotonic() < deadline, lines(home, "worker")
        time.sleep(0.1)


def check_that_the_logs_tell_what_happened(home: Home) -> None:
    requests = {(line["route"], line["status"]) for line in lines(home) if line["event"] == "request"}
    assert requests >= {
        ("account_login", 200),
        ("account_login", 302),
        ("report", 200),
        ("report-csv", 200),
        ("report", 404),
        ("close", 403),
        ("publish-again", 302),
        ("report", 500),
        ("report", 503),
    }
    errors = [error for line in lines(home) for error in line.get("exception", [])]
    assert ("psycopg.errors.UndefinedTable", "42P01") in {(error["type"], error.get("code")) for error in errors}
    jobs = [line for line in lines(home, "worker") if line["event"] == "job"]
    assert {"action": "job_success", "task": "crossfoot.jobs.tasks.publish_cycle", "cycle": "2026-10"}.items() <= next(
        job for job in jobs if job["action"] == "job_success"
    ).items()
    assert next(job for job in jobs if job["action"] == "job_error")["exception"]
