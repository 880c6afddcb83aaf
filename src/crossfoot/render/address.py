"""A question as an address and back: links on pages, in mails and in files ask exactly what their reader saw.

`period`, `by`, `as_of` and `digits` have their names; every other name is a dimension to filter by. Two words stand for
what has no text: `(none)` for no value and `(empty)` for a tag whose value is empty.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote, urlencode

from crossfoot.core.clock import instant
from crossfoot.core.errors import BadRequest
from crossfoot.core.roles import Role
from crossfoot.reports.question import NONE_WORD, Question, ask
from crossfoot.reports.spec import Dimension, Kind, Report
from crossfoot.reports.table import Record, Table

EMPTY_WORD = "(empty)"
BACK = "back"  # in the address of lines: how the report that led to them was grouped and filtered
FROM = "report"  # in it: which report that was
QUESTION_WORDS = frozenset({"period", "by", "as_of", "digits"})
Pairs = list[tuple[str, str]]


def read_question(report: Report, role: Role, pairs: Iterable[tuple[str, str]]) -> Question:
    """The question of an address. A blank period or grouping asks for nothing; a report of lines groups by nothing.

    Raises:
        BadRequest: a name or a value that the report does not have, or a filter that names no value.
    """
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        if value:
            found.setdefault(key, []).append(value)
        elif key not in QUESTION_WORDS:
            raise BadRequest(
                f"The filter {key[:40]} is blank: write {key[:40]}={NONE_WORD} for charges that name none, "
                f"{key[:40]}={EMPTY_WORD} for an empty text, or leave the filter out."
            )
    by = [key for text in found.pop("by", []) for key in text.split(",") if key]
    words = {key: found.pop(key, [""])[-1] for key in ("period", "as_of", "digits")}
    filters = {key: ["" if value == EMPTY_WORD else value for value in values] for key, values in found.items()}
    return ask(report, role, by=() if report.is_lines else by, filters=filters, **words)


def write_question(question: Question) -> Pairs:
    """The question as pairs of an address, in one order."""
    pairs: Pairs = [("period", question.period.text)] if question.period else []
    pairs += [("by", dimension.key) for dimension in question.by]
    pairs += [(dimension.key, value or EMPTY_WORD) for dimension, values in question.filters for value in values]
    if question.as_of:
        pairs.append(("as_of", instant(question.as_of)))
    if question.digits == "exact" and not question.report.is_lines:
        pairs.append(("digits", question.digits))
    return pairs


def encode(pairs: Iterable[tuple[str, str]]) -> str:
    """Pairs as a query string."""
    return urlencode(list(pairs), quote_via=quote, safe=":,")


def pinned(table: Table) -> Question:
    """The question as known when what is shown was published or written down: a file fetched after a correction equals the screen."""
    return replace(table.question, as_of=table.question.as_of or table.meta.pinned_at)


def narrowed(table: Table, record: Record, target: Report) -> Pairs | None:
    """The question to `target` that is answered by what lies behind one row, all filters kept; None where it cannot be."""
    question = table.question
    chosen: dict[str, tuple[str, ...]] = {d.key: values for d, values in question.filters}
    for key in _keys(table, record):
        if not _may_filter(target, key):
            return None
        value = record.get(key)
        chosen[key] = (NONE_WORD if value is None else value,)
    kept = [pair for pair in write_question(replace(question, filters=(), by=())) if pair[0] != "digits"]
    filters = [(key, value or EMPTY_WORD) for key in sorted(chosen) for value in chosen[key]]
    return (
        kept
        + filters
        + [(BACK, encode([(FROM, question.report.key), *_came_from(question, set(_keys(table, record)))]))]
    )


def opened(table: Table, record: Record, cycles: Sequence[str]) -> Pairs | None:
    """The question for the charges of the order that a line gives back, in whatever month they are; None without one."""
    order = record.get(table.report.opens)
    if not order or not cycles:
        return None
    pairs = [("period", f"{cycles[-1]}..{cycles[0]}"), ("order", order)]
    as_of = [pair for pair in write_question(table.question) if pair[0] == "as_of"]
    return pairs + as_of


def _came_from(question: Question, narrowed_keys: set[str]) -> Pairs:
    """What a reader had before: the grouping, and the filters that the row's own values replace."""
    replaced = tuple((d, values) for d, values in question.filters if d.key in narrowed_keys)
    return write_question(replace(question, period=None, filters=replaced, as_of=None, digits="shown"))


def _keys(table: Table, record: Record) -> list[str]:
    """What tells this row from the others: its dimensions, the unit where there is one, the currency where several."""
    keys = [dimension.key for dimension in table.question.by if dimension.key in record]  # a subtotal has one of two
    keys += [c.key for c in table.columns if c.kind is Kind.UNIT and c.key in record]
    if len(table.totals) > 1 and "currency" not in keys:
        keys.append("currency")
    return keys


def _may_filter(report: Report, key: str) -> bool:
    return (report.tags and key.startswith("tag:")) or any(d.key == key for d in report.filters)


def without(question: Question, key: str) -> Question:
    """The question without one of its filters."""
    return replace(question, filters=tuple((d, values) for d, values in question.filters if d.key != key))


def filters_of(question: Question) -> Mapping[str, tuple[Dimension, tuple[str, ...]]]:
    """The filters by their names."""
    return {dimension.key: (dimension, values) for dimension, values in question.filters}
