"""Random bills in random order, held against the model after every publication (C2)."""

import shutil
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from crossfoot.publish.publish import list_cycles
from tests.faults.archives import rewritten
from tests.portal import Portal, line
from tests.time.facts import close, proved_total, published_at
from tests.time.model import Bill, Line, Model, Owner

CYCLES = {"2026-10": date(2026, 10, 1), "2026-11": date(2026, 11, 1)}
ACCOUNTS = ("acct-a1", "acct-a2", "acct-b1", "acct-x", "acct-u")  # x goes from Alpha to Beta, u belongs to nobody
BORDER = date(2026, 10, 16)
OWNERS = (
    Owner("C0001", "acct-a1"),
    Owner("C0001", "acct-a2"),
    Owner("C0002", "acct-b1"),
    Owner("C0001", "acct-x", end=BORDER),
    Owner("C0002", "acct-x", start=BORDER),
)
SHARES = {"C0001": Decimal(1), "C0002": Decimal("0.9")}
EDGES = ("2026-10-31..2026-10-31", "2026-10-31..2026-11-01", "2026-11-01..2026-11-30", "2026-10-15..2026-10-16")


class Walk:
    """A portal, its model, and what came so far."""

    def __init__(self, portal: Portal, seed: int) -> None:
        self.portal, self.chance, self.model = portal, Random(seed), Model(OWNERS, SHARES)  # noqa: S311 - seeded on purpose
        self.kept: list[tuple[Path, Bill]] = []
        self.instants: list[tuple[str, str, str, Decimal]] = []
        portal.customers(
            "C0001,Alpha,USD,acct-a1,,",
            "C0001,Alpha,USD,acct-a2,,",
            "C0002,Beta,USD,acct-b1,,",
            f"C0001,Alpha,USD,acct-x,,{BORDER}",
            f"C0002,Beta,USD,acct-x,{BORDER},",
        )
        portal.prices("R1,2020-01-01,,C0001,,list_pct,100", "R2,2020-01-01,,C0002,,list_pct,90")

    def step(self) -> None:
        """A file arrives: new, or one that came before, or one that says the same in another way."""
        kind = self.chance.choice(
            ("new", "new", "new", "restated", "restated", "reordered", "duplicate", "closing", "broken")
        )
        known = [bill for _, bill in self.kept]
        if kind == "duplicate" and self.kept:
            path, bill = self.chance.choice(self.kept)
            [receipt] = self.portal.ingest(Path(shutil.copy(path, self.portal.inbox / _name(bill))))
            assert not receipt.is_new
            return
        if kind in {"restated", "reordered", "closing"} and known:
            bill = getattr(self, f"_{kind}")(self.chance.choice(known))
        else:
            bill = self._new()
        if kind == "broken":
            bill = replace(bill, bad=frozenset({self.chance.choice(sorted(bill.accounts))}))
        self._arrive(bill)

    def publish(self) -> None:
        """Publish every cycle: the model is met, and publishing again changes nothing."""
        for cycle in list_cycles():
            [published] = self.portal.publish(cycle)
            made, blocked = self.model.publish(cycle)
            stuck = {c for c in SHARES if (month := close(self.portal, c, cycle)) and month.status == "blocked"}
            assert ({c: n for c, n, _ in published.editions}, stuck) == (made, blocked), cycle
            for customer, number in made.items():
                month = self.model.months[customer, cycle]
                assert {c: s for c, _, s in published.editions}[customer] == ("final" if month.is_final else "open")
                self.instants.append((customer, cycle, published_at(customer, number, cycle), month.total))
            queue = close(self.portal, "", cycle)
            assert ({f.account for f in queue.findings} if queue else set()) == self.model.waiting(cycle)
        assert [p.editions for p in self.portal.publish()] == [()] * len(list_cycles())

    def compare(self) -> None:
        """Every month of every customer, and the days around the edges of months."""
        for (customer, cycle), month in self.model.months.items():
            assert proved_total(self.portal, self.portal.dana, customer, cycle) == month.total, (customer, cycle)
        for customer in SHARES:
            for period in EDGES:
                start, end = (date.fromisoformat(day) for day in period.split(".."))
                totals = self.portal.table(
                    "usage-to-cost", self.portal.dana, customer, period=period, digits="exact"
                ).totals
                told = sum((Decimal(t["billed_cost"] or "") for t in totals), Decimal(0))
                assert told == self.model.on(customer, start, end), (customer, period)

    def look_back(self) -> None:
        """Every edition that ever was, as of its instant."""
        for customer, cycle, at, total in self.instants:
            question = {"period": cycle, "as_of": at, "digits": "exact"}
            totals = self.portal.table("usage-to-cost", self.portal.dana, customer, **question).totals
            assert sum((Decimal(t["billed_cost"] or "") for t in totals), Decimal(0)) == total, (customer, cycle, at)

    def _new(self) -> Bill:
        cycle = self.chance.choice(list(CYCLES))
        accounts = self.chance.sample(ACCOUNTS, self.chance.randint(1, len(ACCOUNTS)))
        lines = [x for account in accounts for x in self._lines(cycle, account)]
        return Bill(cycle, tuple(lines), CYCLES[cycle] + timedelta(days=self.chance.randrange(35)))

    def _lines(self, cycle: str, account: str) -> list[Line]:
        """Mostly of the days around the edges: the first, the last, the border, and late usage of the month before."""
        first = CYCLES[cycle]
        days = (
            first,
            first,
            first + timedelta(days=14),
            first + timedelta(days=15),
            first + timedelta(days=29),
            first - timedelta(days=1),
        )
        found = [
            Line(account, self.chance.choice(days), self._amount(), f"i-{self.chance.randrange(4)}")
            for _ in range(self.chance.randint(1, 4))
        ]
        return found + found[: self.chance.choice((0, 0, 1))]  # equal lines repeat

    def _amount(self) -> Decimal:
        amount = Decimal(self.chance.randrange(10 ** self.chance.choice((1, 7, 10)))) / 10**8
        return -amount if self.chance.random() < 0.2 else amount

    def _restated(self, bill: Bill) -> Bill:
        """Some amounts are other amounts, and some lines are gone."""
        lines = [replace(x, amount=self._amount()) if self.chance.random() < 0.5 else x for x in bill.lines]
        kept = [x for x in lines if self.chance.random() < 0.9] or lines
        return replace(bill, lines=tuple(kept), bad=frozenset())

    def _reordered(self, bill: Bill) -> Bill:
        day = bill.day + timedelta(days=self.chance.choice((-1, 0, 1))) if bill.day else None
        return replace(bill, lines=tuple(self.chance.sample(bill.lines, len(bill.lines))), day=day, bad=frozenset())

    def _closing(self, bill: Bill) -> Bill:
        """The final bill: what is in force for every account, and perhaps a little more."""
        lines = [
            x
            for (account, cycle), (_, b) in sorted(self.model.good.items())
            if cycle == bill.cycle
            for x in b.lines
            if x.account == account
        ]
        return Bill(bill.cycle, tuple(lines or bill.lines) + tuple(self._lines(bill.cycle, "acct-a1")))

    def _arrive(self, bill: Bill) -> None:
        number = len(self.kept)
        broken = {f"bad {account}" for account in bill.bad}
        rows = [
            line(x.account, str(x.day), f"{x.amount:.8f}", cycle=bill.cycle, resource_id=x.resource)
            | ({"usage": f"bad {x.account}"} if x.account in bill.bad else {})
            for x in bill.lines
        ]
        path = self.portal.bill(_name(bill), rows, member=f"part_{number}.csv")
        path = rewritten(path, dict.fromkeys(broken, "twelve"))
        [receipt] = self.portal.ingest(path)
        assert (receipt.is_new, receipt.is_accepted) == (True, True)
        assert {f.account for f in receipt.findings if f.is_block} == set(bill.bad)
        kept = self.portal.inbox / f"kept-{number}"
        path.rename(kept)
        self.kept.append((kept, bill))
        self.model.receive(bill)


def _name(bill: Bill) -> str:
    cycle = bill.cycle.replace("-", "")
    return f"customerUsageV2_{cycle}_{bill.day:%Y%m%d}.tar.gz" if bill.day else f"customerBill_{cycle}.tar.gz"


def _walk(portal: Portal, seed: int, rounds: int) -> None:
    walk = Walk(portal, seed)
    for _ in range(rounds):
        for _ in range(walk.chance.randint(1, 3)):
            walk.step()
        walk.publish()
        walk.compare()
    walk.look_back()


@pytest.mark.parametrize("seed", range(3))
def test_any_bills_in_any_order_come_to_what_the_model_says(portal: Portal, seed: int) -> None:
    _walk(portal, seed, rounds=5)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(100, 160))
def test_many_more_bills(portal: Portal, seed: int) -> None:
    _walk(portal, seed, rounds=15)
