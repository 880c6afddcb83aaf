"""The report page: its parts in their order, one number in every medium, links that keep the question."""

import csv
import io
import json
import re
from html import unescape
from urllib.parse import quote

import pytest
from django.test import Client

from crossfoot.render.screen import figure
from tests.portal import Portal
from tests.web.house import CANARY_A, TAG_A, status, text

PAGE = "/c/C0001/usage-to-cost?period=2026-10"
PARTS = (
    "<h1>",
    'class="question"',
    'class="actions"',
    'name="period"',
    'name="by"',
    'id="provenance"',
    'class="headline"',
    'class="chart"',
    "<table",
    "How to read this",
    "Definitions of these columns",
    "Result",
    "sha256",
)


@pytest.fixture
def alice(clients: dict[str, Client]) -> Client:
    return clients["alice"]


def test_the_parts_stand_in_their_order(alice: Client) -> None:
    body = text(alice, PAGE)
    places = [body.find(part) for part in PARTS]
    assert -1 not in places, dict(zip(PARTS, places, strict=True))
    assert places == sorted(places)


def test_the_page_says_where_its_numbers_come_from(alice: Client) -> None:
    body = text(alice, PAGE)
    assert re.search(
        r"1–31 Oct 2026 · GMT\+08:00 · USD, before tax · data through 31 Oct 2026 24:00 · published .* · edition 1, final",
        body,
    )


def test_screen_csv_and_json_show_one_number(alice: Client) -> None:
    body = text(alice, PAGE)
    link = re.search(r'href="([^"]+usage-to-cost\.json\?[^"]*)"', body)
    assert link
    document = json.loads(text(alice, unescape(link[1])))
    rows = list(csv.DictReader(io.StringIO(text(alice, PAGE.replace("?", ".csv?")).removeprefix("\ufeff"), newline="")))
    assert [row["billed_cost"] for row in rows] == [row["billed_cost"] for row in document["rows"]] == ["33.33", "4.44"]
    assert document["totals"] == [{"currency": "USD", "list_cost": "37.77", "billed_cost": "37.77"}]
    for amount in ("33.33", "4.44", "37.77"):
        assert figure(amount) in body
    assert document["meta"]["id"] in body
    assert document["meta"]["hash"].removeprefix("sha256:") in body


def test_the_api_sends_the_bytes_of_the_page_s_json(alice: Client) -> None:
    page = text(alice, "/c/C0001/usage-to-cost.json?period=2026-10&by=region")
    assert text(alice, "/api/v1/reports/usage-to-cost?customer=C0001&period=2026-10&by=region") == page
    assert text(alice, "/api/v1/reports/usage-to-cost?period=2026-10&by=region") == page


def test_a_text_that_looks_like_a_formula_is_guarded_in_csv_alone(alice: Client) -> None:
    assert f"'=OBS {CANARY_A}" in text(alice, PAGE.replace("?", ".csv?"))
    assert f">=OBS {CANARY_A}<" in text(alice, PAGE)


def test_a_row_opens_the_charges_that_add_up_to_it(alice: Client) -> None:
    link = next(found for found in links(text(alice, PAGE + "&account=acct-a1")) if "ECS" in found)
    assert "account=acct-a1" in link
    body = text(alice, link)
    assert "11.11000000" in body
    assert "22.22" not in body
    assert "Usage to cost</a>" in body  # the way back


def test_the_way_back_keeps_the_filters_that_were_there(alice: Client) -> None:
    asked = f"&account=acct-a1&service={quote('=OBS ' + CANARY_A)}&service={quote('ECS ' + CANARY_A)}"
    link = next(found for found in links(text(alice, PAGE + asked)) if "/charges?" in found and "ECS" in found)
    back, opened = crumbs(text(alice, link))
    assert back == ("/c/C0001/usage-to-cost?period=2026-10&by=service" + asked, "Usage to cost")
    assert opened[1] == f"ECS {CANARY_A}"
    assert status(alice, back[0]) == status(alice, opened[0]) == 200


