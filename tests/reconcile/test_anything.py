"""Whatever arrives, what was published is what the bytes say: two paths to every figure, fifty chance resellers."""

from random import Random

import pytest

from crossfoot.reconcile import reconcile
from tests.portal import Portal
from tests.reconcile.reseller import CYCLES, Reseller


def _run(portal: Portal, seed: int) -> None:
    reseller = Reseller(Random(seed))  # noqa: S311 - repeatable, not secret
    portal.prices(*reseller.prices())
    portal.customers(*reseller.owners())
    compared = 0
    for cycle in CYCLES:
        for name in reseller.write(portal, cycle):
            portal.ingest(portal.inbox / name)
            portal.publish()
            outcome = reconcile(portal.home)
            assert not outcome.faults, outcome.faults
            assert outcome.is_clean, [str(pair) for pair in outcome.residuals if pair.residual]
            assert all("blocked" in month.reason for month in outcome.not_compared), outcome.not_compared
            compared += len(outcome.residuals)
    portal.customers(*reseller.owners())  # the accounts change hands, also in months that are closed
    portal.publish()
    outcome = reconcile(portal.home)
    assert outcome.is_clean, [*outcome.faults, *(str(pair) for pair in outcome.residuals if pair.residual)]
    assert compared


@pytest.mark.parametrize("seed", range(2))
def test_both_opinions_agree(portal: Portal, seed: int) -> None:
    _run(portal, seed)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(100, 150))
def test_both_opinions_agree_on_fifty_resellers(portal: Portal, seed: int) -> None:
    _run(portal, seed)
