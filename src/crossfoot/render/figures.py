"""At most three headline figures of a Table. They are cells of it, or shares of what it shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from crossfoot.core.words import mark as _
from crossfoot.render.cells import Say, cell_text
from crossfoot.render.screen import figure, name_of_nothing, share, signed
from crossfoot.reports.spec import Source
from crossfoot.reports.table import Record, Table, TableColumn
from crossfoot.reports.vocabulary import TAG_PREFIX

COST, LIST = "billed_cost", "list_cost"
MOST = 3
_UNKNOWN, _EMPTY, _LINES = _("unknown"), _("empty"), _("Lines")
_CARRY, _LARGEST, _AGAINST = _("carry the tag {tag}"), _("largest: {name}"), _("against: {name}")
# How a trend moved, and against what: whole months before the same days of them.
MOVES = (("month_change", "month_before"), ("same_days_change", "same_days"))


@dataclass(frozen=True)
class Figure:
    """One headline figure: the number, its unit, and what it is."""

    value: str
    unit: str
    label: str


def headline(table: Table, called: Mapping[str, str], say: Say = str) -> tuple[Figure, ...]:
    """Cost, list cost and one share, or how a trend moved; in several currencies, the cost in each of the first three."""
    labels = {column.key: say(column.label) for column in table.columns}
    if table.report.source.is_ledger:
        return _balances(table, labels, say)
    totals = [total for total in table.totals if COST in total]
    if len(totals) != 1:
        return tuple(_money(total, COST, labels[COST], say) for total in totals[:MOST])
    total = totals[0]
    if table.report.is_trend:
        return _moved(table, total, labels, say)
    found = [_money(total, key, labels[key], say) for key in (COST, LIST) if key in total]
    third = _lines(table, say) if table.report.is_lines else _share(table, total, called, say)
    return (*found, third) if third else tuple(found)


def _moved(table: Table, total: Record, labels: Mapping[str, str], say: Say) -> tuple[Figure, ...]:
    """The cost, and of one month by how much it moved: changes of several months, added up, would mean nothing."""
    cost = _money(total, COST, labels[COST], say)
    period = table.question.period
    is_one = period is not None and period.by_cycle and len(period.cycles) == 1
    for moved, before in MOVES if is_one else ():
        change, other = total.get(moved), total.get(before)
        if change is not None and other is not None:
            percent = share(Decimal(change), Decimal(other)) if Decimal(other) > 0 else None
            shares = (Figure(signed(percent), "%", say(_AGAINST).format(name=labels[before])),) if percent else ()
            return (cost, Figure(signed(change), cost.unit, labels[moved]), *shares)
    return (cost,)


def _balances(table: Table, labels: Mapping[str, str], say: Say) -> tuple[Figure, ...]:
    """What is owed in each of the first three currencies; in one, what else its columns add up to."""
    lead = table.report.measures[-1].key
    owed = say(table.report.sum_label) or labels[lead]
    if len(table.totals) != 1:
        return tuple(_money(total, lead, owed, say) for total in table.totals[:MOST])
    total = table.totals[0]
    if table.report.source is Source.POSITIONS and table.report.is_lines:
        return (_money(total, lead, owed, say), _lines(table, say))
    others = [m.key for m in reversed(table.report.measures[:-1])][: MOST - 1]
    return (_money(total, lead, owed, say), *(_money(total, key, labels[key], say) for key in others))


def _money(total: Mapping[str, str | None], key: str, label: str, say: Say) -> Figure:
    amount = total[key]
    return Figure(figure(amount) if amount is not None else say(_UNKNOWN), total["currency"] or "", label)


def _lines(table: Table, say: Say) -> Figure:
    return Figure(figure(str(table.meta.row_count)), "", say(_LINES))


def _share(table: Table, total: Record, called: Mapping[str, str], say: Say) -> Figure | None:
    """How much carries the tag that is asked for, else how much the largest group takes."""
    first = table.columns[0]
    whole = Decimal(total[COST] or 0)
    sums: dict[str | None, Decimal] = {}
    for row in table.rows():
        sums[row[first.key]] = sums.get(row[first.key], Decimal(0)) + Decimal(row[COST] or 0)
    if first.key.startswith(TAG_PREFIX):
        tagged = share(whole - sums.get(None, Decimal(0)), whole)
        return Figure(tagged, "%", say(_CARRY).format(tag=first.label)) if tagged else None
    if len(sums) < 2:  # noqa: PLR2004 - one group is always the largest
        return None
    key = max(sums, key=lambda value: sums[value])
    largest = share(sums[key], whole) if whole > 0 else None  # of what was given back there is no largest part
    name = called.get(key or "") if first.key == "service" else None
    words = say(_LARGEST).format(name=name or _words_for(table, first, key, say))
    return Figure(largest, "%", words) if largest else None


def _words_for(table: Table, column: TableColumn, key: str | None, say: Say) -> str:
    """A value by its readable name where it has one."""
    if not key:
        return say(name_of_nothing(column)) if key is None else say(_EMPTY)
    named = (row.get(f"{column.key}_name") for row in table.rows() if row[column.key] == key)
    return next(named, None) or cell_text(key, column)
