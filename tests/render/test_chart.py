"""Charts: which bars, in which colours, with which words."""

from dataclasses import replace
from datetime import UTC, datetime

from crossfoot.render.chart import MOST, OTHER_COLOUR, PALETTE, colour, render_chart
from crossfoot.reports.spec import Kind
from crossfoot.reports.table import TableColumn
from tests.render.tables import Row, batches, cost_table, usd

TOTAL = [{"currency": "USD", "list_cost": "1.00", "billed_cost": "1.00"}]


def daily(day: str, cost: str, service: str = "ecs") -> Row:
    return {"currency": "USD", "service": service, "day": day, "list_cost": cost, "billed_cost": cost}


def test_the_largest_eight_and_the_rest_together() -> None:
    table = cost_table([usd(f"s{n:02}", "1.00", f"{n}.10") for n in range(1, 12)], TOTAL)
    option = render_chart(table)
    assert option is not None
    data = option["series"][0]["data"]
    assert [bar["name"] for bar in data] == ["s11", "s10", "s09", "s08", "s07", "s06", "s05", "s04", "Other (3)"]
    assert data[-1]["value"] == "6.30"
    assert option["title"]["text"] == "Cost (excl. tax) by service, Oct 2026, USD"
    assert option["tooltip"]["renderMode"] == "richText"
    assert option["xAxis"]["scale"] is False


def test_a_service_has_the_same_colour_in_every_chart() -> None:
    first = render_chart(cost_table([usd("ecs", "1.00", "9.00"), usd("obs", "1.00", "1.00")], TOTAL))
    second = render_chart(cost_table([usd("ecs", "1.00", "1.00"), usd("rds", "1.00", "9.00")], TOTAL))
    assert first is not None
    assert second is not None
    assert first["series"][0]["data"][0]["itemStyle"]["color"] == colour("ecs")
    assert second["series"][0]["data"][1]["itemStyle"]["color"] == colour("ecs")


def test_two_values_of_one_colour_differ_by_pattern() -> None:
    names = [f"service {n}" for n in range(200) if colour(f"service {n}") == PALETTE[0]][:2]
    option = render_chart(cost_table([usd(name, "1.00", "1.00") for name in names], TOTAL))
    assert option is not None
    styles = [bar["itemStyle"] for bar in option["series"][0]["data"]]
    assert styles[0] == {"color": PALETTE[0]}
    assert styles[1]["color"] == PALETTE[0]
    assert styles[1]["decal"]


def test_days_run_along_and_services_are_stacked() -> None:
    table = cost_table(
        [daily("2026-10-01", "1.00"), daily("2026-10-02", "2.00"), daily("2026-10-02", "0.50", "obs")],
        TOTAL,
        by=["service", "day"],
    )
    option = render_chart(table)
    assert option is not None
    assert option["xAxis"]["data"] == ["1 Oct 2026", "2 Oct 2026"]
    assert {s["name"]: s["data"] for s in option["series"]} == {"ecs": ["1.00", "2.00"], "obs": ["0", "0.50"]}
    assert {s["stack"] for s in option["series"]} == {"all"}


def test_a_day_that_is_not_whole_is_hatched() -> None:
    table = cost_table(
        [daily("2026-10-01", "1.00"), daily("2026-10-02", "2.00")],
        TOTAL,
        by=["day"],
        through=datetime(2026, 10, 2, 4, tzinfo=UTC),
    )
    option = render_chart(table)
    assert option is not None
    whole, begun = option["series"][0]["data"]
    assert whole == "1.00"
    assert begun["itemStyle"]["decal"]


def test_many_services_over_time_keep_eight_and_other() -> None:
    rows = [daily("2026-10-01", f"{n}.00", f"s{n:02}") for n in range(1, 12)]
    option = render_chart(cost_table(rows, TOTAL, by=["service", "day"]))
    assert option is not None
    assert len(option["series"]) == MOST + 1
    assert option["series"][-1]["itemStyle"] == {"color": OTHER_COLOUR}


def test_one_currency_is_drawn_and_the_other_is_named() -> None:
    table = cost_table(
        [usd("ecs", "1.00", "1.00"), usd("obs", "1.00", "1.00"), {**usd("ecs", "1.00", "5.00"), "currency": "EUR"}],
        [{"currency": "EUR", "billed_cost": "5.00"}, {"currency": "USD", "billed_cost": "2.00"}],
    )
    option = render_chart(table)
    assert option is not None
    assert option["title"]["subtext"] == "The table also has amounts in EUR."
    assert [bar["value"] for bar in option["series"][0]["data"]] == ["1.00", "1.00"]


def test_one_bar_alone_is_no_chart() -> None:
    assert render_chart(cost_table([usd("ecs", "1.00", "1.00")], TOTAL)) is None


def test_a_bar_is_called_by_its_readable_name_and_coloured_by_its_code() -> None:
    named = TableColumn(key="region_name", label="Region name", kind=Kind.LABEL, help="The region in words.")
    rows = [
        {"currency": "USD", "region": code, "region_name": name, "list_cost": "1.00", "billed_cost": "1.00"}
        for code, name in (("cn-north-4", "Beijing"), ("eu-0", None))
    ]
    plain = cost_table(rows, TOTAL, by=["region"])
    table = replace(plain, columns=(*plain.columns, named), batches=lambda: iter(batches(rows, list(rows[0]), 10)))
    option = render_chart(table)
    assert option is not None
    bars = option["series"][0]["data"]
    assert [bar["name"] for bar in bars] == ["Beijing", "eu-0"]
    assert bars[0]["itemStyle"]["color"] == colour("cn-north-4")


def test_a_value_that_is_empty_is_not_one_that_is_missing() -> None:
    rows: list[Row] = [
        {"currency": "USD", "tag:env": value, "list_cost": "1.00", "billed_cost": "1.00"}
        for value in (None, "", "prod")
    ]
    option = render_chart(cost_table(rows, TOTAL, by=["tag:env"]))
    assert option is not None
    assert {bar["name"] for bar in option["series"][0]["data"]} == {"(untagged)", "(empty)", "prod"}
