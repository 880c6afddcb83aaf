"""Every report, column, setting, command and act stands in the documents; what is missing is named."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import typer

from crossfoot.audit.record import Action
from crossfoot.reports.catalog import REPORTS, all_columns
from tools.dictionary import PLACE, dictionary

TOP = Path(__file__).parents[2]
DOCS = TOP / "docs"
SETTING = re.compile(r"\b(?:CROSSFOOT_[A-Z0-9_]+|DATABASE_URL)\b")
OURS = {"CROSSFOOT_RESTORING"}  # one process of ours tells it another; nobody sets it
OPTIONAL = {"--json"}  # every command has it, says the page once


def commands(group: click.Command, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in getattr(group, "commands", {}).items():
        if not command.hidden:
            if getattr(command, "commands", None):
                yield from commands(command, f"{before}{name} ")
            else:
                yield f"{before}{name}", command


def test_the_dictionary_is_that_of_the_catalogue() -> None:
    assert PLACE.read_text() == dictionary(), "run `python -m tools.dictionary`"


def test_every_report_and_column_stands_in_it() -> None:
    text = PLACE.read_text()
    for report in REPORTS:
        section = text.partition(f"`{report.key}`\n")[2].partition("\n## ")[0]
        missing = [column.key for column in all_columns(report) if f"| `{column.key}` |" not in section]
        assert missing == [], report.key


def test_every_command_and_option_stands_in_the_list_of_commands() -> None:
    from crossfoot.cli.main import app

    text = (DOCS / "commands.md").read_text()
    known = list(commands(typer.main.get_command(app)))
    assert len(known) > 20
    assert [name for name, _ in known if not re.search(rf"`{name}[ `]", text)] == []
    for name, command in known:
        line = next(line for line in text.splitlines() if re.search(rf"^\| .*`{name}[ `]", line.split(" | ")[0]))
        options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        assert sorted(option for option in options - OPTIONAL if option not in line) == [], name


def test_every_setting_stands_in_the_list_of_settings() -> None:
    said = set(SETTING.findall((DOCS / "commands.md").read_text()))
    used = {name for path in (TOP / "src").rglob("*.py") for name in SETTING.findall(path.read_text())}
    assert sorted(name for name in used - said - OURS if not name.endswith("_")) == []


def test_every_act_stands_in_the_list_of_acts_and_nothing_else() -> None:
    listed = re.findall(r"^\| `([a-z-]+:[a-z-]+)` \|", (DOCS / "audit.md").read_text(), re.MULTILINE)
    assert listed == sorted(action.value for action in Action)


def test_every_address_of_the_api_stands_in_its_page() -> None:
    from tests.web.routes import patterns

    text = (DOCS / "api.md").read_text()
    ours = [re.sub(r"<slug:key>", "KEY", re.sub(r"<(?:number|claim)>", "ID", p)) for p in patterns() if p[:4] == "api/"]
    assert [address for address in ours if f"`/{address}`" not in text and f"`/{address}?" not in text] == []
