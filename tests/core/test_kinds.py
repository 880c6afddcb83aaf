"""Every kind of finding is declared once: what it is called, who has to act, and whether finance may accept it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import crossfoot
from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.core.kinds import KINDS, OTHER, kind_of, may_be_accepted

SOURCE = Path(crossfoot.__file__).parent
NAMED_BY = {"find_lines": 0, "remark": 1}  # which argument of these names the kind


def made() -> Iterator[tuple[str, str]]:
    """Every kind that the code makes, with the file that makes it."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            given = [keyword.value for keyword in node.keywords if keyword.arg == "check"]
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            given += node.args[NAMED_BY[name] : NAMED_BY[name] + 1] if name in NAMED_BY else []
            yield from ((s, path.name) for one in given if isinstance(s := getattr(one, "value", None), str))


def test_every_kind_that_is_made_is_declared_and_every_one_declared_is_made() -> None:
    found = set(made())
    assert {(kind, place) for kind, place in found if kind not in KINDS} == set()
    texts = "".join(p.read_text() for p in SOURCE.rglob("*.py") if p.name != "kinds.py")
    assert [kind for kind in KINDS if f'"{kind}"' not in texts] == []


def test_only_what_leaves_a_price_on_every_line_may_be_accepted() -> None:
    assert {key for key, kind in KINDS.items() if kind.accepting} == {"amount-sums", "completeness", "no-final-charges"}


def test_a_finding_of_an_older_version_says_not_exactly_what_it_saw_and_cannot_be_accepted() -> None:
    old = Finding(
        check="completeness", severity=Severity.BLOCK, reach=Reach.CUSTOMER_MONTH, message="Lost.", next_step="Ask."
    )
    assert not may_be_accepted(old)
    assert kind_of("long-forgotten") is OTHER
