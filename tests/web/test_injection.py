"""A5: whatever a customer calls its things stays text in every medium; negative amounts stay numbers; the page stands."""

import csv
import io
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from django.test import Client

from crossfoot.render.glyphs import printable
from tests.paper import Back
from tests.portal import LIST_X_1, line
from tests.web.house import browser, text

if TYPE_CHECKING:
    from tests.portal import Portal

HOSTILE = (
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1+9)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>'",
    "{{ 7*7 }}{% load x %}",
    "</table><h1>gone</h1>",
    "\u202egnp.exe\u202c",
    "\u0627\u0644\u0641\u0648\u062a\u0631\u0629",
    "🧾💸👩‍💻",
    "W" * 300,
    'a,"b";c',
)
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
PAGE = "/c/C0001/usage-to-cost?period=2026-10"
LINES = "/c/C0001/charges?period=2026-10"
GIVEN_BACK = "-5.55000000"


def bill() -> list[dict[str, str]]:
    """Each text in every field that a customer names; one line gives money back, and one tag has no value."""
    lines = [
        line("acct-a1", "2026-10-03", f"{i + 1}.00000000", **named(words), resource_id=f"vm-{i}")
        for i, words in enumerate(HOSTILE)
    ]
    empty = {"resource_tag": "team:;", "resource_id": "vm-empty"}
    return [*lines, line("acct-a1", "2026-10-04", GIVEN_BACK, **empty)]


def named(words: str) -> dict[str, str]:
    """The customer's own names."""
    fields = ("resource_name", "enterprise_project_name", "account_name", "resource_type_name", "specification")
    return dict.fromkeys(fields, words) | {"resource_tag": f"team:{words.replace(';', ' ')};"}


@pytest.fixture(scope="module")
def hostile(server: None, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Portal]":
    from django.db import connections

    from crossfoot.runtime.home import open_home
    from tests.portal import Portal

    found = Portal(open_home(), tmp_path_factory.mktemp("hostile"))
    found.empty()
    found.customers('C0001,"=Alpha"" </script>",USD,acct-a1,,')
    found.prices(LIST_X_1)
    found.ingest(found.bill("customerBill_202610.tar.gz", bill()))
    published = found.publish()
    assert [p for p in published if p.blocked] == []
    assert found.alice
    yield found
    connections.close_all()


@pytest.fixture(scope="module")
def alice(hostile: "Portal") -> Client:
    return browser(hostile, "alice")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_keeps_its_shape(hostile: "Portal", width: int) -> None:
    from tests.web.looking import a_chromium, enter, serving

    said: list[str] = []
    with serving() as site, a_chromium() as chromium:
        context = chromium.new_context(viewport={"width": width, "height": 844})
        page = enter(context, site, "alice")
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("pageerror", lambda error: said.append(str(error)))
        for address in (PAGE + "&by=tag:team", PAGE + "&by=resource&choose=tag:team", f"{LINES}&tag:team={'W' * 300}"):
            page.goto(site + address)
            page.wait_for_load_state("networkidle")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            assert page.is_visible("#provenance")
        page.goto(f"{site}{PAGE}&by=tag:team")
        page.locator(".chart svg").wait_for()
        total = page.locator("tfoot td").last.bounding_box()
        assert total is not None
        if width > 400:  # a name of 300 letters takes more lines, and does not push the figures out of sight
            assert total["x"] + total["width"] <= width
        context.close()
    assert said == []


