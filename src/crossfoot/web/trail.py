"""The way back from lines: the report that led to them, as it was, and the value that was opened, step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from django.urls import reverse
from django.utils.translation import gettext

from crossfoot.access.scope import Scope
from crossfoot.render.address import FROM, encode, filters_of, read_question, write_question
from crossfoot.reports.catalog import list_reports
from crossfoot.reports.question import Question
from crossfoot.reports.spec import Dimension
from crossfoot.reports.table import Table
from crossfoot.web.filters import Called, value_words

ADDED = ("unit", "currency")  # a row has them beside what it is grouped by; `narrowed` made filters of them


@dataclass(frozen=True)
class Crumb:
    """One step."""

    label: str
    url: str


def trail(scope: Scope, customer: str, table: Table, back: str, called: Called) -> tuple[Crumb, ...]:
    """Usage to cost › Elastic Cloud Server › Oct 2026: each keeps what is filtered now, but for what it stands above."""
    pairs = parse_qsl(back, keep_blank_values=True)
    parents = {r.key: r for r in list_reports(scope.role) if r.drill == table.report.key}
    parent = parents.get(dict(pairs).get(FROM, ""))
    if parent is None:
        return ()
    before = read_question(parent, scope.role, [pair for pair in pairs if pair[0] != FROM])
    opened = {d.key for d in before.by}
    kept = [(d, v) for d, v in table.question.filters if d.key not in {*opened, *ADDED}]
    question = replace(table.question, report=parent, by=before.by, digits="shown")
    address = reverse("report", args=[customer, parent.key])
    steps = _steps(question, filters_of(table.question), called)
    return tuple(
        Crumb(
            label or gettext(parent.title), f"{address}?{encode(write_question(_under(question, before, kept, own)))}"
        )
        for label, own, question in steps
    )


Filter = tuple[Dimension, tuple[str, ...]]


def _steps(question: Question, now: Mapping[str, Filter], called: Called) -> list[tuple[str, list[Filter], Question]]:
    """First nothing is opened, then one value after the other; each step is grouped by what is not opened yet."""
    steps: list[tuple[str, list[Filter], Question]] = [("", [], question)]
    opened: list[Filter] = []
    for i, dimension in enumerate(question.by):
        if dimension.key not in now:
            break
        opened = [*opened, now[dimension.key]]
        words = ", ".join(value_words(dimension, value, called) for value in now[dimension.key][1])
        steps.append((words, opened, replace(question, by=question.by[i + 1 :] or question.by[-1:])))
    return steps


def _under(question: Question, before: Question, kept: Sequence[Filter], own: Sequence[Filter]) -> Question:
    """The filters in force now, those of this step, and those that the reader had before the rest was opened."""
    mine = {d.key for d, _ in own}
    found = [*kept, *own, *((d, v) for d, v in before.filters if d.key not in mine)]
    return replace(question, filters=tuple(sorted(found, key=lambda one: one[0].key)))
