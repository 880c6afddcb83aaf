"""How commands speak: one JSON document on stdout with --json, plain lines without; refusals as one sentence."""

import json
import sys
from collections.abc import Iterable
from typing import Annotated

import typer

from crossfoot.core.finding import Finding

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def say(line: str) -> None:
    """A line of the answer."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def say_json(document: object) -> None:
    """The answer as one JSON document."""
    say(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def warn(line: str) -> None:
    """A line that is not part of the answer."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def say_findings(findings: Iterable[Finding]) -> None:
    """Every block with its record; notes by kind, because a month has many and none needs an act (`--json` has all)."""
    notes: dict[tuple[str, str, str, str], list[Finding]] = {}
    for finding in findings:
        if finding.is_block:
            say(f"  block: {finding.sentence}")
        elif finding.is_accepted:
            say(f"  accepted: {finding.sentence}")
        else:
            notes.setdefault((finding.check, finding.column, finding.message, finding.next_step), []).append(finding)
    for (_, _, message, next_step), alike in notes.items():
        count = sum(f.count for f in alike)
        first = alike[0]
        where = ", ".join(part for part in (first.file, first.record is not None and f"record {first.record}") if part)
        where += f", column {first.column}" if first.column else ""
        say(f"  note: {message} {next_step} ({count} in all, the first in {where})")