def test_two_dimensions_are_two_steps_back_and_another_month_is_kept(alice: Client) -> None:
    link = next(found for found in links(text(alice, PAGE + "&by=service,account&layout=rows")) if "acct-a2" in found)
    steps = crumbs(text(alice, link.replace("period=2026-10", "period=2026-09..2026-10")))
    assert [words for _, words in steps] == ["Usage to cost", f"ECS {CANARY_A}", "acct-a2"]
    service = f"service={quote('ECS ' + CANARY_A)}"
    assert [address.partition("?")[2] for address, _ in steps] == [
        "period=2026-09..2026-10&by=service&by=account",
        f"period=2026-09..2026-10&by=account&{service}",
        f"period=2026-09..2026-10&by=account&account=acct-a2&{service}",
    ]


def test_nothing_tagged_can_be_opened(alice: Client) -> None:
    body = text(alice, PAGE + "&by=tag:env")
    assert "untagged" in body
    assert "88.2" in body  # 33.33 of 37.77 carry the tag
    link = next(found for found in links(body) if "tag:env=%28none%29" in found)
    assert "4.44000000" in text(alice, link)


def test_a_column_sorts_by_link_and_says_so(alice: Client) -> None:
    body = text(alice, PAGE)
    assert places(body, f"ECS {CANARY_A}", f"=OBS {CANARY_A}")
    link = next(found for found in links(body) if found.endswith("sort=service"))
    body = text(alice, PAGE.partition("?")[0] + link)
    assert places(body, f"=OBS {CANARY_A}", f"ECS {CANARY_A}")
    assert body.count("aria-sort=") == 1
    assert 'aria-sort="ascending"' in body
    assert "Sorted by Service, ascending." in body
    assert all(
        "sort" not in link for link in links(body) if ".csv" in link or ".json" in link
    )  # files keep their order
    assert "sort=service" in next(link for link in links(body) if "choose=region" in link)


def test_sorting_moves_no_figure(alice: Client) -> None:
    plain, sorted_ = text(alice, PAGE), text(alice, PAGE + "&sort=list_cost")
    found = re.compile(r"sha256 <code>([0-9a-f]{64})")
    assert found.findall(plain) == found.findall(sorted_) != []


def test_lines_sort_by_date_and_cost_in_the_query(alice: Client) -> None:
    lines = "/c/C0001/charges?period=2026-10"
    assert places(text(alice, lines), "11.11000000", "22.22000000", "4.44000000")
    assert places(text(alice, lines + "&sort=-billed_cost"), "22.22000000", "11.11000000", "4.44000000")
    assert places(text(alice, lines + "&sort=billed_cost"), "4.44000000", "11.11000000", "22.22000000")
    assert places(text(alice, lines + "&sort=-bill_date"), "5 Oct 2026", "4 Oct 2026", "3 Oct 2026")
    assert "Sorted by Cost (excl. tax), descending." in text(alice, lines + "&sort=-billed_cost")


def test_the_tags_that_there_are_can_be_chosen(alice: Client) -> None:
    body = text(alice, PAGE + "&choose=tag")
    assert "?period=2026-10&by=service&choose=tag:env" in links(body)
    assert "?period=2026-10&by=tag:env" in links(body)
    values = text(alice, PAGE + "&choose=tag:env")
    assert f'value="{TAG_A}"' in values
    assert 'value="(none)"' in values


def test_every_link_keeps_the_question(alice: Client) -> None:
    body = text(alice, PAGE + "&account=acct-a1&by=region&digits=exact")
    for link in links(body):
        if link.startswith(("?", "/c/C0001/usage-to-cost")) and "choose" in link:
            assert "period=2026-10" in link
            assert "account=acct-a1" in link
            assert "by=region" in link
            assert "digits=exact" in link


