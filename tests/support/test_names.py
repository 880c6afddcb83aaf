"""The reseller calls a service otherwise from a day on: pages show it, keys, codes, hashes and older reports do not move."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from crossfoot.access.rls import as_staff
from crossfoot.access.scope import scope_for
from crossfoot.audit.models import Entry
from crossfoot.core.errors import BadRequest, NotFound, NotPermitted
from crossfoot.deliver.files import make_file
from crossfoot.support import names
from crossfoot.support.names import list_named_services, rename_service
from tests.portal import LIST_X_1, Portal, line

ECS, EVS, NEW = "hws.service.type.ec2", "hws.service.type.ebs", "hws.service.type.brand-new"
PAGE = "/c/C0001/usage-to-cost?period=2026-10"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets what time it is for names."""

    def set_to(text: str) -> None:
        at = datetime.fromisoformat(text).replace(tzinfo=UTC)
        monkeypatch.setattr(names, "now", lambda: at)
        monkeypatch.setattr(names, "today", at.date)

    set_to("2026-11-10T08:00:00")
    return set_to


@pytest.fixture
def shop(portal: Portal) -> Portal:
    """October: 1.00 of ECS, 2.00 of EVS, 4.00 of a code that no table has."""
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    services = ((ECS, "Elastic Cloud Server", "1"), (EVS, "Elastic Volume Service", "2"), (NEW, "Brand New", "4"))
    portal.ingest(
        portal.bill(
            "customerBill_202610.tar.gz",
            [
                line("acct-a1", "2026-10-05", cost, cloud_service_type=code, cloud_service_type_name=name)
                for code, name, cost in services
            ],
        )
    )
    portal.publish()
    return portal


def rename(portal: Portal, code: str, name: str, zh: str = "", since: str = "") -> None:
    day = date.fromisoformat(since) if since else None
    rename_service(scope_for(portal.dana), code, name=name, name_zh=zh, valid_from=day)


def shown(portal: Portal, as_of: str = "") -> dict[str, str]:
    """Code -> English name that stands beside the answer."""
    meta = portal.table("usage-to-cost", portal.alice, period="2026-10", as_of=as_of).meta
    return {code: name.en for code, name in meta.display_names.items()}


def page(portal: Portal, language: str = "en", query: str = "") -> str:
    client = portal.client_for(portal.alice)
    return client.get(PAGE + query, headers={"accept-language": language}).content.decode()


def test_a_rename_moves_no_key_no_code_no_hash_and_no_row(shop: Portal, clock) -> None:
    before = shop.table("usage-to-cost", shop.alice, period="2026-10")
    rename(shop, ECS, "Cloud Servers", "云主机")
    rename(shop, NEW, "Our Own Brand")
    after = shop.table("usage-to-cost", shop.alice, period="2026-10")
    assert (after.id, after.digest, list(after.rows())) == (before.id, before.digest, list(before.rows()))
    document = json.loads(shop.document("usage-to-cost", shop.alice, period="2026-10")[0])
    assert document["meta"]["display_names"] == {
        "service": {
            ECS: {"en": "Cloud Servers", "zh": "云主机"},
            NEW: {"en": "Our Own Brand", "zh": "Our Own Brand"},  # without a Chinese name, the name itself
        }
    }
    assert [(r["service"], r["service_code"]) for r in document["rows"]] == [
        ("Brand New", NEW),
        ("Elastic Volume Service", EVS),
        ("Elastic Cloud Server", ECS),
    ]


def test_csv_keeps_the_service_and_its_code(shop: Portal, clock) -> None:
    rename(shop, ECS, "Cloud Servers")
    made = make_file(shop.table("usage-to-cost", shop.alice, period="2026-10"), "csv", scope_for(shop.alice), shop.home)
    text = made.path.read_text("utf-8-sig")
    made.path.unlink()
    assert f"row,USD,Elastic Cloud Server,{ECS},1.00,1.00" in text.splitlines()
    assert "Cloud Servers" not in text


def test_a_page_shows_the_name_of_its_language_and_prints_what_files_call_it(shop: Portal, clock) -> None:
    rename(shop, ECS, "Cloud Servers", "云主机")
    rename(shop, NEW, "Our Own Brand")
    english, chinese = page(shop), page(shop, "zh-hans")
    table = english.partition("<tbody>")[2].partition("</tbody>")[0]
    assert [name in table for name in ("Cloud Servers", "Our Own Brand", "Elastic Cloud Server")] == [True, True, False]
    assert f"Elastic Cloud Server in files, code {ECS}" in english
    assert f"Brand New in files, code {NEW}" in english
    assert "largest: Our Own Brand" in english
    table = chinese.partition("<tbody>")[2].partition("</tbody>")[0]
    assert [name in table for name in ("云主机", "云硬盘", "Our Own Brand", "Elastic Cloud")] == [
        True,
        True,
        True,
        False,
    ]


def test_filters_work_by_the_name_in_files_and_show_the_name_of_the_page(shop: Portal, clock) -> None:
    rename(shop, ECS, "Cloud Servers")
    found = page(shop, query="&choose=service&service=Elastic%20Cloud%20Server")
    assert 'value="Elastic Cloud Server"' in found
    chip = found.partition('class="chips"')[2].partition("</ul>")[0]
    assert "Cloud Servers" in chip
    assert "Elastic Cloud Server</" not in chip
    values = found.partition('class="values"')[2].partition("</form>")[0]
    assert "Cloud Servers" in values
    assert ">Elastic Cloud Server" not in values
    sums = shop.sums(shop.alice, "service", period="2026-10", filters={"service": ["Elastic Cloud Server"]})
    assert sums == {"Elastic Cloud Server": "1.00"}


