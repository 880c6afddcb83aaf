"""The pages on a port of this machine, and a Chromium that looks at them."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from crossfoot.config.wsgi import application
from tests.portal import PASSWORD

SWITCHES = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[str]:
    """The address of the pages."""
    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)

    def serve() -> None:
        server.serve_forever(poll_interval=0.05)
        connections.close_all()

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def a_chromium() -> Iterator[Browser]:
    """The distribution's own. Made after everything that asks the database: beside it Django refuses this thread."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES.split())
        yield browser
        browser.close()


def enter(context: BrowserContext, site: str, name: str) -> Page:
    """Sign in as a person would."""
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{site}/login")
    page.fill("#id_login", f"{name}@example.com")
    page.fill("#id_password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
    return page