def test_dates_and_a_tag_that_are_typed_become_the_question(alice: Client) -> None:
    moved = alice.get(PAGE + "&from=2026-10-03&to=2026-10-04&tag=env&by=service")
    assert moved.status_code == 302
    assert moved["Location"] == "/c/C0001/usage-to-cost?period=2026-10-03..2026-10-04&by=tag:env"
    assert "33.33" in text(alice, moved["Location"])


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=2026-10-03", "A range of dates needs both"),
        ("period=someday", "is not one that can be read"),
        ("by=shoe_size", "has no dimension"),
        ("utm_source=mail", "has no dimension"),
        ("by=service,region,account", "Group by one or two"),
        ("as_of=yesterday", "is not an instant"),
        ("digits=all", "Digits are shown or exact"),
        ("page=minus", "is not a number"),
        ("choose=shoe_size", "cannot be filtered by"),
        ("sort=shoe_size", "has no column"),
        ("region=", "The filter region is blank"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(alice: Client, query: str, sentence: str) -> None:
    response = alice.get(f"/c/C0001/usage-to-cost?{query}")
    assert response.status_code == 422
    assert sentence in unescape(response.content.decode())


def test_a_page_behind_the_last_is_not_there(alice: Client) -> None:
    assert status(alice, "/c/C0001/charges?page=7") == 404
    assert status(alice, "/c/C0001/charges?page=11&sort=bill_date") == 404  # sorted lines end at 1,000


def test_lines_are_not_sorted_by_what_would_have_to_be_held(alice: Client) -> None:
    response = alice.get("/c/C0001/charges?sort=resource_name")
    assert response.status_code == 422
    assert "choose from bill_date, list_cost, billed_cost" in response.content.decode()


def test_a_way_back_that_cannot_be_read_is_refused(alice: Client) -> None:
    assert status(alice, "/c/C0001/charges?back=report%3Dusage-to-cost%26by%3Dshoe_size") == 422


def test_an_unknown_report_is_not_there(alice: Client) -> None:
    assert status(alice, "/c/C0001/shoe-sizes") == 404
    assert json.loads(text(alice, "/c/C0001/shoe-sizes.json"))["error"]["status"] == 404


def test_filters_that_match_nothing_say_which_one_to_loosen(alice: Client) -> None:
    body = text(alice, PAGE + "&service=Nothing%20of%20the%20sort")
    assert "Nothing matches these filters" in body
    assert "without Service Nothing of the sort</a>: 2 rows" in body
    body = text(alice, PAGE + "&service=Nothing&region=x")
    assert "without Service Nothing</a>: still nothing" in body
    assert "without any filter" in body


def test_a_month_without_a_bill_says_so(alice: Client) -> None:
    assert "Nothing is published yet" in text(alice, "/c/C0001/usage-to-cost?period=2025-01")


def test_an_open_list_offers_the_values_of_the_period(alice: Client) -> None:
    body = text(alice, PAGE + "&choose=service&region=x")
    assert f'value="ECS {CANARY_A}"' in body
    assert '<input type="hidden" name="region" value="x">' in body


def test_who_may_not_take_files_is_not_offered_any(clients: dict[str, Client]) -> None:
    assert "Download" in text(clients["alice"], PAGE)
    assert "Download" not in text(clients["bob"], PAGE)


def test_what_is_opened_and_taken_is_recorded(house: Portal, alice: Client) -> None:
    from crossfoot.access.rls import as_staff
    from crossfoot.audit.models import Entry

    text(alice, PAGE)
    text(alice, PAGE.replace("?", ".csv?"))
    with as_staff():
        acts = list(Entry.objects.filter(actor=house.alice.email).values_list("action", "customer"))
    assert ("report:viewed", "C0001") in acts
    assert ("report:exported", "C0001") in acts


def places(body: str, *words: str) -> bool:
    """True where these stand in the table in this order."""
    table = unescape(body[body.index("<tbody") : body.index("</tbody")])
    found = [table.find(word) for word in words]
    return -1 not in found and found == sorted(found)


def crumbs(body: str) -> list[tuple[str, str]]:
    """The steps of the way back: address and words."""
    found = body[body.index('class="crumbs"') :]
    return [
        (unescape(a), unescape(b))
        for a, b in re.findall(r'<a href="([^"]*)">([^<]*)</a>', found[: found.index("</nav>")])
    ]


def links(body: str) -> list[str]:
    """The addresses that a page leads to."""
    return [unescape(found) for found in re.findall(r'href="([^"]*)"', body)]


@pytest.mark.parametrize("suffix", ["csv", "json", "xlsx"])
def test_a_file_bears_the_id_that_its_page_shows(alice: Client, suffix: str) -> None:
    page = text(alice, PAGE)
    shown = re.search(r"Result <strong>([0-9A-Z-]+)</strong> · sha256 <code>([0-9a-f]{64})</code>", page)
    link = re.search(rf'href="([^"]+usage-to-cost\.{suffix}\?[^"]*)"', page)
    assert shown
    assert link
    response = alice.get(unescape(link[1]))
    b"".join(response.streaming_content)  # type: ignore[attr-defined]
    name = response["Content-Disposition"]
    assert f"usage-to-cost--{shown[1]}.{suffix}" in name
