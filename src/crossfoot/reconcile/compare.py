"""Holds a published month against the derived one: its totals as residuals, all that is finer as faults."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from crossfoot.core.money import plain
from crossfoot.pricing.rate import CATEGORY
from crossfoot.reconcile.derive import Bought, Cell, Month, Sums, add
from crossfoot.reconcile.lakefiles import find_strangers, read_bought, read_cells, read_rollup
from crossfoot.reconcile.outcome import Ledger, Residual
from crossfoot.reconcile.published import Published

OURS = "Adjustment"  # the category of the rounding that we charge ourselves
HOLD = "Hold the month back and tell Crossfoot."
Service = tuple[str, str, str]  # currency, service, category
Key = TypeVar("Key")


def find_residuals(published: Published, derived: Month) -> Iterator[Residual]:
    """List, Sell and Buy of every currency that either side knows."""
    theirs, mine = _by_currency(published), {c: derived.total(c) for c in {cell.currency for cell in derived.cells}}
    nothing = add(())
    for currency in sorted({*theirs, *mine}):
        one, two = theirs.get(currency, nothing), mine.get(currency, nothing)
        yield _residual(published, currency, "list", one.list_cost, two.list_cost)
        yield _residual(published, currency, "sell", one.billed_cost, two.billed_cost)
    for currency in sorted({*published.bought, *derived.bought}):
        bought, owed = published.bought.get(currency, Bought()), derived.bought.get(currency, Bought())
        yield _residual(published, currency, "buy", bought.settlement, owed.settlement)


def find_faults(published: Published, derived: Month) -> Iterator[str]:
    """What a pair of totals does not show: lines without a price, another number of lines, a wrong service."""
    who = f"{published.customer} {published.cycle}"
    if derived.unpriced:
        yield (
            f"{who}: {derived.unpriced} lines are published, and no approved rule prices them. "
            "Approve a rule and publish the month again."
        )
    services = _difference(_by_service(published), _derived_services(derived), _service_text)
    if services:
        yield f"{who}: {services} {HOLD}"
    for currency in sorted({*published.bought, *derived.bought}):
        theirs, mine = published.bought.get(currency, Bought()), derived.bought.get(currency, Bought())
        if theirs.unknown != mine.unknown:
            yield (
                f"{who}: {theirs.unknown} lines in {currency} are said to have no settlement amount, and "
                f"{mine.unknown} have none in the landed bills. {HOLD}"
            )


def find_file_faults(published: Published, derived: Month, lake: Path) -> Iterator[str]:
    """The same for the published files, cell by cell; they must be sound."""
    for tree in ("charges", "daily", "buy"):
        paths = [lake / file.path for file in published.files if file.tree == tree]
        if paths and (fault := _file_fault(tree, paths, published, derived)):
            yield f"{published.customer} {published.cycle}, files of {tree}: {fault} {HOLD}"


def _file_fault(tree: str, paths: Sequence[Path], published: Published, derived: Month) -> str:
    if strangers := find_strangers(paths, published.customer, published.cycle):
        return f"they hold lines of {', '.join(strangers)}."
    if tree == "buy":
        return "" if read_bought(paths) == published.bought else "they do not add up to the totals in the catalogue."
    read = read_cells if tree == "charges" else read_rollup
    return _difference(read(paths), derived.cells, _cell_text)


def _residual(of: Published, currency: str, ledger: Ledger, published: Decimal, derived: Decimal) -> Residual:
    return Residual(
        customer=of.customer, cycle=of.cycle, currency=currency, ledger=ledger, published=published, derived=derived
    )


def _by_service(published: Published) -> dict[Service, Sums]:
    return _gathered(
        ((t.currency, t.service, t.category), Sums(t.rows, t.list_cost, t.billed_cost)) for t in published.totals
    )


def _derived_services(derived: Month) -> dict[Service, Sums]:
    return _gathered(
        ((cell.currency, cell.service or "", CATEGORY.get(cell.bill_type, "") if cell.bill_type else OURS), sums)
        for cell, sums in derived.cells.items()
    )


def _by_currency(published: Published) -> dict[str, Sums]:
    return _gathered((t.currency, Sums(t.rows, t.list_cost, t.billed_cost)) for t in published.totals)


def _gathered(parts: Iterable[tuple[Key, Sums]]) -> dict[Key, Sums]:
    found: dict[Key, Sums] = {}
    for key, sums in parts:
        found[key] = add((found[key], sums)) if key in found else sums
    return found


def _difference(published: Mapping[Key, Sums], derived: Mapping[Key, Sums], text: Callable[[Key], str]) -> str:
    """The first key on which the two sides differ and how many there are; '' where they are equal."""
    wrong = sorted((k for k in {*published, *derived} if published.get(k) != derived.get(k)), key=text)
    if not wrong:
        return ""
    key = wrong[0]
    more = f" ({len(wrong)} differences in all)" if len(wrong) > 1 else ""
    sides = f"{_sums_text(published.get(key))} published, {_sums_text(derived.get(key))} by the landed bills"
    return f"{text(key)} has {sides}{more}."


def _sums_text(sums: Sums | None) -> str:
    if sums is None:
        return "nothing"
    return f"{sums.rows} lines, List {plain(sums.list_cost)}, Sell {plain(sums.billed_cost)}"


def _service_text(key: Service) -> str:
    currency, service, category = key
    return f"{service or 'no service'} ({category or 'no category'}, {currency})"


def _cell_text(cell: Cell) -> str:
    return ", ".join(f"{name} {value}" for name, value in cell._asdict().items() if value is not None)
