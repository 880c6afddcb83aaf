"""Each rule on a line that breaks it, a line that keeps it, and a line that is excused."""

import ast
from pathlib import Path

import pytest

from tools.rules import RULES
from tools.rules.rule import Rule, Source
from tools.rules.size import FILE_LINES, FUNCTION_LINES

BY_NAME = {rule.name: rule for rule in RULES}


def source(path: str, text: str) -> Source:
    return Source(Path(path), text, ast.parse(text))


def found(rule: Rule, *sources: Source) -> list[str]:
    return [f"{breach.path}:{breach.line}" for breach in rule.breaches(sources)]


BROKEN = [
    ("scope", "scope = Scope(customers=everybody)"),
    ("scope", "scope = access.scope.Scope(customers=everybody)"),
    ("scope", "wider = replace(scope, customers=everybody)"),
    ("scope", "wider = dataclasses.replace(request.scope, customers=everybody)"),
    ("exact", "amount = float(text)"),
    ("exact", "amount = round(amount, 2)"),
    ("exact", "at = datetime.now(UTC)"),
    ("exact", "at = datetime.datetime.utcnow()"),
    ("exact", "day = date.today()"),
    ("exact", "at = timezone.now()"),
    ("exact", "from django.utils.timezone import now"),
]
KEPT = [
    ("scope", "def run(report: Report, scope: Scope) -> Table: ..."),
    ("scope", "text = text.replace(old, new)"),
    ("exact", "at = clock.now()"),
    ("exact", "amount = round8(amount)"),
    ("exact", "def share(value: float) -> None: ..."),
    ("exact", "at = now()"),
]


@pytest.mark.parametrize(("rule", "line"), BROKEN)
def test_a_breach_is_found(rule: str, line: str) -> None:
    assert found(BY_NAME[rule], source("src/crossfoot/web/pages.py", f"\n{line}\n")) == ["src/crossfoot/web/pages.py:2"]


@pytest.mark.parametrize(("rule", "line"), KEPT)
def test_what_is_allowed_is_not_found(rule: str, line: str) -> None:
    assert found(BY_NAME[rule], source("src/crossfoot/web/pages.py", line)) == []


@pytest.mark.parametrize(
    ("rule", "path", "line"),
    [
        ("scope", "src/crossfoot/access/scope.py", "scope = Scope()"),
        ("exact", "src/crossfoot/core/clock.py", "at = datetime.now(UTC)"),
        ("exact", "tests/core/test_clock.py", "at = datetime.now(UTC)"),
        ("scope", "tests/access/test_scope.py", "scope = Scope()"),
    ],
)
def test_the_rule_has_its_home(rule: str, path: str, line: str) -> None:
    assert found(BY_NAME[rule], source(path, line)) == []


@pytest.mark.parametrize(
    ("text", "excused"),
    [
        ("seconds = float(text)  # allow exact: seconds to wait, not money", True),
        ("# allow exact: seconds to wait, not money\nseconds = float(text)", True),
        ("seconds = float(text)  # allow exact:", False),
        ("seconds = float(text)  # allow scope: another rule", False),
        ("# allow exact: too far above\n\nseconds = float(text)", False),
    ],
)
def test_a_comment_excuses_its_own_line_and_gives_a_reason(text: str, excused: bool) -> None:  # noqa: FBT001
    assert (found(BY_NAME["exact"], source("src/crossfoot/jobs/wait.py", text)) == []) is excused


def test_customer_owned_rows_are_reached_through_their_room() -> None:
    models = source(
        "src/crossfoot/billing/models.py",
        "class Invoice(Model):\n    customer_owned: ClassVar[bool] = True\n"
        "class Rate(Model):\n    day = DateField()\n"
        "def open_invoices():\n    return Invoice.objects.all()\n",
    )
    page = source(
        "src/crossfoot/web/pages.py",
        "Invoice.objects.all()\nmodels.Invoice.objects.get(pk=1)\nInvoice._default_manager.all()\nRate.objects.all()\n",
    )
    assert found(BY_NAME["owned"], models, page) == [f"src/crossfoot/web/pages.py:{line}" for line in (1, 2, 3)]


def test_a_long_file_is_found() -> None:
    assert found(BY_NAME["size"], source("src/crossfoot/web/pages.py", "a = 1\n" * FILE_LINES)) == []
    assert found(BY_NAME["size"], source("src/crossfoot/web/pages.py", "a = 1\n" * (FILE_LINES + 1))) != []


@pytest.mark.parametrize(("long", "short", "places"), [(1, 99, 0), (1, 100, 0), (2, 98, 2)])
def test_one_long_function_in_a_hundred_is_let_through(long: int, short: int, places: int) -> None:
    too_long = "def f():\n" + "    a = 1\n" * FUNCTION_LINES
    sources = [
        source(f"src/crossfoot/web/p{n}.py", too_long if n < long else "def f(): ...") for n in range(long + short)
    ]
    assert len(found(BY_NAME["size"], *sources)) == places


def test_every_rule_says_why() -> None:
    assert all(len(rule.why) > 80 for rule in RULES)
