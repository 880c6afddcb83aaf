"""The SQL of a question. Identifiers come from declared definitions only; whatever a reader wrote is a bound value."""

from dataclasses import dataclass

from crossfoot.access.scope import Scope
from crossfoot.lake.files import Paths
from crossfoot.lake.schema import CHARGES, DAILY_KEYS
from crossfoot.reports.question import NONE_WORD, Question
from crossfoot.reports.spec import Column, Dimension, Kind, Measure
from crossfoot.reports.vocabulary import QUANTITY, TAG_PREFIX

LEDGER = "ledger"  # what the facts of the ledger are called in their own database
MOST_VALUES = 500  # of a list to choose from
DERIVED = {"CAST(date_trunc('week', bill_date) AS DATE)"}  # expressions over columns that the rollup has


@dataclass(frozen=True)
class Window:
    """A page of a line report; with `order`, the key of one of its columns, of its lines in that order."""

    offset: int
    limit: int
    order: str = ""
    is_descending: bool = False


@dataclass(frozen=True)
class Select:
    """A statement with its values."""

    sql: str
    values: list[object]


def measures_of(question: Question) -> tuple[Measure, ...]:
    """The measures a grouped answer shows: a quantity only where every row has one kind of thing metered."""
    has_unit = any(d.has_unit for d in question.by)
    lead = question.by[0].key if question.by else ""
    shown = (m for m in question.report.measures if not m.within or lead in m.within)
    return tuple(m for m in shown if has_unit or m is not QUANTITY)


def fits_rollup(question: Question, scope: Scope) -> bool:
    """True when the daily rollup holds everything that is asked, so that the lines need not be read."""
    asked = (*question.by, *(d for d, _ in question.filters))
    in_daily = all((d.sql in DAILY_KEYS or d.sql in DERIVED) and _beside(d) in {"NULL", *DAILY_KEYS} for d in asked)
    del scope  # account and project are in the rollup, so a narrowed scope can use it too
    return in_daily and QUANTITY not in measures_of(question)


def grouped(question: Question, scope: Scope, paths: Paths) -> Select:
    """Rows, subtotals and totals in one pass over the same files; `level` tells them apart."""
    measures = measures_of(question)
    has_unit = QUANTITY in measures
    keys = [f"k{i}" for i in range(len(question.by))]
    unit = ["unit"] if has_unit else []
    inner: list[str] = ["currency"]
    values: list[object] = []
    for i, dimension in enumerate(question.by):
        inner += [f"{dimension.sql} AS k{i}", f"{_beside(dimension)} AS n{i}"]
        values += _bound(dimension)
    inner += ["usage_unit AS unit"] if has_unit else []
    inner += [f"{m.sql} AS {m.key}" for m in measures]
    where, bound = _where(question, scope)
    facts, held = _facts(question, paths)
    sums = ", ".join(f"sum({m.key}) AS {m.key}" for m in measures)
    names = "".join(f"{_one_beside(d, f'n{i}')} AS n{i}, " for i, d in enumerate(question.by))
    sets = [["currency", *keys, *unit], *([["currency", k] for k in keys] if len(keys) > 1 else []), ["currency"]]
    level = "grouping(" + ", ".join([*keys, *unit]) + ")"
    sql = (
        f"SELECT {level} AS level, currency, {''.join(k + ', ' for k in keys)}{''.join(u + ', ' for u in unit)}"
        f"{names}{sums}{', count(DISTINCT unit) AS units' if has_unit else ''} "
        f"FROM (SELECT {', '.join(inner)} FROM {facts} WHERE {where}) "
        f"GROUP BY GROUPING SETS ({', '.join('(' + ', '.join(s) + ')' for s in sets)})"
    )
    return Select(sql, [*values, *held, *bound])


