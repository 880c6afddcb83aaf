"""Things that cost money: one server, disk or bucket of an account, with its price, project and tags."""

import math
import random
from dataclasses import dataclass

from crossfoot.simulator.amounts import QUANTITY_UNIT
from crossfoot.simulator.catalogue import PAID_BY, REGIONS, TAGS, Region, Service, Tags
from crossfoot.simulator.kinds import Kind

SHORTEST_MONTH = 28
HOURS = 24
FEWEST, MOST_VARIED = 8, 36
FORMULA_NAME = 13  # every so many resources a name that a spreadsheet would run


@dataclass(frozen=True, eq=False)
class Project:
    """An enterprise project: '0' is the default one, '' and '-1' are none."""

    project_id: str
    name: str

    @property
    def known_id(self) -> str | None:
        """Its id, or None where there is no project."""
        return None if self.project_id in {"", "-1"} else self.project_id


@dataclass(frozen=True, eq=False)
class Resource:
    """One thing that is billed by the hour and perhaps by the month."""

    resource_id: str
    name: str
    service: Service
    kind: Kind  # how its hours are paid
    region: Region
    project: Project
    tags: Tags
    spec: str
    product_id: str
    price: int  # 1e-10 of the currency a unit

    def hourly_quantity(self, chance: float) -> int:
        """What one hour uses, in millionths of a unit."""
        most = self.service.largest_usage
        return 1 + int(chance * most * QUANTITY_UNIT) if most else QUANTITY_UNIT


def make_resources(dice: random.Random, projects: tuple[Project, ...], rows: int) -> tuple[Resource, ...]:
    """Enough resources for the busiest month of an account; the first is an ordinary server."""
    daily = math.ceil(rows / SHORTEST_MONTH)
    count = max(math.ceil(daily / HOURS), min(MOST_VARIED, max(FEWEST, rows // 8)))
    regions = dice.sample(REGIONS, 3)
    return tuple(_resource(dice, place, regions, projects) for place in range(count))


def _resource(dice: random.Random, place: int, regions: list[Region], projects: tuple[Project, ...]) -> Resource:
    service, kind = PAID_BY[place % len(PAID_BY)]
    code = service.code.rpartition(".")[2]
    return Resource(
        resource_id=f"{dice.getrandbits(128):032x}",
        name=f"=SUM({place})" if place % FORMULA_NAME == FORMULA_NAME - 1 else f"{code}-{place:04d}",
        service=service,
        kind=kind,
        region=regions[min(2, int(dice.expovariate(1.2)))],
        project=dice.choice(projects),
        tags=dice.choice(TAGS),
        spec=dice.choice(service.specs),
        product_id=f"00301-{dice.randrange(10**6):06d}-0--0",
        price=service.price * dice.randrange(80, 400) // 100,
    )
