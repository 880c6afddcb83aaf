"""C1, promise 1: whatever is asked by whomever, every medium says the same: JSON, both CSVs, XLSX and the screen.

Taken over the catalogue: a new report is covered without a line here.
"""

from random import Random

import pytest

from crossfoot.core.errors import NotFound
from crossfoot.reports.catalog import REPORTS
from crossfoot.reports.spec import Report
from tests.query.house import House
from tests.query.oracle import any_question
from tests.render.media import assert_same

READERS = ("alice", "bob", "shop", "both", "charlie", "dana")
ALL = "2026-08..2026-10"


def questions(report: Report, dice: Random) -> list[dict[str, object]]:
    """Every grouping of one dimension, in both digits by turns, some of two, one with a filter, one without a row."""
    if report.source.is_ledger:
        return [{}, {"period": "2026-10"}, {"filters": {"currency": ["USD"]}}, {"period": "2026-06"}]
    if report.is_lines:
        return [{"period": ALL}, {"period": "2026-09", "filters": {"account": ["acct-a2"]}}, {"period": "2026-06"}]
    ways = [[d.key] for d in report.by] + ([["tag:env"]] if report.tags else [])
    ways += [dice.sample([d.key for d in report.by], 2) for _ in range(4)]
    if report.is_trend:
        times, others = [["day"], ["week"], ["month"]], [w for w in ways if w[0] not in {"day", "week", "month"}]
        ways = times + [[dice.choice(("day", "week", "month")), way[0]] for way in others]
    asked = [{"period": ALL, "by": way, "digits": ("shown", "exact")[i % 2]} for i, way in enumerate(ways)]
    return [*asked, {"period": "2026-06"}, {"period": ALL, "filters": {"service": ["(none)", "ECS"]}}]


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.key)
def test_every_report_in_every_medium_for_every_reader(house: House, report: Report, name: str) -> None:
    reader = house.readers[name]
    if reader.user.role not in {role.value for role in report.seen_by}:
        with pytest.raises(NotFound):
            house.portal.table(report.key, reader.user, reader.customer, period=ALL)
        return
    for question in questions(report, Random(f"{report.key} {name}")):  # noqa: S311 - repeatable, not secret
        assert_same(house.portal.table(report.key, reader.user, reader.customer, **question))


def same_for_random_questions(house: House, name: str, count: int) -> None:
    reader = house.readers[name]
    dice = Random(f"media of {name}")  # noqa: S311 - repeatable, not secret
    for _ in range(count):
        question = any_question(dice, house.facts)
        assert_same(house.portal.table("usage-to-cost", reader.user, reader.customer, **question))


@pytest.mark.parametrize("name", READERS)
def test_random_questions_in_every_medium(house: House, name: str) -> None:
    same_for_random_questions(house, name, 8)


@pytest.mark.deep
@pytest.mark.parametrize("name", READERS)
def test_five_hundred_random_questions_in_every_medium(house: House, name: str) -> None:
    same_for_random_questions(house, name, 90)