def daily(question: Question, scope: Scope, paths: Paths) -> Select:
    """Cost by currency, cycle and bill date, and by the second dimension where there is one."""
    where, bound = _where(question, scope)
    second = question.by[1:]
    key, beside = (second[0].sql, _beside(second[0])) if second else ("NULL", "NULL")
    names = _one_beside(second[0], "n") if second else "NULL"
    return Select(
        f"SELECT currency, cycle, bill_date, k, {names}, CAST(sum(billed_cost) AS DECIMAL(38,8)) FROM (SELECT currency, "
        f"cycle, bill_date, billed_cost, {key} AS k, {beside} AS n FROM {_files(paths)} WHERE {where}) "
        "GROUP BY currency, cycle, bill_date, k",
        [*(_bound(second[0]) if second else []), list(paths), *bound],
    )


def _beside(dimension: Dimension) -> str:
    """What stands beside a value: the name of a code, or the code of a name."""
    return dimension.name_sql or (dimension.code.sql if dimension.code else "NULL")


def _one_beside(dimension: Dimension, column: str) -> str:
    """A code has one name, the last; where a bill gives two unknown codes one name, both are said."""
    if not dimension.code:
        return f"max({column})"
    return f"CASE WHEN min({column}) < max({column}) THEN min({column}) || ', ' || max({column}) ELSE max({column}) END"


def lines(question: Question, scope: Scope, paths: Paths, part: Window | None = None) -> Select:
    """The lines in stored order, or a part of them in another; every value as the text that files carry."""
    where, bound = _where(question, scope)
    facts, held = _facts(question, paths)
    text = _ledger_text if question.report.source.is_ledger else _text
    columns = ", ".join(f"{text(c)} AS {c.key}" for c in question.report.lines)
    rows = f"{facts} WHERE {where}"
    if part is not None:
        rows = f"(SELECT * FROM {rows}{_order(question, part)} LIMIT {part.limit} OFFSET {part.offset})"
    elif question.report.source.is_ledger:
        rows += " ORDER BY place"
    return Select(f"SELECT currency, {columns} FROM {rows}", [*held, *bound])


def _order(question: Question, part: Window) -> str:
    """Largest or earliest first within a currency; equals always stand the same way. The window bounds what is held."""
    stored = "place" if question.report.source.is_ledger else "bill_date, charge_key"
    if not part.order:
        return " ORDER BY place" if question.report.source.is_ledger else ""
    column = next(c for c in question.report.lines if c.key == part.order)
    return f" ORDER BY currency, {column.sql} {'DESC' if part.is_descending else 'ASC'} NULLS LAST, {stored}"


def line_totals(question: Question, scope: Scope, paths: Paths) -> Select:
    """Per currency: how many lines, and the exact sum of each measure."""
    where, bound = _where(question, scope)
    facts, held = _facts(question, paths)
    sums = ", ".join(f"CAST(sum({m.sql}) AS DECIMAL(38,8))" for m in question.report.measures)
    return Select(
        f"SELECT currency, count(*), {sums} FROM {facts} WHERE {where} GROUP BY 1 ORDER BY 1",
        [*held, *bound],
    )


def distinct_values(dimension: Dimension, question: Question, scope: Scope, paths: Paths, holding: str = "") -> Select:
    """The values of a dimension with their names, the costliest first; those alone that hold a text, in any case."""
    where, bound = _where(question, scope)
    facts, held = _facts(question, paths)
    name, weight = dimension.name_sql or "NULL", "1" if question.report.source.is_ledger else "billed_cost"
    values = [*_bound(dimension), *held, *bound]
    found = f"SELECT CAST({dimension.sql} AS VARCHAR) AS value, {name} AS name, {weight} AS weight FROM {facts} WHERE {where}"
    if holding:
        found = f"SELECT * FROM ({found}) WHERE {_holds('value')} OR {_holds('name')}"
        values += [holding, holding]
    return Select(
        f"SELECT value, max(name) FROM ({found}) GROUP BY 1 ORDER BY sum(weight) DESC, 1 LIMIT {MOST_VALUES}",
        values,
    )


def tags_holding(text: str, question: Question, scope: Scope, paths: Paths) -> Select:
    """Pairs of tag key and value of which either holds the text, the costliest first."""
    where, bound = _where(question, scope)
    return Select(
        "SELECT tag.key, tag.value FROM (SELECT unnest(map_entries(tags)) AS tag, billed_cost "
        f"FROM {_files(paths)} WHERE {where}) WHERE {_holds('tag.key')} OR {_holds('tag.value')} "
        f"GROUP BY 1, 2 ORDER BY sum(billed_cost) DESC, 1, 2 LIMIT {MOST_VALUES}",
        [list(paths), *bound, text, text],
    )