def test_lines_and_the_sheet_show_the_name_too(shop: Portal, clock) -> None:
    rename(shop, ECS, "Cloud Servers")
    client = shop.client_for(shop.alice)
    lines = client.get("/c/C0001/charges?period=2026-10").content.decode()
    assert "Cloud Servers" in lines.partition("<tbody>")[2]
    assert ECS in lines
    sheet = page(shop, query="&by=service,day")
    assert "Cloud Servers" in sheet.partition("<tbody>")[2].partition("</table>")[0]


def test_a_report_as_of_an_earlier_moment_bears_the_name_of_that_moment(shop: Portal, clock) -> None:
    rename(shop, ECS, "First", since="2026-11-01")  # written on 10 Nov
    clock("2026-11-12T08:00:00")
    rename(shop, ECS, "Second", since="2026-12-01")
    assert shown(shop) == {ECS: "First"}
    clock("2026-12-24T08:00:00")
    rename(shop, EVS, "Disks")
    assert shown(shop) == {ECS: "Second", EVS: "Disks"}
    assert shown(shop, "2026-11-09T00:00:00Z") == {}  # nobody knew of it yet
    assert shown(shop, "2026-11-11T00:00:00Z") == {ECS: "First"}
    assert shown(shop, "2026-11-30T15:59:59Z") == {ECS: "First"}
    assert shown(shop, "2026-11-30T16:00:00Z") == {ECS: "Second"}  # midnight in GMT+08:00


def test_a_name_given_again_for_the_same_day_replaces_it_and_the_same_twice_changes_nothing(shop, clock) -> None:
    for name in ("Servres", "Servers", "Servers"):
        rename(shop, ECS, name)
    assert shown(shop) == {ECS: "Servers"}
    [service] = [s for s in list_named_services() if s.code == ECS]
    assert [n.name for n in service.history] == ["Servers", "Servres"]
    rename(shop, ECS, "Elastic Cloud Server")
    assert shown(shop) == {ECS: "Elastic Cloud Server"}


def test_every_rename_is_in_the_log(shop: Portal, clock) -> None:
    rename_service(scope_for(shop.frank), ECS, name="Cloud Servers", name_zh="云主机", valid_from=date(2026, 12, 1))
    with as_staff():
        entry = Entry.objects.get(action="service:renamed")
    assert (entry.actor, entry.customer) == ("frank@example.com", "")
    assert entry.detail == {
        "code": ECS,
        "name": "Cloud Servers",
        "name_zh": "云主机",
        "valid_from": "2026-12-01",
        "before": "Elastic Cloud Server",
    }


@pytest.mark.parametrize(
    ("name", "zh", "sentence"),
    [
        ("  ", "", "no new name"),
        ("x" * 201, "", "201 characters"),
        ("Cloud", "云" * 201, "201 characters"),
        ("Cloud\nServer", "", "cannot be seen"),
        ("Cloud\u202eServer", "", "cannot be seen"),
        ("elastic volume SERVICE", "", f"is a name of the service {EVS}"),
        ("Servers", "云硬盘", f"is a name of the service {EVS}"),
        ("Block Disks", "", f"is a name of the service {EVS}"),
        ("Soon", "", f"is a name of the service {EVS}"),
    ],
)
def test_a_bad_name_gets_a_sentence_and_changes_nothing(shop: Portal, clock, name, zh, sentence) -> None:
    rename(shop, EVS, "Block Disks")
    rename(shop, EVS, "Soon", since="2026-12-01")
    with pytest.raises(BadRequest, match=sentence):
        rename(shop, ECS, name, zh)
    assert shown(shop) == {EVS: "Block Disks"}


def test_a_name_that_is_free_again_may_be_given(shop: Portal, clock) -> None:
    rename(shop, EVS, "Servers", since="2026-11-01")
    rename(shop, EVS, "Disks")
    rename(shop, ECS, "Servers")
    assert shown(shop) == {ECS: "Servers", EVS: "Disks"}


def test_only_finance_and_operators_rename_and_only_what_there_is(shop: Portal, clock) -> None:
    for user in (shop.erin, shop.alice):
        with pytest.raises(NotPermitted):
            rename_service(scope_for(user), ECS, name="Cloud Servers")
    with pytest.raises(NotFound, match=r"no service 'hws.service.type.nothing'"):
        rename(shop, "hws.service.type.nothing", "Nothing")
    assert shown(shop) == {}


def test_the_page_of_services_lists_searches_and_renames(shop: Portal, clock) -> None:
    client = shop.client_for(shop.dana)
    listed = client.get("/services").content.decode()
    assert ECS in listed
    assert NEW in listed
    found = client.get("/services?q=弹性云").content.decode()
    assert ECS in found
    assert EVS not in found
    assert "No service is called so" in client.get("/services?q=zzz").content.decode()
    answer = client.post("/services", {"code": NEW, "name": "Our Brand", "valid_from": "2026-11-01"}, follow=True)
    assert "Our Brand" in answer.content.decode()
    assert "dana@example.com" in answer.content.decode()
    assert shown(shop) == {NEW: "Our Brand"}
    assert client.post("/services", {"code": NEW, "name": ""}).status_code == 422
    assert client.post("/services", {"code": NEW, "name": "x", "valid_from": "soon"}).status_code == 422
    assert client.get("/services?code=nothing").status_code == 404
