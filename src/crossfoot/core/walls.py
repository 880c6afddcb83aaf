"""How a model stands behind the PostgreSQL wall. Every model of ours says which; a test asks each of them."""

from enum import StrEnum


class Wall(StrEnum):
    """Which database role may touch a table."""

    DOOR = "door"  # sign-in and sessions: before anybody's scope is known
    CUSTOMER = "customer"  # rows of one customer: that customer's role reads its own by policy, staff everything
    STAFF = "staff"  # the reseller's and the worker's; a customer's role has no grant at all
    LOG = "log"  # everybody may append, only staff may read, nobody may change
    SEALED = "sealed"  # the reseller's alone, and nobody may change it: what proves that a log was not changed
