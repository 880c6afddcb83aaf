"""B13: the page in a real browser: what it transfers when nothing is cached, and when its largest part is on the screen."""

import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from bench.house import FINANCE, PASSWORD, PORT
from bench.measure import quantile, table

TIMES = 15
LCP_BAR, KB_BAR = 0.8, 350
SWITCHES = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
LCP = """() => new Promise((done) => {
  new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime))
    .observe({ type: "largest-contentful-paint", buffered: true });
})"""


def in_chromium(path: str, want: str) -> None:
    """Each first load has a browser profile of its own; the second load is a look at the same page again."""
    site = f"http://127.0.0.1:{PORT}"
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "install the package chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=Path(chromium), args=SWITCHES.split())
        session = _sign_in(browser, site)
        rows: list[tuple[str, ...]] = [("what", "LCP p50 s", "LCP p95 s", "transferred KB")]
        for name, width in (("first load, 1280 px", 1280), ("first load, 390 px", 390)):
            first, again = zip(*(_load(browser, session, site + path, width, want) for _ in range(TIMES)), strict=True)
            rows.append(_row(name, first, f"(bar {KB_BAR})", f"(bar {LCP_BAR})"))
            rows.append(_row(name.replace("first load", "the same page again"), again))
        browser.close()
    table("B13: the page of the largest customer-month in Chromium, over loopback", rows)


def _row(name: str, loads: tuple[tuple[float, int], ...], kb_bar: str = "", lcp_bar: str = "") -> tuple[str, ...]:
    seconds, sizes = [lcp for lcp, _ in loads], [size for _, size in loads]
    p50, p95 = quantile(seconds, 0.5), quantile(seconds, 0.95)
    return name, f"{p50:.2f}", f"{p95:.2f} {lcp_bar}".strip(), f"{max(sizes) / 1024:.0f} {kb_bar}".strip()


def _sign_in(browser: Browser, site: str) -> StorageState:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site}/login")
    page.fill("#id_login", FINANCE)
    page.fill("#id_password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
    state = context.storage_state()
    context.close()
    return state


def _load(
    browser: Browser, session: StorageState, address: str, width: int, want: str
) -> tuple[tuple[float, int], tuple[float, int]]:
    """Once with an empty cache and once more: seconds and bytes of each."""
    context = browser.new_context(storage_state=session, viewport={"width": width, "height": 844})
    page = context.new_page()
    sizes: list[int] = []

    def arrived(event: dict[str, Any]) -> None:
        sizes.append(int(event["encodedDataLength"]))

    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on("Network.loadingFinished", arrived)
    first = _look(page, address, want), sum(sizes)
    sizes.clear()
    again = _look(page, address, want), sum(sizes)
    context.close()
    return first, again


def _look(page: Page, address: str, want: str) -> float:
    page.goto(address)
    page.locator(".chart svg").wait_for()
    page.wait_for_load_state("networkidle")
    assert want in page.inner_text("tfoot"), want  # a quick wrong answer is no answer
    return float(page.evaluate(LCP)) / 1000
