"""The true sums, from what happened: who owes how much under the rule List x 1, and what the reseller owes for it.

Nothing here looks at a written row. What is unknown is null: one unknown line makes the sum of its cell unknown.
"""

import json
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from crossfoot.simulator.amounts import money
from crossfoot.simulator.catalogue import Tags
from crossfoot.simulator.charges import Charge
from crossfoot.simulator.kinds import Sold

CELL = ("customer", "account", "cycle", "day", "service", "region", "project", "bill_type", "currency")
TAG = ("customer", "cycle", "key", "value", "currency")


class Key(NamedTuple):
    """One cell of the truth."""

    customer: str | None
    account: str
    day: str
    service: str
    region: str
    project: str | None
    bill_type: int


class Sums:
    """Lines and money of one cell; the counts of unknown lines tell whether a sum is known."""

    __slots__ = ("buy", "official", "rows", "sell", "uncosted", "unpriced")

    def __init__(self) -> None:
        self.rows = self.official = self.sell = self.buy = self.unpriced = self.uncosted = 0

    def take(self, official: int, sell: int | None, buy: int | None) -> None:
        """Add one line."""
        self.rows += 1
        self.official += official
        if sell is None:
            self.unpriced += 1
        else:
            self.sell += sell
        if buy is None:
            self.uncosted += 1
        else:
            self.buy += buy

    def add(self, other: "Sums", sign: int = 1) -> None:
        """Add or take away another cell."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + sign * getattr(other, name))

    def shown(self) -> dict[str, Any]:
        """As the file has it."""
        return {
            "rows": self.rows,
            "list": money(self.official),
            "sell": None if self.unpriced else money(self.sell),
            "buy": None if self.uncosted else money(self.buy),
        }


class Truth:
    """Writes `truth.json` cycle by cycle, so that only one cycle's sums are in memory."""

    def __init__(self, path: Path, currency: str) -> None:
        self.currency = currency
        self.file = path.open("w", encoding="utf-8", newline="\n")
        self.cells: dict[Key, Sums] = {}
        self.by_tags: dict[tuple[str | None, Tags], Sums] = {}
        self.tag_lines: list[str] = []
        self.separator = '{"cells": [\n'

    def take(self, charge: Charge) -> None:
        """Count one charge."""
        resource, customer = charge.resource, charge.owner_id
        key = Key(
            customer,
            charge.account.account_id,
            charge.day,
            resource.service.name,  # reports have one name for a service, whatever the language of its bill
            resource.region.code,
            resource.project.known_id,
            charge.kind.bill_type,
        )
        sums = self.cells.get(key)
        if sums is None:
            sums = self.cells[key] = Sums()
        tagged = self.by_tags.get((customer, resource.tags))
        if tagged is None:
            tagged = self.by_tags[customer, resource.tags] = Sums()
        official, sell, buy = charge.amounts.official, _sell(charge), charge.settlement
        sums.take(official, sell, buy)
        tagged.take(official, sell, buy)

    def end_cycle(self, cycle: str) -> None:
        """Write the cells of the cycle and forget them."""
        for cell in sorted(self.cells, key=_order):
            customer, account, *names, bill_type = cell
            named = zip(CELL, (customer, account, cycle, *names, str(bill_type), self.currency), strict=True)
            self._write(_json(dict(named) | self.cells[cell].shown()))
        self.cells.clear()
        self._end_tags(cycle)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self.file:
            self.separator = '\n],\n"tags": [\n'
            for line in self.tag_lines:
                self._write(line)
            self.file.write("\n]}\n" if self.tag_lines else '\n],\n"tags": []}\n')

    def _write(self, line: str) -> None:
        self.file.write(self.separator + line)
        self.separator = ",\n"

    def _end_tags(self, cycle: str) -> None:
        """Per customer and key: a sum for every value, and the rest of the customer's month under null."""
        whole: dict[str | None, Sums] = {}
        found: dict[tuple[str | None, str], dict[str | None, Sums]] = {}
        for (customer, tags), sums in self.by_tags.items():
            whole.setdefault(customer, Sums()).add(sums)
            for key, text in tags:
                found.setdefault((customer, key), {}).setdefault(text, Sums()).add(sums)
        self.by_tags.clear()
        for (customer, key), values in sorted(found.items(), key=lambda item: _order(item[0])):
            rest = Sums()
            rest.add(whole[customer])
            for sums in values.values():
                rest.add(sums, -1)
            for value, sums in (*sorted(values.items(), key=lambda item: _order(item[:1])), (None, rest)):
                if sums.rows:
                    self.tag_lines.append(self._tag_line((customer, cycle, key, value, self.currency), sums))

    def _tag_line(self, names: tuple[str | None, ...], sums: Sums) -> str:
        shown = sums.shown()
        del shown["buy"]
        return _json(dict(zip(TAG, names, strict=True)) | shown)


def _sell(charge: Charge) -> int | None:
    sold = charge.kind.sold
    if sold is Sold.LIST:
        return charge.amounts.official
    if sold is Sold.NOTHING:
        return 0
    return charge.amounts.amount if sold is Sold.AMOUNT else None


def _order(key: tuple[object, ...]) -> tuple[str, ...]:
    return tuple("" if part is None else str(part) for part in key)


def _json(entry: dict[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False)
