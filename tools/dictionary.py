"""Writes docs/reports.md, the dictionary of all reports and columns, from the catalogue: `python -m tools.dictionary`."""

from collections.abc import Iterator
from pathlib import Path

from crossfoot.core.roles import EVERYONE
from crossfoot.reports.catalog import REPORTS, all_columns, since_of
from crossfoot.reports.spec import Column, Report

PLACE = Path(__file__).parents[1] / "docs" / "reports.md"
HEAD = """# Reports

Every report with its columns and filters, as `crossfoot definitions`, the page *Definitions* and `/api/v1/definitions`
tell them to those who may see them. Written by `python -m tools.dictionary`; the definitions stand in `reports/`.
"""


def dictionary() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for report in REPORTS for line in _report(report))])


def _report(report: Report) -> Iterator[str]:
    yield f"## {report.title}: `{report.key}`\n"
    yield f"*{report.question}* {report.how_to_read}\n"
    yield "| column | label | kind | means | since revision |"
    yield "|---|---|---|---|---|"
    for column in all_columns(report):
        yield f"| `{column.key}` | {column.label} | {column.kind} | {_meaning(column)} | {since_of(report, column.key)} |"
    yield ""
    for change in report.changes:
        yield f"- Revision {change.revision}, {change.day.isoformat()}: {change.sentence}"
    if report.changes:
        yield ""


def _meaning(column: Column) -> str:
    only = "" if column.seen_by == EVERYONE else f" Only for {', '.join(sorted(column.seen_by))}."
    return (column.help + only).replace("|", "\\|")


if __name__ == "__main__":
    PLACE.write_text(dictionary())
