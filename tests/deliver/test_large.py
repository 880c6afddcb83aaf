"""Files too large for a request: asked for, made by the worker, fetched by whom they are for as long as they may."""

import csv
import io
import json
import os
import stat
from datetime import timedelta

import pytest

from crossfoot.access.rls import as_staff
from crossfoot.access.scope import scope_for
from crossfoot.access.tokens import revoke_token
from crossfoot.core.clock import now
from crossfoot.core.errors import CrossfootError, Unavailable
from crossfoot.core.roles import Role
from crossfoot.deliver import large
from crossfoot.deliver.formats import FORMATS
from crossfoot.deliver.models import Export, ExportJob
from crossfoot.jobs import worker
from tests.api.asking import ask as program
from tests.api.asking import token_for
from tests.deliver.shop import ASKED, MISSING, ROWS, TOO_MANY, acts, ask, fetch, jobs, page, work
from tests.portal import Portal, line
from tests.web.test_acts import work_once


@pytest.mark.parametrize("fmt", FORMATS, ids=lambda fmt: fmt.key)
def test_a_large_file_is_the_file_that_a_request_would_have_made(shop: Portal, monkeypatch, fmt) -> None:
    client = shop.client_for(shop.alice)
    asked = ASKED.replace(".csv", fmt.suffix)
    job = ask(client, asked)
    assert "waits for its turn" in page(client)
    assert client.get("/exports").headers["Refresh"] == "2"
    assert fetch(client, job)[0] == MISSING

    work_once()

    shown = page(client)
    assert f'href="/exports/{job.id}"' in shown
    assert "Refresh" not in client.get("/exports").headers
    status, data = fetch(client, job)
    [done] = jobs()
    assert (status, done.state, done.rows, done.rows_done, done.size) == (200, "done", ROWS, ROWS, len(data))
    answer = client.get(f"/exports/{job.id}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="charges--{done.result}{fmt.suffix}"'
    answer.close()
    [path] = shop.home.exports.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with as_staff():
        assert Export.objects.filter(sha256=done.sha256, result=done.result).count() == 1
    assert (acts("export:asked"), acts("report:exported"), acts("export:fetched")) == (1, 1, 2)
    monkeypatch.setattr(large, "AT_ONCE", 200_000)
    as_of = dict(map(tuple, done.question))["as_of"]
    at_once = client.get(f"{asked}&as_of={as_of}")
    assert b"".join(at_once.streaming_content) == data
    at_once.close()


def test_asking_again_makes_no_second_file(shop: Portal) -> None:
    client = shop.client_for(shop.alice)
    first = ask(client)
    assert ask(client).id == first.id
    work(shop)
    assert ask(client).id == first.id
    assert len(jobs()) == 1


def test_what_is_fetched_is_what_was_on_the_screen_also_after_a_correction(shop: Portal) -> None:
    client = shop.client_for(shop.alice)
    job = ask(client)
    more = [line("acct-a1", f"2026-10-{n:02d}", f"{n}.00") for n in range(1, ROWS + 3)]
    shop.ingest(shop.bill("customerUsageV2_202610_20261021.tar.gz", more))
    shop.publish()
    work(shop)
    rows = list(csv.reader(io.StringIO(fetch(client, job)[1].decode("utf-8-sig"))))
    assert len(rows) == 1 + ROWS


def test_a_third_file_waits_for_one_of_two(shop: Portal) -> None:
    client = shop.client_for(shop.alice)
    for suffix in ("csv", "json"):
        ask(client, f"/c/C0001/charges.{suffix}?period=2026-10")
    answer = client.get("/c/C0001/charges.xlsx?period=2026-10")
    assert (answer.status_code, len(jobs())) == (TOO_MANY, 2)
    assert "2 of your files are still being made: wait until one is finished" in answer.content.decode()
    ask(shop.client_for(shop.dana))  # somebody else's are not counted
    work(shop)
    ask(client, "/c/C0001/charges.xlsx?period=2026-10")


def test_a_program_is_told_where_its_file_will_be(shop: Portal) -> None:
    client = shop.client_for(shop.alice)
    answer = client.get("/api/v1/reports/charges?period=2026-10")
    assert answer.status_code == 202
    made = answer.json()["export"]
    assert (made["state"], made["address"]) == ("waiting", f"/api/v1/exports/{made['id']}")
    assert client.get(made["address"]).json()["state"] == "waiting"
    work_once()
    assert fetch(client, jobs()[0])[0] == 200
    assert client.get("/api/v1/exports").json()["large"][0]["state"] == "done"
    fetched = client.get(made["address"])
    assert b"".join(fetched.streaming_content) == fetch(client, jobs()[0])[1]
    fetched.close()


def test_a_large_file_of_a_token_is_no_wider_than_the_token(shop: Portal) -> None:
    """Ada's token is narrowed to one project: its file has that project's lines, and only the token is given it."""
    ada = shop.person("ada", Role.CUSTOMER_ADMIN, "C0001")
    narrow, other = (token_for(ada, **kept) for kept in ({"projects": ["red"]}, {}))
    lines = [
        line("acct-a1", f"2026-10-{n:02d}", f"{n}.00", enterprise_project_id="red" if n > 1 else "blue")
        for n in range(1, ROWS + 10)
    ]
    shop.ingest(shop.bill("customerUsageV2_202610_20261029.tar.gz", lines))
    shop.publish()
    asked = program(narrow, "/api/v1/reports/charges?period=2026-10")
    assert asked.status == 202
    address = json.loads(asked.text)["export"]["address"]
    work_once()
    rows = json.loads(program(narrow, address).text)["rows"]
    assert {row["project"] for row in rows} == {"red"}
    assert len(rows) == ROWS + 8
    assert program(other, address).status == shop.client_for(ada).get(address).status_code == MISSING
    revoke_token(scope_for(ada), narrow.split("_")[1])
    assert program(narrow, address).status == 401


def test_a_worker_that_is_killed_leaves_nothing_and_the_next_begins_anew(shop: Portal) -> None:
    client = shop.client_for(shop.alice)
    job = ask(client)
    with as_staff():  # as it stands when its worker was killed half way
        ExportJob.objects.filter(id=job.id).update(state="running", rows_done=7)
    (shop.home.exports / f"{job.id}--half.csv").write_bytes(b"half")
    assert fetch(client, job)[0] == MISSING
    assert "7 of 12 rows written" in page(client)
    work_once()
    status, data = fetch(client, job)
    assert (status, data.count(b"\r\n")) == (200, 1 + ROWS)


def test_a_job_that_comes_twice_is_done_once(shop: Portal) -> None:
    job = ask(shop.client_for(shop.alice))
    large.make_export(job.id, shop.home)
    large.make_export(job.id, shop.home)
    assert (len(list(shop.home.exports.iterdir())), acts("report:exported")) == (1, 1)


def test_a_refusal_is_told_on_the_page(shop: Portal) -> None:
    client = shop.client_for(shop.alice)
    job = ask(client)
    with as_staff():
        ExportJob.objects.filter(id=job.id).update(report="no-such-report")
    work_once()
    assert "There is no report &#x27;no-such-report&#x27;" in page(client)
    assert ask(client).id != job.id  # one can ask again


def test_a_full_disk_is_waited_for_and_our_own_bug_is_told_as_such(shop: Portal, monkeypatch) -> None:
    job = ask(shop.client_for(shop.alice))

    def full(*_: object) -> None:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(large, "write_file", full)
        with pytest.raises(CrossfootError):
            large.make_export(job.id, shop.home)
    assert jobs()[0].state == "waiting"
    with monkeypatch.context() as patch:
        patch.setattr(large, "write_file", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            large.make_export(job.id, shop.home)
    assert (jobs()[0].state, jobs()[0].sentence) == ("failed", large.OUR_FAULT)


def test_progress_is_told_while_rows_are_written(shop: Portal, monkeypatch) -> None:
    monkeypatch.setattr(large, "TOLD_SECONDS", -1)
    told = []
    move_on = large._move
    monkeypatch.setattr(large, "_move", lambda job, state, **found: told.append(found) or move_on(job, state, **found))
    large.make_export(ask(shop.client_for(shop.alice)).id, shop.home)
    assert [found["rows_done"] for found in told] == [0, ROWS, ROWS]


def test_what_is_older_than_thirty_days_goes_and_what_was_lost_is_told(shop: Portal) -> None:
    client = shop.client_for(shop.alice)
    old = ask(client)
    work(shop)
    lost = ask(client, "/c/C0001/charges.json?period=2026-10")
    [path] = shop.home.exports.iterdir()
    with as_staff():
        ExportJob.objects.filter(id=lost.id).update(touched_at=now() - timedelta(days=2))
    assert large.sweep_exports(shop.home) == 0
    assert {job.id: job.state for job in jobs()} == {old.id: "done", lost.id: "failed"}
    with as_staff():
        ExportJob.objects.filter(id=old.id).update(made_at=now() - timedelta(days=31))
    past = (now() - timedelta(days=31)).timestamp()
    os.utime(path, (past, past))
    assert large.sweep_exports(shop.home) == 1
    assert [job.id for job in jobs()] == [lost.id]
    assert fetch(client, old)[0] == MISSING
    with as_staff():
        assert Export.objects.count() == 1  # what was handed out can still be verified


def test_every_queue_that_a_task_waits_in_has_a_worker() -> None:
    from procrastinate.contrib.django import app

    taken = [queue for queues, _ in worker.QUEUES for queue in queues]
    asked = {task.queue for task in app.tasks.values() if task.name.startswith("crossfoot.")}
    assert sorted(taken) == sorted(asked)
    assert dict(worker.QUEUES)[("exports",)] == 2
