"""Sums become what a reader sees: each figure rounded alone, and the difference named, so that everything foots."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pyarrow as pa

from crossfoot.core.money import WIDE, plain, round8, round_minor
from crossfoot.reports.question import Question
from crossfoot.reports.spec import Dimension, Kind, Measure
from crossfoot.reports.table import Record
from crossfoot.reports.vocabulary import QUANTITY

BATCH = 20_000
Sums = Mapping[str, Decimal | None]


@dataclass(frozen=True)
class Group:
    """One group of charges with its exact sums."""

    currency: str
    keys: tuple[object, ...]
    names: tuple[str | None, ...]  # beside the keys: a code's name, or a name's code
    sums: Sums
    unit: str | None = None
    units: int = 0


@dataclass(frozen=True)
class Shaped:
    """A grouped answer in words."""

    rows: tuple[Record, ...]
    rounding: tuple[Record, ...]
    totals: tuple[Record, ...]
    subtotals: tuple[Record, ...] = field(default=())


def shape(
    question: Question,
    measures: Sequence[Measure],
    rows: list[Group],
    subtotals: Sequence[tuple[int, Group]],
    totals: list[Group],
) -> Shaped:
    """Order, round and name. `subtotals` are pairs of (which dimension, group)."""
    ordered = _ordered(question, rows, subtotals)
    shown = [_record(question, measures, g) for g in ordered]
    total_records = [_total(question, measures, g) for g in sorted(totals, key=lambda g: g.currency)]
    rounding = [
        {"currency": t["currency"], **difference}
        for t in total_records
        if (difference := _difference(t, [r for r in shown if r["currency"] == t["currency"]], measures))
    ]
    return Shaped(
        rows=tuple(shown),
        rounding=tuple(rounding),
        totals=tuple(total_records),
        subtotals=tuple(_subtotals(question, measures, subtotals, shown)),
    )


def trimmed(quantity: Decimal) -> str:
    """A quantity without the zeros that carry nothing; `normalize` would round a long one."""
    text = plain(quantity)
    return text.rstrip("0").rstrip(".") if "." in text else text


def text_of(value: object) -> str | None:
    """A key as files write it."""
    return None if value is None else value.isoformat() if isinstance(value, date) else str(value)


def _ordered(question: Question, rows: list[Group], subtotals: Sequence[tuple[int, Group]]) -> list[Group]:
    """Time runs forward; anything else comes with the costliest first. A second dimension is ordered within the first."""
    heavy = (
        "billed_cost"
        if any(m.key == "billed_cost" for m in question.report.measures)
        else question.report.measures[-1].key
    )
    weight = {(g.currency, g.keys[0]): g.sums[heavy] or Decimal(0) for i, g in subtotals if i == 0}

    def place(group: Group) -> tuple[object, ...]:
        found: list[object] = [group.currency]
        for i, dimension in enumerate(question.by):
            own = group.sums[heavy] or Decimal(0)
            cost = weight.get((group.currency, group.keys[0]), own) if i == 0 else own
            key = text_of(group.keys[i])
            runs_forward = dimension.kind is Kind.DATE or dimension.key == "month"
            found += [key is None, key or ""] if runs_forward else [cost.copy_negate(), key is None, key or ""]
        return (*found, group.unit is None, group.unit or "")

    return sorted(rows, key=place)


def _record(question: Question, measures: Sequence[Measure], group: Group) -> Record:
    record: dict[str, str | None] = {"currency": group.currency}
    for i, dimension in enumerate(question.by):
        record |= _keyed(dimension, group.keys[i], group.names[i])
    if QUANTITY in measures:
        record["unit"] = group.unit
    return record | _values(question, measures, group)


def _total(question: Question, measures: Sequence[Measure], group: Group) -> Record:
    """A total of quantities exists only where all of them have one unit."""
    values = _values(question, measures, group)
    if QUANTITY in measures and group.units != 1:
        values[QUANTITY.key] = None
    return {"currency": group.currency, **values}


def _keyed(dimension: Dimension, key: object, name: str | None) -> dict[str, str | None]:
    keyed = {dimension.key: text_of(key)}
    if dimension.name_sql:
        keyed[f"{dimension.key}_name"] = name
    if dimension.code:
        keyed[dimension.code.key] = name
    return keyed


def _values(question: Question, measures: Sequence[Measure], group: Group) -> dict[str, str | None]:
    return {m.key: _value(question, m, group.sums[m.key], group.currency) for m in measures}


def _value(question: Question, measure: Measure, value: Decimal | None, currency: str) -> str | None:
    if value is None:
        return None
    if measure.kind is Kind.QUANTITY:
        return trimmed(value)
    return plain(round_minor(value, currency) if question.digits == "shown" else round8(value))


def _difference(total: Record, rows: Iterable[Record], measures: Sequence[Measure]) -> dict[str, str]:
    rows = list(rows)
    found = {}
    for measure in measures:
        shown = total[measure.key]
        if measure.kind is not Kind.MONEY or shown is None:
            continue
        missing = Decimal(shown)
        for row in rows:
            missing = WIDE.subtract(missing, Decimal(row[measure.key] or 0))
        if missing:
            found[measure.key] = plain(missing)
    return found


def _subtotals(
    question: Question, measures: Sequence[Measure], subtotals: Sequence[tuple[int, Group]], shown: list[Record]
) -> Iterable[Record]:
    money = [m for m in measures if m.kind is Kind.MONEY]

    def place(subtotal: tuple[int, Group]) -> tuple[int, str, bool, str]:
        i, group = subtotal
        key = text_of(group.keys[i])
        return i, group.currency, key is None, key or ""  # untagged is not the empty tag

    for i, group in sorted(subtotals, key=place):
        dimension = question.by[i]
        key = text_of(group.keys[i])
        record = {
            "currency": group.currency,
            **_keyed(dimension, group.keys[i], group.names[i]),
            **_values(question, money, group),
        }
        mine = [r for r in shown if r["currency"] == group.currency and r[dimension.key] == key]
        difference = _difference(record, mine, money)
        yield record | {f"rounding_{k}": v for k, v in difference.items()}


def shaped_of(question: Question, measures: Sequence[Measure], found: Iterable[Mapping[str, object]]) -> Shaped:
    """What a grouped statement found: rows, subtotals and totals, told apart by their `level`."""
    keys = len(question.by)
    width = keys + (QUANTITY in measures)
    everything = (1 << width) - 1
    rows, subtotals, totals = [], [], []
    for row in found:
        group = Group(
            currency=str(row["currency"]),
            keys=tuple(row[f"k{i}"] for i in range(keys)),
            names=tuple(text_of(row[f"n{i}"]) for i in range(keys)),
            sums={m.key: row[m.key] for m in measures},  # type: ignore[misc]  # sums of decimals
            unit=text_of(row.get("unit")),
            units=int(str(row.get("units") or 0)),
        )
        if row["level"] == 0:
            rows.append(group)
        elif row["level"] == everything:
            totals.append(group)
        else:  # the one key that is not grouped away
            subtotals.append((next(i for i in range(keys) if not int(str(row["level"])) >> (width - 1 - i) & 1), group))
    return shape(question, measures, rows, subtotals, totals)


def text_batches(rows: tuple[Record, ...], names: list[str]) -> Iterator[pa.RecordBatch]:
    """The rows as Arrow, in pieces."""
    schema = pa.schema([(n, pa.string()) for n in names])
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        yield pa.RecordBatch.from_arrays([pa.array([r[n] for r in part], pa.string()) for n in names], schema=schema)
