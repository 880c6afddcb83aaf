"""What a bill replaces: an account's month that now has fewer lines, or that a newer file already tells. Notes, never silent.

Call it as staff, before the bill's own slices are stored.
"""

from collections.abc import Iterable

from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.ingest.current import Current, list_current
from crossfoot.ingest.reading import SliceRead


def find_replaced(name: str, slices: Iterable[SliceRead]) -> list[Finding]:
    """One note for each account's month that gets poorer, or that stays as it is because this file is older."""
    slices = tuple(slices)
    cycles = {part.cycle for part in slices}
    in_force = {(c.account, c.cycle): c for c in list_current(cycles) if c.rows}
    found = [
        _note(name, part, in_force[part.account, part.cycle])
        for part in slices
        if (part.account, part.cycle) in in_force
    ]
    return [finding for finding in found if finding]


def _note(name: str, part: SliceRead, old: Current) -> Finding | None:
    if part.is_refused:
        return None
    if (part.is_final, part.as_of or "") < (old.is_final, str(old.as_of or "")):
        said = f"It is older than {old.name}, whose {old.rows} lines of this account's month stay in force."
        return _finding("older-file", name, part, said, "Nothing to do; the file is kept.")
    if part.rows < old.rows:
        said = (
            f"It has {part.rows} lines of this account's month, where {old.name} had {old.rows}; it replaces them all."
        )
        return _finding(
            "replaced", name, part, said, "Compare the two if you did not expect it, and ingest the missing lines."
        )
    return None


def _finding(check: str, name: str, part: SliceRead, message: str, next_step: str) -> Finding:
    return Finding(
        check=check,
        severity=Severity.NOTE,
        reach=Reach.ACCOUNT,
        file=name,
        account=part.account,
        cycle=part.cycle,
        message=message,
        next_step=next_step,
    )
