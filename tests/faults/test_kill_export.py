"""kill -9 at every step of an export and of a sealing: what was handed out is remembered, and the chain stays whole (F1)."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from crossfoot.access.rls import as_staff
from crossfoot.access.sealing import seal_log
from crossfoot.audit.chain import verify
from crossfoot.audit.models import Entry, Seal
from crossfoot.audit.record import Action, record
from crossfoot.audit.witness import witness_of
from crossfoot.deliver.models import Export
from tests.faults.killer import Killer, killer
from tests.portal import LIST_X_1, Portal, line
from tests.time.facts import FINAL, OCTOBER, disk

EXPORTS = [(OCTOBER, "csv"), (OCTOBER, "json")]


@pytest.fixture(scope="module")
def victim(server: None) -> Iterator[Killer]:
    with killer() as found:
        yield found


@pytest.fixture
def shop(portal: Portal) -> Portal:
    portal.customers("C0001,Alpha,USD,acct-a1,,")
    portal.prices(LIST_X_1)
    portal.ingest(portal.bill(FINAL, [line("acct-a1", "2026-10-04", f"{n}.00") for n in range(1, 5)]))
    portal.publish()
    assert portal.alice
    return portal


def points(steps: list[str], wanted: int, seed: int) -> list[tuple[str, int]]:
    """One step out of each of so many equal stretches of the way; seeded."""
    chance = Random(seed)  # noqa: S311 - a seeded choice is what is wanted
    wanted = min(wanted, len(steps))
    edges = [len(steps) * i // wanted for i in range(wanted + 1)]
    chosen = [chance.randrange(a, b) for a, b in pairwise(edges)]
    return [(steps[i], steps[: i + 1].count(steps[i])) for i in chosen]


def exported() -> list[str]:
    with as_staff():
        return sorted(Export.objects.values_list("sha256", flat=True))


def forget() -> None:
    with as_staff():
        Export.objects.all().delete()


def acts(action: Action) -> int:
    with as_staff():
        return Entry.objects.filter(action=action.value).count()


def litter(home: Path) -> list[Path]:
    return list((home / "tmp").glob("export-*"))


def _kill_exports(shop: Portal, victim: Killer, kills: int, seed: int) -> None:
    victim.run(exports=EXPORTS)
    both, before = exported(), disk(shop.home)
    assert (len(both), acts(Action.REPORT_EXPORTED)) == (2, 2)
    forget()
    for point in points(victim.run(exports=EXPORTS)["steps"], kills, seed):
        forget()
        recorded = acts(Action.REPORT_EXPORTED)
        heard = victim.run(exports=EXPORTS, kill=point)
        assert heard["ended"] == 9, point
        assert set(exported()) <= set(both), point
        assert heard.get("exported", both[0]) in (*exported(), both[0]), point
        # A file that was handed out is in the log, and nothing is in it twice.
        assert len(exported()) == acts(Action.REPORT_EXPORTED) - recorded, point
        assert victim.run(exports=EXPORTS)["exported"] in both
        assert exported() == both, point
    for path in litter(shop.home.root):
        path.unlink()
    assert disk(shop.home) == before


def test_killed_anywhere_an_export_is_remembered_or_was_not_handed_out(shop: Portal, victim: Killer) -> None:
    _kill_exports(shop, victim, kills=12, seed=20261127)


@pytest.mark.deep
def test_killed_at_each_step_of_an_export(shop: Portal, victim: Killer) -> None:
    _kill_exports(shop, victim, kills=10_000, seed=1)


def test_killed_at_each_step_of_a_sealing_the_chain_is_whole(shop: Portal, victim: Killer) -> None:
    witness = witness_of(shop.home)
    seal_log(shop.home)
    with as_staff():
        record(Action.REPORT_VIEWED, "alice@example.com", customer="C0001")
    steps = victim.run(seal=True)["steps"]
    assert 'postgres INSERT INTO "audit_seal"' in steps
    for number, point in enumerate(points(steps, len(steps), 1), start=1):
        with as_staff():
            record(Action.REPORT_VIEWED, "alice@example.com", customer="C0001", number=number)
        heard = victim.run(seal=True, kill=point)
        assert heard["ended"] == 9, point
        with as_staff():
            assert verify(witness).fault == "", point
            sealed = Seal.objects.count()
            assert sealed in {Entry.objects.count(), Entry.objects.count() - 1}
        assert ("sealed" in heard) <= (sealed == _entries())
        assert victim.run(seal=True)["sealed"] in {0, 1}
        with as_staff():
            verdict = verify(witness)
        assert (verdict.fault, verdict.unsealed) == ("", 0), point


def _entries() -> int:
    with as_staff():
        return Entry.objects.count()
