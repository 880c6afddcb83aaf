"""A question, as asked and resolved: which report, whose, when, by what, filtered how, as known when, in which digits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from crossfoot.core.clock import instant, parse_instant, today
from crossfoot.core.errors import BadRequest
from crossfoot.core.period import Period, parse_period
from crossfoot.core.roles import Role
from crossfoot.reports.spec import Dimension, Report
from crossfoot.reports.vocabulary import TAG_PREFIX, TIMES, tag

Digits = Literal["shown", "exact"]
MAX_BY = 2
LAST_YEAR = 2999
NONE_WORD = "(none)"  # how a filter names what carries no value


@dataclass(frozen=True, kw_only=True)
class Question:
    """The resolved question. `period` is None until the newest published month is known."""

    report: Report
    period: Period | None
    by: tuple[Dimension, ...] = ()
    filters: tuple[tuple[Dimension, tuple[str, ...]], ...] = ()
    as_of: datetime | None = None
    digits: Digits = "shown"
    customer: str = field(default="")

    def as_json(self) -> dict[str, object]:
        """The question as contract.md writes it."""
        return {
            "customer": self.customer,
            "period": self.period.text if self.period else None,
            "by": [d.key for d in self.by],
            "filters": {d.key: list(values) for d, values in self.filters},
            "as_of": instant(self.as_of) if self.as_of else None,
            "digits": self.digits,
        }


def ask(  # noqa: PLR0913 - one parameter for each part of a question, all by name
    report: Report,
    role: Role,
    *,
    period: str = "",
    by: Sequence[str] = (),
    filters: Mapping[str, Sequence[str]] | None = None,
    as_of: str = "",
    digits: str = "",
) -> Question:
    """Read a question from words.

    Raises:
        BadRequest: a word that the report does not have; the sentence lists what it has.
    """
    if report.is_lines and by:
        raise BadRequest(f"{report.title} lists single charges and groups by nothing: leave out {', '.join(by)}.")
    keys = tuple(by) or ((report.default_by,) if report.default_by else ())
    if report.is_trend:
        keys = _time_first(keys, report)
    if len(keys) > MAX_BY or len(set(keys)) != len(keys):
        raise BadRequest(f"Group by one or two different dimensions, not {', '.join(keys)}.")
    wanted = _digits(digits or "shown")
    if any("\x00" in text for values in (filters or {}).values() for text in values):
        raise BadRequest("A filter holds a NUL character, which no bill can hold: remove it.")
    chosen = {key: tuple(values) for key, values in (filters or {}).items() if values}
    return Question(
        report=report,
        period=parse_period(period, today()) if period else None,
        by=tuple(_dimension(report, role, key, report.by) for key in keys),
        filters=tuple(
            (_dimension(report, role, key, report.filters), tuple(sorted(set(chosen[key])))) for key in sorted(chosen)
        ),
        as_of=_instant(as_of) if as_of else None,
        digits="exact" if report.is_lines else wanted,
    )


def _dimension(report: Report, role: Role, key: str, known: tuple[Dimension, ...]) -> Dimension:
    if report.tags and key.startswith(TAG_PREFIX):
        return tag(key)
    seen = [d for d in known if role in d.seen_by]
    for dimension in seen:
        if dimension.key == key:
            return dimension
    allowed = ", ".join(d.key for d in seen) + (", tag:KEY" if report.tags else "")
    raise BadRequest(f"{report.title} has no dimension {key!r} here: choose from {allowed or 'none'}.")


def _time_first(keys: tuple[str, ...], report: Report) -> tuple[str, ...]:
    """A trend runs along a time: it leads, wherever it was named, and is the usual one where none was."""
    times = tuple(key for key in keys if key in TIMES)
    if len(times) > 1:
        raise BadRequest(f"{report.title} runs along one time, not along {' and '.join(times)}.")
    return (*(times or (report.default_by,)), *(key for key in keys if key not in TIMES))


def _digits(text: str) -> Digits:
    if text == "shown":
        return "shown"
    if text == "exact":
        return "exact"
    raise BadRequest(f"Digits are shown or exact, not {text!r}.")


def _instant(text: str) -> datetime:
    try:
        found = parse_instant(text)
    except ValueError:
        raise BadRequest(f"{text!r} is not an instant: write 2026-11-05T04:04:00Z.") from None
    if found.year > LAST_YEAR:  # a little later an instant cannot be told in every time zone
        raise BadRequest(f"{text} is still to come: only what is known can be asked for.")
    return found
