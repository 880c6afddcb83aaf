"""In a real browser: WCAG 2.2 AA, a content policy that blocks nothing of ours, filters with and without scripts."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.portal import Portal
from tests.web.house import CANARY_A
from tests.web.looking import a_chromium, enter, serving

pytestmark = pytest.mark.browser
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
REPORT = "/c/C0001/usage-to-cost?period=2026-10"
PAGES = (
    ("alice", "/"),
    ("alice", REPORT),
    ("alice", REPORT + "&by=service,day&account=acct-a1"),
    ("alice", REPORT + "&choose=service"),
    ("alice", REPORT + "&choose=tag"),
    ("alice", REPORT + "&sort=-list_cost#filters"),
    ("alice", REPORT + "&shoe=size"),
    ("alice", REPORT + "&service=nothing"),
    ("alice", "/c/C0001/charges?period=2026-10&sort=-billed_cost&back=report%3Dusage-to-cost%26by%3Dservice"),
    ("alice", "/c/C0001/billing-periods?period=2026-10&by=month"),
    ("alice", "/c/C0001/refunds-and-adjustments?period=2026-10"),
    ("alice", "/c/C0001/search?q=canary"),
    ("alice", "/c/C0001/saved-views"),
    ("alice", "/c/C0002/"),
    ("dana", "/close"),
    ("dana", "/findings"),
    ("dana", "/data"),
    ("erin", "/"),
    ("erin", "/known-issues"),
    ("dana", "/services?q=server&code=hws.service.type.ec2"),
)


@pytest.fixture(scope="module")
def site(house: Portal) -> Iterator[str]:
    """The pages on a port of this machine, and those who look at them."""
    assert all((house.alice, house.dana, house.erin))
    with serving() as address:
        yield address


@pytest.fixture(scope="module")
def chromium(site: str) -> Iterator[Browser]:  # the site first: beside a running browser Django refuses this thread
    with a_chromium() as browser:
        yield browser


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
    page.click("thead >> text=Cost")
    assert page.get_attribute("th[aria-sort]", "aria-sort") == "descending"
    with page.expect_download() as taken:
        page.click(".actions summary:has-text('Download')")
        page.click("text=CSV rows")
    assert taken.value.suggested_filename.startswith("charges--")
    page.click(".crumbs a")
    assert page.inner_text("h1") == "Usage to cost"
    page.select_option("#period", "2026-01..2026-12")
    page.click(".apply")
    assert "1 Jan" in page.inner_text("#provenance")
    page.click(".dates summary")
    page.fill("input[name=from]", "2026-10-04")
    page.fill("input[name=to]", "2026-10-04")
    page.click("text=Show these dates")
    assert "bill dates 4 Oct 2026" in page.inner_text("#provenance")
    page.click(".person-menu summary")
    page.click("text=Sign out")
    page.goto(site + REPORT)
    assert "/login" in page.url
    context.close()


def test_a_keyboard_is_enough(chromium: Browser, site: str) -> None:
    context = chromium.new_context()
    page = enter(context, site, "alice")
    page.goto(site + REPORT)
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    page.focus(".actions summary:has-text('Download')")
    page.keyboard.press("Enter")
    assert page.is_visible("text=rows for a spreadsheet")
    page.keyboard.press("Escape")
    assert not page.is_visible("text=rows for a spreadsheet")
    assert focused(page).startswith("Download")
    page.focus("#filter-service")
    page.keyboard.press("Enter")
    page.locator(".chooser input:focus").wait_for()  # the list is open and its first value has the keyboard
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.locator("#filter-service:focus").wait_for()  # the list is closed and the keyboard is back where it was opened
    assert not page.locator(".chooser").count()
    page.focus("thead a >> nth=1")
    page.keyboard.press("Enter")
    page.locator("th[aria-sort=descending] a:focus").wait_for()
    assert "sort=-list_cost" in page.url
    page.keyboard.press("Enter")
    page.locator("th[aria-sort=ascending] a:focus").wait_for()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "2px"
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
    page.keyboard.press("Escape")
    assert not page.is_visible("#by")
    context.close()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.innerText")).strip()


def center(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 3
