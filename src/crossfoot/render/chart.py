"""Table to an ECharts option: bars over time where a date is grouped by, else the largest values as horizontal bars.

A colour belongs to the value and is the same in every chart; two values of one colour in a chart differ by pattern. At
most eight values and "Other". Bars begin at zero. The table beside the chart is its accessible form.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from crossfoot.core.money import plain
from crossfoot.core.period import day_after
from crossfoot.core.words import mark as _
from crossfoot.render.screen import cycle_words, date_cell, name_of_nothing, period_words
from crossfoot.reports.spec import Kind
from crossfoot.reports.table import Table, TableColumn
from crossfoot.reports.vocabulary import TAG_PREFIX

# Each keeps at least 3.6:1 against the light and the dark page.
PALETTE = (
    "#2f7ed8",
    "#c8541b",
    "#1f8a5b",
    "#a24fc4",
    "#b8790a",
    "#0f8a9d",
    "#d23f6f",
    "#6a7a1c",
    "#6b6fd6",
    "#8a6a4f",
    "#c04a4a",
)
OTHER_COLOUR = "#6f7d8c"
PATTERNS: tuple[dict[str, Any] | None, ...] = (
    None,
    {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [2, 5], "rotation": -0.785},
    {"symbol": "circle", "symbolSize": 0.7},
    {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [2, 5], "rotation": 0.785},
)
INCOMPLETE = {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [4, 3], "rotation": -0.785}
FINAL = "final"
TIMES = ("day", "week", "month")
MEASURE = "billed_cost"
MOST = 8
_EMPTY, _AND, _TITLE = _("empty"), _(" and "), _("{measure} by {by}, {period}, {currency}")
_OTHERS, _OTHER = _("The table also has amounts in {others}."), _("Other ({count})")
TOOLTIP = {"renderMode": "richText", "confine": True}  # the HTML tooltip would need inline styles
Say = Callable[[str], str]


@dataclass(frozen=True)
class Bar:
    """One amount: of which value, at which time ('' where time is not asked for)."""

    value: str
    time: str
    amount: Decimal


def render_chart(table: Table, say: Say = str, called: Mapping[str, str] | None = None) -> dict[str, Any] | None:
    """The option, with services `called` what this page calls them; None where a chart would say nothing: lines, no money, or a single bar."""
    currency = _main_currency(table)
    measure = next((c for c in table.columns if c.key == MEASURE), None)
    if table.report.is_lines or not currency or measure is None:
        return None
    time = next((c for c in table.columns if c.key in TIMES), None)
    value = next((c for c in table.columns if c.kind is Kind.DIMENSION and c.key not in TIMES), None)
    bars = _bars(table, currency, value, time, say)
    names = (called or {}) if value and value.key == "service" else _names(table, value)
    if len(bars) < 2:  # noqa: PLR2004 - one bar compares with nothing
        return None
    option = _over_time(table, bars, measure, names, say) if time else _by_value(bars, names, say)
    return {
        "title": {"text": _title(table, measure, currency, say), "subtext": _others(table, currency, say)},
        "aria": {"enabled": True},
        "animation": False,
        **option,
    }


def colour(name: str) -> str:
    """The colour of a value, for ever."""
    return PALETTE[sha256(name.encode()).digest()[0] % len(PALETTE)]


def _main_currency(table: Table) -> str:
    if len(table.totals) == 1:
        return table.totals[0]["currency"] or ""
    counted = Counter(record["currency"] or "" for record in table.rows())
    return counted.most_common(1)[0][0] if counted else ""


def _title(table: Table, measure: TableColumn, currency: str, say: Say) -> str:
    by = say(_AND).join(
        say(d.label) if d.key.startswith(TAG_PREFIX) else say(d.label).lower() for d in table.question.by
    )
    period = period_words(table.question.period) if table.question.period else ""
    return say(_TITLE).format(measure=say(measure.label), by=by, period=period, currency=currency)


def _others(table: Table, currency: str, say: Say) -> str:
    rest = [total["currency"] or "" for total in table.totals if total["currency"] != currency]
    return say(_OTHERS).format(others=", ".join(rest)) if rest else ""


def _bars(table: Table, currency: str, value: TableColumn | None, time: TableColumn | None, say: Say) -> list[Bar]:
    """One bar for each value and time; rows that differ in what is not drawn (a second dimension, a unit) are added."""
    sums: dict[tuple[str, str], Decimal] = {}
    for record in table.rows():
        amount = record[MEASURE]
        if record["currency"] == currency and amount is not None:
            key = (_name(record[value.key], value, say) if value else "", (record[time.key] or "") if time else "")
            sums[key] = sums.get(key, Decimal(0)) + Decimal(amount)
    return [Bar(value, at, amount) for (value, at), amount in sums.items()]


def _names(table: Table, value: TableColumn | None) -> dict[str, str]:
    """The readable names beside the codes, where the dimension has them. A colour belongs to the code."""
    key = f"{value.key}_name" if value else ""
    if value is None or all(c.key != key for c in table.columns):
        return {}
    return {code: name for row in table.rows() if (code := row[value.key]) and (name := row[key])}


def _name(value: str | None, column: TableColumn, say: Say) -> str:
    if value is None:
        return f"({say(name_of_nothing(column))})"
    return value or f"({say(_EMPTY)})"


def _largest(bars: Sequence[Bar]) -> list[tuple[str, Decimal]]:
    """The eight values that weigh most, largest first, by amount and not by its sign."""
    sums: dict[str, Decimal] = {}
    for bar in bars:
        sums[bar.value] = sums.get(bar.value, Decimal(0)) + bar.amount
    return sorted(sums.items(), key=lambda pair: (-abs(pair[1]), pair[0]))


def _by_value(bars: Sequence[Bar], names: Mapping[str, str], say: Say) -> dict[str, Any]:
    ranked = _largest(bars)
    top, rest = ranked[:MOST], ranked[MOST:]
    styles = _styles([name for name, _ in top])
    data = [{"name": names.get(name, name), "value": plain(amount), "itemStyle": styles[name]} for name, amount in top]
    if rest:
        amount = plain(sum((amount for _, amount in rest), Decimal(0)))
        data.append(
            {"name": say(_OTHER).format(count=len(rest)), "value": amount, "itemStyle": {"color": OTHER_COLOUR}}
        )
    return {
        "tooltip": {**TOOLTIP, "trigger": "item"},
        "grid": {"left": 8, "right": 24, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value", "scale": False},
        "yAxis": {"type": "category", "inverse": True, "data": [item["name"] for item in data]},
        "series": [{"type": "bar", "barMaxWidth": 22, "data": data}],
    }


def _over_time(
    table: Table, bars: Sequence[Bar], measure: TableColumn, names: Mapping[str, str], say: Say
) -> dict[str, Any]:
    times = sorted({bar.time for bar in bars})
    ranked = [name for name, _ in _largest(bars)]
    top = ranked if len(ranked) <= MOST else ranked[:MOST]
    styles = _styles(top)
    hatched = {at for at in times if _is_incomplete(at, table)}
    drawn = [(names.get(name, name) or say(measure.label), {name}, styles[name]) for name in top]
    rest = set(ranked[MOST:])
    if rest:
        drawn.append((say(_OTHER).format(count=len(rest)), rest, {"color": OTHER_COLOUR}))
    series = [
        {"type": "bar", "name": label, "stack": "all", "barMaxWidth": 36, "itemStyle": style}
        | {"data": [_point(amount, is_incomplete=at in hatched) for at, amount in _sums(bars, members, times)]}
        for label, members, style in drawn
    ]
    many = len(series) > 1
    return {
        "tooltip": {**TOOLTIP, "trigger": "axis", "axisPointer": {"type": "shadow"}},
        "legend": {"show": many, "bottom": 0, "type": "scroll"},
        "grid": {"left": 8, "right": 16, "top": 16, "bottom": 36 if many else 8, "containLabel": True},
        "xAxis": {"type": "category", "data": [_time_words(at) for at in times]},
        "yAxis": {"type": "value", "scale": False},
        "series": series,
    }


def _time_words(at: str) -> str:
    return cycle_words(date_cell(at))


def _sums(bars: Sequence[Bar], members: set[str], times: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The amount of these values at each time."""
    sums = dict.fromkeys(times, Decimal(0))
    for bar in bars:
        if bar.value in members:
            sums[bar.time] += bar.amount
    return ((at, plain(amount)) for at, amount in sums.items())


def _point(amount: str, *, is_incomplete: bool) -> str | dict[str, Any]:
    """What is not complete is hatched: it looks different from a fact."""
    return {"value": amount, "itemStyle": {"decal": INCOMPLETE, "opacity": 0.7}} if is_incomplete else amount


def _is_incomplete(at: str, table: Table) -> bool:
    """A day or a week that the data does not contain to its end; a month that is not final."""
    if len(at) == len("2026-10"):
        return any(edition.cycle == at and edition.status != FINAL for edition in table.meta.editions)
    last = date.fromisoformat(at) + timedelta(days=6 if table.question.by[-1].key == "week" else 0)
    through = table.meta.data_through
    return through is not None and last >= day_after(through)


def _styles(names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Colour by value; where two share one, the later has a pattern. No series means the accent."""
    seen: Counter[str] = Counter()
    styles: dict[str, dict[str, Any]] = {}
    for name in names:
        chosen = colour(name) if name else PALETTE[0]
        pattern = PATTERNS[seen[chosen] % len(PATTERNS)]
        seen[chosen] += 1
        styles[name] = {"color": chosen} if pattern is None else {"color": chosen, "decal": pattern}
    return styles
