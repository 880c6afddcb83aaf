"""A loaded portal, its facts, and the people who ask it."""

from collections.abc import Callable
from dataclasses import dataclass

from crossfoot.access.models import User
from crossfoot.access.rls import as_staff
from crossfoot.core.roles import Role
from crossfoot.ingest.models import Batch
from tests.portal import Portal
from tests.query.reseller import Fact, load

LINES = 300


@dataclass(frozen=True)
class Reader:
    """Somebody who asks, which customer they ask about, and which facts they may see."""

    user: User
    customer: str
    sees: Callable[[Fact], bool]

    def facts(self, all_facts: list[Fact]) -> list[Fact]:
        """What they may see."""
        return [f for f in all_facts if f.customer == self.customer and self.sees(f)]


@dataclass(frozen=True)
class House:
    """Nobody in this folder writes to it."""

    portal: Portal
    facts: list[Fact]
    readers: dict[str, Reader]
    bills: frozenset[str]


def _bills() -> frozenset[str]:
    with as_staff():
        return frozenset(Batch.objects.values_list("sha256", flat=True))


def is_standing(house: House) -> bool:
    """False when another test has emptied the portal, or has put other bills into it."""
    return house.bills == _bills()


def everything(_: Fact) -> bool:
    """Nothing is kept from this reader."""
    return True


def build(portal: Portal) -> House:
    """Three cycles of random lines and six readers, three of whom see only a part."""
    facts = load(portal, seed=11, lines=LINES)
    shop = portal.person("shop", Role.CUSTOMER_FINANCE, "C0001", projects=["p-1"])
    both = portal.person("both", Role.CUSTOMER_FINANCE, "C0001", accounts=["acct-a1", "acct-a3"], projects=["p-1", "0"])
    readers = {
        "alice": Reader(portal.alice, "C0001", everything),
        "bob": Reader(portal.bob, "C0001", lambda f: f.keys["account"] == "acct-a2"),
        "shop": Reader(shop, "C0001", lambda f: f.keys["project"] == "p-1"),
        "both": Reader(
            both, "C0001", lambda f: f.keys["account"] in {"acct-a1", "acct-a3"} and f.keys["project"] in {"p-1", "0"}
        ),
        "charlie": Reader(portal.charlie, "C0002", everything),
        "dana": Reader(portal.dana, "C0001", everything),
    }
    return House(portal, facts, readers, _bills())
