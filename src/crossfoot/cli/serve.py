"""Commands that stay: `up` runs database, worker and web; `demo` loads a reseller through the real path first."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from crossfoot.cli.say import say
from crossfoot.cli.session import portal, start_django
from crossfoot.runtime.database import revive
from crossfoot.runtime.home import Home, open_home
from crossfoot.runtime.logs import get_log, open_log, trim
from crossfoot.runtime.supervisor import Child, Supervisor, check_port_free, wait_until_served

Port = Annotated[int, typer.Option(help="The port of the pages, on this machine only.")]
LOG = get_log(__name__)
START_SECONDS = 60
HEAD_SECONDS = 15  # for the head of a request; also how long a connection may wait for its next one
STOP_SECONDS = 3  # for requests that are being answered when the portal stops


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
    from crossfoot.jobs.worker import work as work_for_ever  # noqa: PLC0415 - Django must be set up first

    work_for_ever(home)


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
    web = (python, "-m", "granian", "--interface", "rsgi", "--http", "1", "--host", "127.0.0.1", "--port", str(port))
    options = ("--workers", "1", "--no-ws", "--log-level", "warning")
    slow = ("--http1-header-read-timeout", str(HEAD_SECONDS * 1000), "--workers-kill-timeout", str(STOP_SECONDS))
    return [
        Child(
            name="web",
            argv=(*web, *options, *slow, "crossfoot.config.rsgi:application"),
            env={**environ, "DJANGO_SETTINGS_MODULE": "crossfoot.config.settings"},
            log=home.logs / "web.log",
        ),
        Child(
            name="worker", argv=(python, "-m", "crossfoot.cli.main", "work"), env=environ, log=home.logs / "worker.log"
        ),
    ]


def _demo_folder() -> Path:
    """Beside the ordinary home, never in it."""
    home = open_home({**os.environ, "CROSSFOOT_HOME": ""})
    return home.root.with_name(f"{home.root.name}-demo")
