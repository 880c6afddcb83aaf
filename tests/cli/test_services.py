"""`crossfoot services`: the table as it stands, and another name from a day on."""

import pytest

from tests.cli.command import Run
from tests.portal import Portal

ECS = "hws.service.type.ec2"
AS = ("--as", "frank@example.com")


@pytest.fixture
def operator(portal: Portal) -> Portal:
    assert portal.frank
    return portal


def test_services_are_listed_and_renamed_in_json_and_in_words(operator: Portal, crossfoot: Run) -> None:
    listed = {service["code"]: service for service in crossfoot("services", "--json").document}
    assert len(listed) >= 120
    assert listed[ECS] | {"history": []} == {
        "code": ECS,
        "service_category": "Compute",
        "service_subcategory": "Virtual Machines",
        "name": "Elastic Cloud Server",
        "name_zh": "弹性云服务器",
        "shown": "Elastic Cloud Server",
        "shown_zh": "弹性云服务器",
        "since": None,
        "history": [],
    }
    names = ("--en", "Cloud Servers", "--zh", "云主机", "--from", "2026-01-01")
    made = crossfoot("services", "rename", ECS, *names, *AS, "--json").document
    assert (made["shown"], made["shown_zh"], made["since"]) == ("Cloud Servers", "云主机", "2026-01-01")
    [given] = made["history"]
    assert (given["by"], given["from"]) == ("frank@example.com", "2026-01-01")
    said = crossfoot("services", "rename", ECS, *names, *AS)
    assert said.out.decode().splitlines() == [f"{ECS} is Cloud Servers (云主机) from 2026-01-01"]  # once, not twice
    lines = crossfoot("services").out.decode().splitlines()
    assert f"Elastic Cloud Server  {ECS}  Compute  shown as Cloud Servers since 2026-01-01" in lines


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((ECS, "--en", "", *AS), 2, "no new name"),
        ((ECS, "--en", "NAT Gateway", *AS), 2, "is a name of the service hws.service.type.natgateway"),
        ((ECS, "--en", "Servers", "--from", "tomorrow", *AS), 2, "is not a date"),
        (("nothing", "--en", "Servers", *AS), 7, "no service 'nothing'"),
        ((ECS, "--en", "Servers", "--as", "erin@example.com"), 7, "does not include this"),
    ],
)
def test_a_bad_rename_is_one_sentence(operator: Portal, crossfoot: Run, words, code, says) -> None:
    assert operator.erin
    ran = crossfoot("services", "rename", *words)
    assert (ran.code, ran.out) == (code, b"")
    assert says in ran.err
    assert ran.err.count("\n") == 1
