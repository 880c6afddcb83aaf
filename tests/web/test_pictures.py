"""The pictures of docs/pictures, and that the pages still look like them.

A simulated reseller that is the same everywhere. `make pictures` writes the files; otherwise what stands on each page,
in its order, is compared with a golden file: parts and words and figures, not pixels, which belong to a machine's fonts.
"""

import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page

from tests.web.looking import a_chromium, enter, serving

if TYPE_CHECKING:
    from tests.portal import Portal

pytestmark = pytest.mark.browser
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
MOST_BYTES = 150_000
WIDTHS, SCHEMES = {1280: 720, 390: 844}, ("light", "dark")  # width: height
PAGES = {
    "usage-to-cost": "/c/C0001/usage-to-cost?period=2026-10",
    "service-by-month": "/c/C0001/usage-to-cost?period=2026-08..2026-10&by=service,month",
    "charges": "/c/C0001/charges?period=2026-10&service=Elastic%20Cloud%20Server&sort=-billed_cost&back=report%3Dusage-to-cost%26by%3Dservice",
}
# Every part that a reader sees, top to bottom, with its words; of a table its heads, its first rows and its last.
OUTLINE = """() => {
  const seen = (e) => e.checkVisibility();
  const words = (e) => e.innerText.replace(/\\s+/g, " ").trim();
  const parts = ".crumbs, h1, .question, .actions summary, #period, .filter-form .btn, .grouping label, .chips li," +
    "#provenance, .headline div, figcaption, .chart svg, .layout, thead tr, tbody tr:nth-child(-n+3), tfoot tr, .paging, h2";
  return [...document.querySelectorAll(parts)].filter(seen).map((e) => {
    if (e.matches("svg")) return "chart";
    if (e.matches("#period")) return "period: " + e.selectedOptions[0].text;
    return (e.className || e.tagName).toString().split(" ")[0].toLowerCase() + ": " + words(e);
  });
}"""


@pytest.fixture(scope="module")
def reseller(server: None, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Portal]":
    """Two customers, August to October 2026, published on 5 November."""
    from django.db import connections

    from crossfoot.access.register import import_customers
    from crossfoot.pricing.book import approve_prices, import_prices
    from crossfoot.publish import catalogue
    from crossfoot.runtime.home import open_home
    from crossfoot.simulator import Plan, simulate
    from tests.portal import ACTOR, Portal

    found = Portal(open_home(), tmp_path_factory.mktemp("pictures"))
    found.empty()
    folder = found.inbox / "bills"
    simulate(Plan(customers=2, first_cycle="2026-08", last_cycle="2026-10", rows=1500, seed=20261122), folder)
    import_customers(folder / "customers.csv", ACTOR)
    import_prices(folder / "prices.csv", ACTOR)
    approve_prices("all", found.dana)
    found.ingest(folder)
    with pytest.MonkeyPatch.context() as patch:  # a picture does not depend on the day on which it is taken
        patch.setattr(catalogue, "now", lambda: datetime(2026, 11, 5, 4, 4, tzinfo=UTC))
        assert [p.blocked for p in found.publish()] == [(), (), ()]
    assert found.alice
    yield found
    connections.close_all()


def test_the_pictures_are_of_these_pages(
    reseller: "Portal", golden: Callable[[str, bytes], None], request: pytest.FixtureRequest
) -> None:
    outlines: list[str] = []
    with serving() as site, a_chromium() as chromium:
        for width, height in WIDTHS.items():
            for scheme in SCHEMES:
                context = chromium.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme=scheme,  # type: ignore[arg-type]
                    reduced_motion="reduce",
                )
                page = enter(context, site, "alice")
                for name, address in PAGES.items():
                    outline = look(page, site + address)
                    if request.config.getoption("--write-pictures"):
                        PICTURES.mkdir(exist_ok=True)
                        page.screenshot(path=picture(name, width, scheme), animations="disabled")
                    outlines += [f"# {name}, {width}", *outline] if scheme == "light" else []
                    assert outline == outlines[-len(outline) :] or scheme == "dark"
                context.close()
    golden("pictures.txt", ("\n".join(outlines) + "\n").encode())


def look(page: Page, address: str) -> list[str]:
    """Open a page, wait for its chart, and say what stands on it."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    if page.locator(".chart").count():
        page.locator(".chart svg").wait_for()
    return list(page.evaluate(OUTLINE))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_each_picture_is_there_small_and_of_its_width(name: str, width: int, scheme: str) -> None:
    data = picture(name, width, scheme).read_bytes()
    assert data.startswith(b"\x89PNG")
    assert struct.unpack(">II", data[16:24]) == (width, WIDTHS[width])
    assert len(data) <= MOST_BYTES


def picture(name: str, width: int, scheme: str) -> Path:
    return PICTURES / f"{name}-{width}-{scheme}.png"