def _holds(expression: str) -> str:
    return f"contains(lower({expression}), lower(?))"


def distinct_tag_keys(question: Question, scope: Scope, paths: Paths) -> Select:
    """The keys of the tags that the charges carry, the costliest first."""
    where, bound = _where(question, scope)
    return Select(
        f"SELECT key FROM (SELECT unnest(map_keys(tags)) AS key, billed_cost FROM {_files(paths)} WHERE {where}) "
        "GROUP BY 1 ORDER BY sum(billed_cost) DESC NULLS LAST, 1 LIMIT 500",
        [list(paths), *bound],
    )


def _where(question: Question, scope: Scope) -> tuple[str, list[object]]:
    terms, values = ["customer_id = ?"], list[object]([scope.customer])
    if not scope.customer and question.report.is_of_house:  # `run` lets nobody else come so far without a customer
        terms, values = ["TRUE"], []
    if question.report.source.is_ledger:  # whose rows they are, and of which days, was decided where they were read
        return _filtered(question, terms, values)
    if question.report.only:
        terms.append(f"({question.report.only})")
    for column, allowed in (("account_id", scope.accounts), ("project_id", scope.projects)):
        if allowed:
            terms.append(f"{column} IN (SELECT unnest(?))")
            values.append(list(allowed))
    if question.period and not question.period.by_cycle:
        terms.append("bill_date >= ? AND bill_date < ?")
        values += [question.period.start, question.period.end]
    return _filtered(question, terms, values)


def _filtered(question: Question, terms: list[str], values: list[object]) -> tuple[str, list[object]]:
    for dimension, wanted in question.filters:
        expression = f"CAST({dimension.sql} AS VARCHAR)"
        term = f"{expression} IN (SELECT unnest(?))"
        values += [*_bound(dimension), [w for w in wanted if w != NONE_WORD]]
        if NONE_WORD in wanted:
            term = f"({term} OR {expression} IS NULL)"
            values += _bound(dimension)
        terms.append(term)
    return " AND ".join(terms), values


def _bound(dimension: Dimension) -> list[object]:
    return [dimension.key.removeprefix(TAG_PREFIX)] if dimension.key.startswith(TAG_PREFIX) else []


def _facts(question: Question, paths: Paths) -> tuple[str, list[object]]:
    """What a question reads from, and the values bound in it."""
    return (LEDGER, []) if question.report.source.is_ledger else (_files(paths), [list(paths)])


def _files(paths: Paths) -> str:
    if not paths:
        msg = "a question without files has no SQL"
        raise ValueError(msg)
    by_name = ", union_by_name=true" if paths.is_uneven else ""
    files = f"read_parquet(?, hive_partitioning=false{by_name})"
    if not paths.absent:
        return files
    nothing = ", ".join(f"CAST(NULL AS {CHARGES[column]}) AS {column}" for column in sorted(paths.absent))
    return f"(SELECT *, {nothing} FROM {files})"


def _text(column: Column) -> str:
    if column.kind is Kind.INSTANT:
        return f"strftime({column.sql}, '%Y-%m-%dT%H:%M:%SZ')"
    if column.kind is Kind.QUANTITY:
        return f"rtrim(rtrim(CAST({column.sql} AS VARCHAR), '0'), '.')"
    return f"CAST({column.sql} AS VARCHAR)"


def _ledger_text(column: Column) -> str:
    """Amounts of the ledger stand at the minor unit, so what is cut off here is zeros: an import sees to it."""
    text = f"CAST({column.sql} AS VARCHAR)"
    if column.kind is not Kind.MONEY:
        return _text(column) if column.kind is Kind.INSTANT else text
    return f"left({text}, len({text}) - 8 + minor - CASE minor WHEN 0 THEN 1 ELSE 0 END)"
