"""What the documents name exists: commands, make targets, links, and the files that the decision records point to."""

import re
from pathlib import Path

import pytest
import typer

TOP = Path(__file__).parents[2]
DOCUMENTS = [TOP / "README.md", TOP / "CONTRIBUTING.md", TOP / "CHANGELOG.md", *sorted((TOP / "docs").rglob("*.md"))]
RECORDS = sorted((TOP / "docs/adr").glob("0*.md"))
PARTS = ["## Context", "## Decision", "## Consequences", "## Alternatives", "## Files"]
RECORD_LINES = 40
named = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(TOP)))
recorded = pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.name)


@named
def test_every_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


@named
def test_every_make_target_is_one(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (TOP / "Makefile").read_text(), re.MULTILINE))
    used = set(re.findall(r"(?:^|`)make ([a-z]+)", document.read_text(), re.MULTILINE))
    assert used - targets == set()


def test_make_help_lists_every_public_target() -> None:
    makefile = (TOP / "Makefile").read_text()
    helped = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))
    assert helped >= {"env", "demo", "test", "deep", "check", "bench", "golden", "help"}


def test_every_command_of_the_first_hour_exists() -> None:
    from crossfoot.cli.main import app

    known = typer.main.get_command(app)
    lines = re.findall(r"^crossfoot (.+)$", (TOP / "README.md").read_text(), re.MULTILINE)
    assert lines
    for line in lines:
        words, command = line.split("#")[0].split(), known
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        assert command is not known, line
        options = {name for parameter in command.params for name in parameter.opts}
        assert [word for word in words if word.startswith("--") and word not in options] == [], line


@recorded
def test_a_decision_record_is_short_whole_and_points_to_files_that_exist(record: Path) -> None:
    text = record.read_text()
    assert text.count("\n") <= RECORD_LINES
    assert re.findall(r"^## .*$", text, re.MULTILINE) == PARTS
    pointed = re.findall(r"`([\w./-]+/[\w./-]*)`", text.partition("## Files")[2])
    assert pointed
    assert [path for path in pointed if not (TOP / path).exists()] == []


def test_the_list_of_records_names_each() -> None:
    assert re.findall(r"\((0[^)]+)\)", (TOP / "docs/adr/README.md").read_text()) == [path.name for path in RECORDS]
