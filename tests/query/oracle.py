"""What an answer must be, summed in whole numbers over plain facts: groups, order, rounding, subtotals, totals."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from random import Random

from tests.query.reseller import CYCLES, DIGITS, Fact, half_away, text

NAMED = ("region", "account", "project", "product", "sku", "resource")
BESIDE = {"service": "service_code"} | {dimension: f"{dimension}_name" for dimension in NAMED}
METERED = ("product", "sku", "resource")
TIMES = ("day", "week", "month")
TAGS = ("tag:env", "tag:team", "tag:成本中心", "tag:nobody")
BY = ("service", "service_category", "region", "account", "project", "product", "sku", "resource", "bill_type", "charge_category", "day",
      "week", "month", "currency", *TAGS)  # fmt: skip
FILTERS = BY
PERIODS = ("2026-10", "2026-09", "2026-08..2026-10", "2026-07..2026-08", "2026-06", "2026-09-11..2026-10-02",
           "2026-09-30..2026-09-30", "2026-10-31..2026-11-05", "2026-08-01..2026-10-31")  # fmt: skip
Record = dict[str, str | None]


def any_question(dice: Random, facts: list[Fact]) -> dict[str, object]:
    """A question as `ask` takes it."""
    filters: dict[str, list[str]] = {}
    for dimension in dice.sample(FILTERS, dice.choice((0, 0, 1, 1, 2, 3))):
        values = [f.value(dimension) for f in dice.sample(facts, dice.randint(1, 4))]
        filters[dimension] = ["(none)" if v is None else str(v) for v in values] + dice.choice(
            ([], [], ["(none)"], ["x"])
        )
    return {
        "period": dice.choice(PERIODS),
        "by": dice.sample(BY, dice.choice((1, 1, 2, 2))),
        "filters": filters,
        "digits": dice.choice(("shown", "exact")),
    }


def select(facts: Iterable[Fact], period: str, filters: dict[str, list[str]]) -> list[Fact]:
    """The facts that a question is about."""
    first, _, last = period.partition("..")
    last = last or first
    by_month = len(first) == len("2026-10")
    found = []
    for fact in facts:
        when = fact.keys["month"] if by_month else str(fact.keys["day"])
        passes = all(
            ("(none)" in wanted if (v := fact.value(dimension)) is None else str(v) in set(wanted) - {"(none)"})
            for dimension, wanted in filters.items()
        )
        if first <= when <= last and passes:
            found.append(fact)
    return found


def answer(facts: list[Fact], by: list[str], digits: str) -> dict[str, list[Record]]:
    """The whole answer over chosen facts."""
    is_metered = any(d in METERED for d in by)
    groups: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        keys = tuple(fact.value(d) for d in by)
        groups[str(fact.keys["currency"]), keys, fact.unit if is_metered else None].append(fact)
    ordered = sorted(groups, key=lambda group: _place(group, by, facts, groups[group]))
    rows = [_row(group, by, groups[group], digits, is_metered=is_metered) for group in ordered]
    totals, rounding = [], []
    for currency in sorted({str(f.keys["currency"]) for f in facts}):
        mine = [f for f in facts if f.keys["currency"] == currency]
        total: Record = {"currency": currency, **_money(mine, currency, digits)}
        if is_metered:
            total["quantity"] = _quantity(mine) if len({f.unit for f in mine} - {None}) == 1 else None
        totals.append(total)
        missed = _missed(total, [r for r in rows if r["currency"] == currency])
        rounding += [{"currency": currency, **missed}] if missed else []
    subtotals = _subtotals(facts, by, rows, digits) if len(by) > 1 else []
    return {"rows": rows, "rounding": rounding, "totals": totals, "subtotals": subtotals}


def _place(group: tuple, by: list[str], facts: list[Fact], own: list[Fact]) -> tuple[object, ...]:
    """Time runs forward, all else by cost; the second dimension within the first."""
    currency, keys, unit = group
    found: list[object] = [currency]
    for i, dimension in enumerate(by):
        shown = None if keys[i] is None else str(keys[i])
        same = [f for f in facts if f.keys["currency"] == currency and f.value(by[0]) == keys[0]]
        cost = sum(f.billed_cost for f in (same if i == 0 and len(by) > 1 else own))
        found += ([] if dimension in TIMES else [-cost]) + [shown is None, shown or ""]
    return (*found, unit is None, unit or "")


def _row(group: tuple, by: list[str], own: list[Fact], digits: str, *, is_metered: bool) -> Record:
    currency, keys, unit = group
    row: Record = {"currency": currency} | _keyed(by, keys, own)
    if is_metered:
        row |= {"unit": unit, "quantity": _quantity(own)}
    return row | _money(own, currency, digits)


def _keyed(by: Iterable[str], keys: tuple[object, ...], own: list[Fact]) -> Record:
    found: Record = {}
    for dimension, key in zip(by, keys, strict=True):
        found[dimension] = key.isoformat() if isinstance(key, date) else None if key is None else str(key)
        if dimension in BESIDE:
            found[BESIDE[dimension]] = max(
                (f.names.get(dimension) for f in own), key=lambda n: (n is not None, n or "")
            )
    return found


def _money(own: list[Fact], currency: str, digits: str) -> Record:
    sums = {"list_cost": sum(f.list_cost for f in own), "billed_cost": sum(f.billed_cost for f in own)}
    if digits == "exact":
        return {key: text(units) for key, units in sums.items()}
    places = DIGITS[currency]
    return {key: text(half_away(units, 10 ** (8 - places)), places) for key, units in sums.items()}


def _quantity(own: list[Fact]) -> str | None:
    known = [f.quantity for f in own if f.quantity is not None]
    return text(sum(known), 10).rstrip("0").rstrip(".") if known else None


def _units(shown: str | None) -> int:
    whole, _, rest = (shown or "0").partition(".")
    return int(whole + rest.ljust(8, "0"))


def _missed(total: Record, rows: list[Record]) -> Record:
    found: Record = {}
    for key in ("list_cost", "billed_cost"):
        units = _units(total[key]) - sum(_units(r[key]) for r in rows)
        places = len((total[key] or "").partition(".")[2])
        if units:
            found[key] = text(units // 10 ** (8 - places), places)
    return found


def _subtotals(facts: list[Fact], by: list[str], rows: list[Record], digits: str) -> list[Record]:
    found: list[Record] = []
    for dimension in by:
        groups: dict[tuple[str, object], list[Fact]] = defaultdict(list)
        for fact in facts:
            groups[str(fact.keys["currency"]), fact.value(dimension)].append(fact)
        for currency, key in sorted(groups, key=lambda g: (g[0], g[1] is None, str(g[1]))):
            own = groups[currency, key]
            record: Record = {"currency": currency} | _keyed([dimension], (key,), own) | _money(own, currency, digits)
            mine = [r for r in rows if (r["currency"], r[dimension]) == (currency, record[dimension])]
            found.append(record | {f"rounding_{k}": v for k, v in _missed(record, mine).items()})
    return found


def missing_months(period: str) -> list[str]:
    """The months of a period of months of which nothing is published."""
    first, _, last = period.partition("..")
    asked = [f"2026-{m:02d}" for m in range(int(first[5:7]), int((last or first)[5:7]) + 1)]
    return [month for month in asked if month not in CYCLES] if len(first) == len("2026-10") else []
