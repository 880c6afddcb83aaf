"""kill -9 at every step of ingest and publish: the old month or the new one, never a mix, and nothing lost (F1).

A cycle takes three bills: a first month-to-date file, a second that changes one customer, and the final bill that
closes the month for both. While each is ingested and published the process dies at a chosen step; then the report is
asked, the work is done again, and the report is asked once more. Nothing is tidied between two kills: what earlier
ones left behind must not matter either.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from itertools import count, pairwise
from pathlib import Path
from random import Random

import pytest

from crossfoot.access.rls import as_staff
from crossfoot.access.sealing import seal_log
from crossfoot.audit.chain import verify
from crossfoot.audit.witness import witness_of
from crossfoot.core.errors import Busy
from crossfoot.ingest.models import Batch
from crossfoot.publish.publish import Published
from crossfoot.reconcile import reconcile
from tests.faults.killer import Killer, killer
from tests.portal import LIST_X_1, Portal, line
from tests.time.facts import disk, orphans, proved_total

SEED = 20261122
BILLS = ("first", "second", "final")
# Steps before which nothing outside the process has changed since the step before them: dying there is dying earlier.
READS = (
    "duckdb SELECT",
    "duckdb SET",
    "duckdb CREATE",
    "duckdb DROP",
    "duckdb DELETE",
    "duckdb INSERT",
    "postgres SELECT",
)
READS_SHARE = 5  # one kill in so many is at a step that reads
Point = tuple[str, int]
Totals = tuple[Decimal, Decimal]


@pytest.fixture(scope="module")
def victim(server: None) -> Iterator[Killer]:
    with killer() as found:
        yield found


@dataclass
class House:
    """A portal whose cycles follow one another, with what its two customers should owe in each."""

    portal: Portal
    victim: Killer
    owed: dict[str, Totals] = field(default_factory=dict)
    bills: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def next_cycle(self) -> str:
        number = next(self.numbers)
        return f"{2021 + number // 12}-{number % 12 + 1:02}"

    def bill(self, cycle: str, kind: str) -> tuple[Path, Totals]:
        """A bill and what it makes the customers owe. Every cycle and every bill has amounts of its own."""
        self.bills += 1
        amounts = [
            Decimal(self.bills),
            Decimal("0.00500001"),
            Decimal(cycle[-2:]) + (Decimal("0.001") if kind == "final" else 0),
        ]
        if kind == "second":
            amounts[1] = Decimal("7.25")
        name = f"customerUsageV2_{cycle.replace('-', '')}_{cycle.replace('-', '')}{10 + BILLS.index(kind)}.tar.gz"
        if kind == "final":
            name = f"customerBill_{cycle.replace('-', '')}.tar.gz"
        accounts = ("acct-a1", "acct-a2", "acct-b1")
        path = self.portal.bill(name, [line(a, f"{cycle}-03", str(x)) for a, x in zip(accounts, amounts, strict=True)])
        cents = Decimal("0.01") if kind == "final" else Decimal("0.00000001")
        return path, tuple(x.quantize(cents, ROUND_HALF_UP) for x in (amounts[0] + amounts[1], amounts[2]))  # type: ignore[return-value]

    def published(self, cycle: str) -> Totals:
        """What the customers are told they owe, after every figure was held to every other."""
        return (
            proved_total(self.portal, self.portal.alice, "C0001", cycle),
            proved_total(self.portal, self.portal.charlie, "C0002", cycle),
        )

    def publish_after_a_death(self, cycle: str) -> Published:
        """The server needs a moment to see that its client is gone."""
        deadline = time.monotonic() + 5
        while True:
            try:
                [published] = self.portal.publish(cycle)
            except Busy:
                assert time.monotonic() < deadline, "the lock of a dead publisher was not freed within 5 seconds"
                time.sleep(0.005)
            else:
                return published

    def survive(self, cycle: str, kind: str, point: Point) -> None:
        """Die at that step, look, do it again, look again."""
        path, new = self.bill(cycle, kind)
        old = self.owed.get(cycle, (Decimal(0), Decimal(0)))
        heard = self.victim.run(bills=[str(path)], cycles=[cycle], kill=point)
        assert heard["ended"] == 9, "it did not die: there is no such step any more"

        found = self.published(cycle)
        assert found == (new if "published" in heard else found)
        assert found in (old, new), f"a mix: {found} is neither {old} nor {new}"
        if "accepted" in heard:
            with as_staff():
                assert Batch.objects.filter(sha256=heard["accepted"], is_accepted=True).count() == 1

        [receipt] = self.portal.ingest(path)
        assert receipt.is_clean
        published = self.publish_after_a_death(cycle)
        told = (
            self.portal.total(self.portal.alice, period=cycle, digits="exact"),
            self.portal.total(self.portal.charlie, period=cycle, digits="exact"),
        )
        assert (published.blocked, told) == ((), tuple(f"{amount:.8f}" for amount in new))
        assert found == old or published.editions == (), "what was published already was published again"
        self.owed[cycle] = new

    def rehearse(self) -> dict[str, list[str]]:
        """The steps of each kind of bill, from a cycle in which nobody dies; the very first makes the folders."""
        steps: dict[str, list[str]] = {}
        for cycle, kind in zip([self.next_cycle(), *[self.next_cycle()] * 3], [BILLS[0], *BILLS], strict=True):
            path, self.owed[cycle] = self.bill(cycle, kind)
            steps[kind] = self.victim.run(bills=[str(path)], cycles=[cycle])["steps"]
            assert self.published(cycle) == self.owed[cycle]
        return steps


@pytest.fixture
def house(portal: Portal, victim: Killer) -> House:
    portal.customers("C0001,Alpha,USD,acct-a1,,", "C0001,Alpha,USD,acct-a2,,", "C0002,Beta,USD,acct-b1,,")
    portal.prices(LIST_X_1)
    return House(portal, victim)


def _points(steps: dict[str, list[str]], kills: int, seed: int) -> list[tuple[str, Point]]:
    """So many steps over the whole way of each kind of bill, most of them where something changes; seeded."""
    chance, found = Random(seed), {}  # noqa: S311 - a seeded choice is what is wanted
    for kind in BILLS:
        numbered = [(name, steps[kind][: i + 1].count(name)) for i, name in enumerate(steps[kind])]
        reads = [p for p in numbered if p[0].startswith(READS)]
        changes = [p for p in numbered if not p[0].startswith(READS)]
        wanted = -(-kills // len(BILLS))
        found[kind] = [
            *_spread(changes, wanted - wanted // READS_SHARE, chance),
            *_spread(reads, wanted // READS_SHARE, chance),
        ]
        chance.shuffle(found[kind])
    return [(kind, found[kind][i]) for i in range(-(-kills // len(BILLS))) for kind in BILLS][:kills]


def _spread(points: list[Point], wanted: int, chance: Random) -> list[Point]:
    """One out of each of so many equal stretches."""
    wanted = min(wanted, len(points))
    edges = [len(points) * i // wanted for i in range(wanted + 1)]
    return [points[chance.randrange(a, b)] for a, b in pairwise(edges)]


def _kill(house: House, kills: int, seed: int) -> None:
    cycle = ""
    for kind, point in _points(house.rehearse(), kills, seed):
        cycle = house.next_cycle() if kind == BILLS[0] else cycle
        try:
            house.survive(cycle, kind, point)
        except AssertionError as error:
            error.add_note(f"seed {seed}: killed before step {point} of the {kind} bill of {cycle}")
            raise
    _sound(house)


def _sound(house: House) -> None:
    """After all of them: every month is right by a second opinion, the log is whole, and the litter is only litter."""
    assert {cycle: house.published(cycle) for cycle in house.owed} == house.owed
    with as_staff():
        assert Batch.objects.filter(is_accepted=True).count() == Batch.objects.count() == house.bills
    seal_log(house.portal.home)
    with as_staff():
        assert verify(witness_of(house.portal.home)).fault == ""
    litter = orphans(house.portal.home)
    assert litter, "no kill came between a file and its commit"
    assert {path.split("/")[0] for path in litter} <= {"charges", "daily", "buy"}
    for path in litter:
        (Path(house.portal.home.lake) / path).unlink()
    for path in disk(house.portal.home):
        if path.startswith("tmp/"):
            (house.portal.home.root / path).unlink()
    assert {cycle: house.published(cycle) for cycle in house.owed} == house.owed
    assert [p.editions for p in house.portal.publish()] == [()] * len(house.owed)
    outcome = reconcile(house.portal.home)
    assert outcome.is_clean, outcome.lines()


@pytest.mark.parametrize("part", range(2))
def test_killed_anywhere_the_month_is_the_old_or_the_new_one(house: House, part: int) -> None:
    """25 kills each."""
    _kill(house, kills=25, seed=SEED + part)


@pytest.mark.deep
@pytest.mark.parametrize("part", range(4))
def test_killed_anywhere_many_times(house: House, part: int) -> None:
    """50 kills each."""
    _kill(house, kills=50, seed=SEED + 100 + part)


def test_every_file_is_synced_before_it_is_named_and_named_before_it_is_spoken_of(house: House) -> None:
    """A kill leaves what the kernel holds; that a power cut leaves it too rests on the order of the steps."""
    for kind, steps in house.rehearse().items():
        named = [i for i, name in enumerate(steps) if name.startswith("replace ")]
        kinds = [steps[i].removeprefix("replace ") for i in named]
        assert kinds[:2] == ["landed", "accepted"], kind
        assert set(kinds[2:]) == {"charges", "daily", "buy"}, kind
        assert all(steps[i - 1] == steps[i + 1] == "fsync" for i in named), kind
        spoken = {
            "accepted": steps.index('postgres INSERT INTO "ingest_batch"'),
            "charges": steps.index('postgres INSERT INTO "publish_edition"'),
        }
        assert named[1] < spoken["accepted"], kind
        assert named[-1] < spoken["charges"], kind
        assert not [i for i in range(named[2], spoken["charges"]) if steps[i] == "commit"], kind
        made = [
            i for i, name in enumerate(steps) if name == "mkdir" and i > steps.index("duckdb CREATE VIEW edition_lines")
        ]
        assert all(steps[i + 1] == "fsync" for i in made), kind
        assert len(made) == (6 if kind == "first" else 0), "charges, daily and buy of two customers"
