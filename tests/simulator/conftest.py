from pathlib import Path

import pytest

from crossfoot.simulator import Plan, simulate
from tests.simulator.files import EVENTS


@pytest.fixture(scope="session")
def calm(tmp_path_factory) -> Path:
    """Seven customers, three cycles, 6000 lines, nothing out of the ordinary."""
    out = tmp_path_factory.mktemp("calm")
    simulate(Plan(customers=7, first_cycle="2026-08", last_cycle="2026-10", rows=6000, seed=7), out)
    return out


@pytest.fixture(scope="session")
def stormy(tmp_path_factory) -> Path:
    """The same reseller with every mishap in the last cycle."""
    out = tmp_path_factory.mktemp("stormy")
    simulate(Plan(customers=7, first_cycle="2026-08", last_cycle="2026-10", rows=6000, seed=7, events=EVENTS), out)
    return out
