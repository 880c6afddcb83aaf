"""How to read a table, on its own figures: the largest row, the others, what rounding misses, and the total they make."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from crossfoot.core.money import plain
from crossfoot.core.words import mark as _
from crossfoot.render.screen import cycle_words, date_cell, figure
from crossfoot.reports.spec import Dimension, Kind
from crossfoot.reports.table import Record, Table
from crossfoot.reports.vocabulary import BILLED_COST, MONTH

MOST_ROWS = 2_000  # of which an example is worked out while a page is made
Say = Callable[[str], str]


@dataclass(frozen=True)
class Example:
    """Sentences, and the sum that they tell; a report of lines has no sum to show."""

    sentences: tuple[str, ...]
    equation: str = ""


def worked_example(table: Table, say: Say = str, called: Mapping[str, str] | None = None) -> Example | None:
    """The example of the table's first currency; None where there is no cost to add up."""
    total = next((t for t in table.totals if t.get(BILLED_COST.key) is not None), None)
    if total is None:
        return None
    if table.report.is_lines:
        return _of_lines(table, total, say)
    if table.meta.row_count > MOST_ROWS:
        return None
    costs = [(Decimal(cost), row) for row in table.rows() if _is_in(row, total) and (cost := row.get(BILLED_COST.key))]
    if not costs:
        return None
    top = max(costs, key=lambda one: abs(one[0]))
    rest = sum((cost for cost, _row in costs), Decimal(0)) - top[0]
    rounding = sum((Decimal(r.get(BILLED_COST.key) or 0) for r in table.rounding if _is_in(r, total)), Decimal(0))
    name = _name(table, top[1], say, called or {})
    sentences = [say(_("{name} is {cost}.")).format(name=name, cost=figure(plain(top[0])))]
    parts = [top[0]]
    if len(costs) > 1:
        words = say(_("The other rows ({count}) add up to {cost}."))
        sentences.append(words.format(count=figure(str(len(costs) - 1)), cost=figure(plain(rest))))
        parts.append(rest)
    if rounding:
        words = say(_("The Rounding row is {cost}: what the rounded rows miss of the rounded total."))
        sentences.append(words.format(cost=figure(plain(rounding))))
        parts.append(rounding)
    sentences.append(say(_("Together they are the Total:") if len(parts) > 1 else _("It is the whole Total:")))
    return Example(tuple(sentences), f"{_added(parts)} = {_amount(total)}")


def _of_lines(table: Table, total: Record, say: Say) -> Example | None:
    if len(table.totals) > 1 or not table.meta.row_count:
        return None  # how many of the lines are of which currency, no part of a Table says
    words = say(_("Here, {count} lines add up to exactly {total}."))
    return Example((words.format(count=figure(str(table.meta.row_count)), total=_amount(total)),))


def _is_in(row: Record, total: Record) -> bool:
    return row.get("currency") == total.get("currency")


def _amount(total: Record) -> str:
    return f"{figure(total[BILLED_COST.key] or '')} {total['currency']}"


def _added(parts: list[Decimal]) -> str:
    """`6.00 + 5.00 − 3.00`."""
    first, *others = parts
    signs = (f" {'−' if part < 0 else '+'} {figure(plain(abs(part)))}" for part in others)
    return figure(plain(first)) + "".join(signs)


def _name(table: Table, row: Record, say: Say, called: Mapping[str, str]) -> str:
    found = (_said(d, row, say, called) for d in table.question.by if d.key != "currency")
    return ", ".join(found) or say(_("The row"))


def _said(dimension: Dimension, row: Record, say: Say, called: Mapping[str, str]) -> str:
    value = row.get(dimension.key)
    if value is None:
        return say(dimension.empty) if dimension.empty else say(_("unknown"))
    if not value:
        return say(_("empty"))
    if dimension.kind is Kind.DATE:
        return date_cell(value)
    if dimension.key == MONTH.key:
        return cycle_words(value)
    return row.get(f"{dimension.key}_name") or called.get(value, value)
