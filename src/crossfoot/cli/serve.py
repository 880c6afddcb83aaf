"""Commands that stay: `up` runs database, worker and web; `demo` loads a reseller through the real path first."""

import asyncio
import os
import sys
import threading
import time
from pathlib import Path
from typing import Annotated

import typer
from procrastinate import App

from crossfoot.cli.say import say
from crossfoot.cli.session import portal, start_django
from crossfoot.core.errors import CrossfootError
from crossfoot.runtime.database import revive
from crossfoot.runtime.home import Home, open_home
from crossfoot.runtime.logs import get_log, open_log, trim
from crossfoot.runtime.supervisor import Child, Supervisor, check_port_free, wait_until_served

Port = Annotated[int, typer.Option(help="The port of the pages, on this machine only.")]
THREADS = 8
LOG = get_log(__name__)
START_SECONDS = 60


def up(port: Port = 8000) -> None:
    """Run the portal until Ctrl-C: database, worker and web."""
    check_port_free(port)
    with portal() as home:
        _serve(home, port, [])


def demo(
    port: Port = 8000,
    customers: Annotated[int, typer.Option(min=2, help="How many customers.")] = 12,
    months: Annotated[int, typer.Option(min=1, help="How many months, the last one open.")] = 6,
) -> None:
    """Run the portal with a simulated reseller, loaded through the real path; prints the logins."""
    check_port_free(port)
    os.environ.setdefault("CROSSFOOT_HOME", str(_demo_folder()))
    with portal() as home:
        from crossfoot.cli.demo import load_demo  # noqa: PLC0415 - Django must be set up first

        logins = load_demo(home, customers, months)
        _serve(home, port, [f"LOGIN {login.role} {login.email} {login.password}" for login in logins])


def work() -> None:
    """The worker: takes jobs and seals the log. `up` starts it."""
    home = open_home()
    open_log(home, "worker")
    LOG.info("started")
    start_django()
    from procrastinate.contrib.django import app  # noqa: PLC0415

    threading.Thread(target=_seal_for_ever, args=(home,), daemon=True).start()
    worker = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # of Django's connector
    asyncio.run(_take_jobs(app.with_connector(worker)))


async def _take_jobs(app: App) -> None:
    async with app.open_async():
        await app.run_worker_async(concurrency=1, delete_jobs="always")


def _serve(home: Home, port: int, lines: list[str]) -> None:
    url = f"http://127.0.0.1:{port}"
    environ = {**os.environ, "CROSSFOOT_HOME": str(home.root), "CROSSFOOT_URL": os.environ.get("CROSSFOOT_URL", url)}
    for name in ("web", "worker"):
        trim(home.logs / f"{name}.log")
    with Supervisor(_children(home, port, environ)) as supervisor:
        wait_until_served(f"{url}/login", START_SECONDS, supervisor.look_after)
        for line in lines:
            say(line)
        say(f"Crossfoot is ready at {url}")
        supervisor.run(lambda: revive(home))


def _children(home: Home, port: int, environ: dict[str, str]) -> list[Child]:
    python = sys.executable
    web = (python, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port))
    options = ("--workers", "1", "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "warning")
    return [
        Child(
            name="web",
            argv=(*web, *options, "crossfoot.config.wsgi:application"),
            env={**environ, "DJANGO_SETTINGS_MODULE": "crossfoot.config.settings"},
            log=home.logs / "web.log",
        ),
        Child(
            name="worker", argv=(python, "-m", "crossfoot.cli.main", "work"), env=environ, log=home.logs / "worker.log"
        ),
    ]


def _seal_for_ever(home: Home) -> None:
    from django.db import DatabaseError, InterfaceError, close_old_connections  # noqa: PLC0415

    from crossfoot.access.sealing import seal_log  # noqa: PLC0415

    while True:
        try:
            seal_log(home)
        except (DatabaseError, InterfaceError):  # the server restarts: the next round has a new connection
            LOG.warning("not sealed", exc_info=True)
            close_old_connections()
        except CrossfootError:  # a full disk: it is sealed when there is room again
            LOG.warning("not sealed", exc_info=True)
        time.sleep(1)


def _demo_folder() -> Path:
    """Beside the ordinary home, never in it."""
    home = open_home({**os.environ, "CROSSFOOT_HOME": ""})
    return home.root.with_name(f"{home.root.name}-demo")