class Reader(HTMLParser):
    """Reads a page back: its elements, their attributes, and the texts of the table's cells."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.cells: list[str] = []
        self.script = ""
        self._in = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        if tag in {"td", "th"}:
            self.cells.append("")
        if tag in {"td", "th", "script"}:
            self._in = tag

    def handle_endtag(self, tag: str) -> None:
        self._in = "" if tag == self._in else self._in

    def handle_data(self, data: str) -> None:
        if self._in in {"td", "th"}:
            self.cells[-1] += data
        elif self._in == "script":
            self.script += data


def test_csv_cells_are_text_and_figures_are_figures(alice: Client) -> None:
    body = text(alice, LINES.replace("?", ".csv?")).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(body, newline="")))
    assert len(rows) == len(HOSTILE) + 1 + sum(row["bill_type"] == "" for row in rows)
    for row in rows:
        for key, cell in row.items():
            if key.endswith(("_cost", "price")) or "quantity" in key:
                assert not cell.startswith("'"), (key, cell)
            else:
                assert not cell.startswith(STARTS), (key, cell)
    assert GIVEN_BACK in {row["billed_cost"] for row in rows}
    names = {row["resource_name"].removeprefix("'") for row in rows}
    assert {words.strip() for words in HOSTILE} <= {name.strip() for name in names}


def test_grouped_csv_guards_the_names_beside_the_codes_too(alice: Client) -> None:
    body = text(alice, PAGE.replace("?", ".csv?") + "&by=tag:team,project").removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(body, newline="")))
    assert all(not cell.startswith(STARTS) for row in rows for key, cell in row.items() if not key.endswith("_cost"))
    assert "-5.55" in {row["billed_cost"] for row in rows}


@pytest.mark.parametrize("by", ["tag:team", "resource", "tag:team,project", "day,tag:team"])
def test_the_page_has_its_own_elements_and_no_others(alice: Client, by: str) -> None:
    page = Reader(text(alice, f"{PAGE}&by={by}&choose=tag:team"))
    assert page.handlers == []
    assert page.tags.count("h1") == 1
    assert not {"img", "iframe"} & set(page.tags[page.tags.index("main") :])
    assert page.tags.count("script") <= 2  # the app's, and the data of the chart, which is JSON
    if page.script.strip():
        json.loads(page.script)
    cells = {" ".join(cell.split()) for cell in page.cells}
    wanted = {" ".join(words.split()).replace(";", " ") for words in HOSTILE} if by.startswith("tag") else set()
    assert wanted <= {cell.replace(";", " ") for cell in cells}


def test_the_json_holds_the_texts_as_they_are(alice: Client) -> None:
    rows = json.loads(text(alice, LINES.replace("?", ".json?")))["rows"]
    assert {words.strip() for words in HOSTILE} <= {(row["resource_name"] or "").strip() for row in rows}
    assert GIVEN_BACK in {row["billed_cost"] for row in rows}


def test_paper_holds_the_texts_letter_by_letter(alice: Client) -> None:
    response = alice.get(LINES.replace("?", ".pdf?"))
    found = Back(b"".join(response.streaming_content))
    response.close()
    place = found.head().index("Resource name")
    assert {printable(words.strip()).strip() for words in HOSTILE} <= {row[place].strip() for row in found.rows()}
    assert "−5.55000000" in {row[found.head().index("Cost (excl. tax) USD")] for row in found.rows()}
    assert not {"/URI", "/JS", "/JavaScript", "/Launch", "/OpenAction", "/AA", "/EF", "/Annots"} & found.keys()


def test_a_tag_without_a_value_is_a_value_to_filter_by(alice: Client) -> None:
    assert 'value="(empty)"' in text(alice, PAGE + "&choose=tag:team")
    body = text(alice, LINES + "&tag:team=(empty)")
    assert "−5.55000000" in body
    assert "1.00000000" not in body


@pytest.mark.parametrize("words", HOSTILE)
def test_each_can_be_filtered_by_and_named_on_the_page(alice: Client, words: str) -> None:
    value = words.replace(";", " ").strip()
    page = Reader(text(alice, f"{PAGE}&by=day&{quote('tag:team')}={quote(value)}"))
    assert page.tags.count("h1") == 1
    assert page.handlers == []
    assert "table" in page.tags  # found, so it was understood as it was written
