"""The table of services: what it says is allowed by FOCUS, names are keys, and every service that is simulated is in it."""

from pathlib import Path

import pytest

from crossfoot.simulator.catalogue import SERVICES, SUPPORT_PLAN
from crossfoot.sources.services import LONGEST_NAME, find_service, known_names, list_services, name_service

ALLOWED = Path(__file__).with_name("focus_subcategories.txt")
SERVICE_COUNT = 120  # at least; a table cut short is no table


def allowed() -> dict[str, str]:
    """Subcategory -> category, by FOCUS."""
    lines = [line for line in ALLOWED.read_text().splitlines() if not line.startswith("#")]
    return {sub: category for category, _, subs in (line.partition(": ") for line in lines) for sub in subs.split("; ")}


def test_every_category_is_one_of_focus_and_belongs_to_its_subcategory() -> None:
    assert len(allowed()) == 82
    wrong = [s.code for s in list_services() if allowed().get(s.service_subcategory) != s.service_category]
    assert wrong == []


def test_codes_and_names_stand_for_one_service_each() -> None:
    services = list_services()
    assert len(services) >= SERVICE_COUNT
    assert len([s for s in services if s.seen in {"huawei", "code"}]) >= 90  # the others have only Huawei's habit
    for column in ("code", "name", "name_zh"):
        values = [getattr(s, column) for s in services]
        assert len(set(values)) == len(values), column
    assert {s.seen for s in services} == {"huawei", "code", "name"}


def test_every_cell_is_clean() -> None:
    for service in list_services():
        assert service.code == service.code.lower()
        assert all(cell == cell.strip() and cell and cell.isprintable() for cell in service.as_row()), service
        assert len(service.name) <= LONGEST_NAME
        assert service.name.isascii()


@pytest.mark.parametrize("simulated", [*SERVICES, SUPPORT_PLAN], ids=lambda s: s.code.rpartition(".")[2])
def test_what_is_simulated_is_in_the_table_by_the_same_names(simulated) -> None:
    service = find_service(simulated.code)
    assert service is not None
    assert (service.name, service.name_zh) == (simulated.name, simulated.name_zh)


@pytest.mark.parametrize(
    ("code", "name", "called"),
    [
        ("hws.service.type.ec2", "弹性云服务器", "Elastic Cloud Server"),
        ("HWS.Service.Type.EC2", "ECS", "Elastic Cloud Server"),
        ("hws.service.type.new", "New Service", "New Service"),
        ("hws.service.type.new", "NAT Gateway", "NAT Gateway (hws.service.type.new)"),  # not the NAT Gateway we know
        (None, "NAT Gateway", "NAT Gateway"),
        ("hws.service.type.new", None, None),
        (None, None, None),
    ],
)
def test_a_service_is_called_by_its_code_where_that_is_known(code, name, called) -> None:
    assert name_service(code, name) == called


def test_a_name_never_gets_too_long_for_the_catalogue() -> None:
    name = min(known_names())
    assert len(name_service("c" * 200, name) or "") == LONGEST_NAME
