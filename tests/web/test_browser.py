"""In a real browser: WCAG 2.2 AA, a content policy that blocks nothing of ours, filters with and without scripts."""

import shutil
import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from crossfoot.config.wsgi import application
from tests.portal import PASSWORD, Portal
from tests.web.house import CANARY_A

pytestmark = pytest.mark.browser
SWITCHES = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
REPORT = "/c/C0001/usage-to-cost?period=2026-10"
PAGES = (
    ("alice", "/"),
    ("alice", REPORT),
    ("alice", REPORT + "&by=service,day&account=acct-a1"),
    ("alice", REPORT + "&choose=service"),
    ("alice", REPORT + "&service=nothing"),
    ("alice", "/c/C0001/charges?period=2026-10&by=service"),
    ("alice", "/c/C0002/"),
    ("dana", "/close"),
    ("dana", "/findings"),
    ("dana", "/data"),
    ("erin", "/"),
    ("erin", "/known-issues"),
    ("dana", "/services?q=server&code=hws.service.type.ec2"),
)


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(house: Portal) -> Iterator[str]:
    """The pages on a port of this machine, and those who look at them."""
    assert all((house.alice, house.dana, house.erin))
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


@pytest.fixture(scope="module")
def chromium(site: str) -> Iterator[Browser]:  # the site first: beside a running browser Django refuses this thread
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_everybody_can_use_every_page(chromium: Browser, site: str, scheme: str, width: int) -> None:
    found: list[str] = []
    for name in ("alice", "dana", "erin"):
        context = chromium.new_context(
            color_scheme=scheme,  # type: ignore[arg-type]
            viewport={"width": width, "height": 844},
            bypass_csp=True,  # axe brings a script of its own
        )
        page = enter(context, site, name)
        for address in (address for who, address in PAGES if who == name):
            page.goto(site + address)
            page.wait_for_load_state("networkidle")
            results = Axe().run(page, options=WCAG)
            found += [
                f"{address}: {violation['id']}: {node['target']} {node['failureSummary']}"
                for violation in results.response["violations"]
                for node in violation["nodes"]
            ]
        context.close()
    assert found == []


def test_the_door_can_be_used_by_everybody(chromium: Browser, site: str) -> None:
    context = chromium.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(f"{site}/login")
    assert Axe().run(page, options=WCAG).response["violations"] == []
    context.close()


def test_the_content_policy_blocks_nothing_of_ours(chromium: Browser, site: str) -> None:
    context = chromium.new_context()
    page = enter(context, site, "alice")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for address in (REPORT, REPORT + "&by=service,day", "/c/C0001/charges?period=2026-10", "/"):
        page.goto(site + address)
        page.wait_for_load_state("networkidle")
    page.goto(site + REPORT)
    page.locator(".chart svg").wait_for()
    page.mouse.move(*center(page, ".chart svg"))
    page.wait_for_timeout(200)
    assert said == []
    context.close()


def test_a_choice_answers_at_once_and_the_chart_follows(chromium: Browser, site: str) -> None:
    context = chromium.new_context()
    page = enter(context, site, "alice")
    page.goto(site + REPORT)
    page.select_option("#by", "day")
    page.wait_for_url("**by=day**")
    assert "then" not in page.url
    page.locator(".chart svg").wait_for()
    assert "5 Oct 2026" in page.inner_text("table")
    page.click("text=Service ▾")
    page.check(f"input[value='=OBS {CANARY_A}']")
    page.click(".chooser button")
    page.locator(".chips").wait_for()
    assert "4.44" in page.inner_text("tfoot")
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert page.locator("h1").inner_text() == "Usage to cost"
    kept = page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert "4.44" not in kept  # addresses at most: no figure stays in the browser
    assert "<" not in kept
    context.close()


def test_everything_but_the_chart_works_without_scripts(chromium: Browser, site: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = enter(context, site, "alice")
    page.goto(site + REPORT)
    page.select_option("#by", "account")
    page.click(".apply")
    assert "acct-a1" in page.inner_text("table")
    page.click("text=Service ▾")
    page.check(f"input[value='=OBS {CANARY_A}']")
    page.click(".chooser button")
    assert "4.44" in page.inner_text("tfoot")
    page.click("tbody a")
    assert page.inner_text("h1") == "Charges"
    page.click(".crumbs a")
    assert page.inner_text("h1") == "Usage to cost"
    page.click(".person-menu summary")
    page.click("text=Sign out")
    page.goto(site + REPORT)
    assert "/login" in page.url
    context.close()


def test_a_phone_scrolls_the_table_and_not_the_page(chromium: Browser, site: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = enter(context, site, "alice")
    for address in ("/", REPORT, "/c/C0001/charges?period=2026-10"):
        page.goto(site + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
    page.goto(site + REPORT)
    assert not page.is_visible("#by")
    page.click("text=Filters")
    assert page.is_visible("#by")
    context.close()


def center(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 3
