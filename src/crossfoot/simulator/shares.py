"""How many lines fall on whom: a total is split by weights, exactly, with a floor under everybody."""

from collections.abc import Sequence

FULL_MONTH = 60  # lines of an account in a month from which it has usage on every day
FLOOR = 40
LARGEST_PERCENT = 15


def apportion(total: int, weights: Sequence[int], floor: int = 0) -> list[int]:
    """Whole numbers in proportion to the weights, none below the floor, their sum exactly the total."""
    whole = sum(weights)
    wanted = [max(0, total * weight // whole - floor) for weight in weights]
    spare = total - floor * len(weights)
    above = sum(wanted) or 1
    found = [floor + spare * want // above for want in wanted]
    for extra in range(total - sum(found)):
        found[extra % len(found)] += 1
    return found


def customer_weights(customers: int) -> list[int]:
    """A skewed reseller: the first customer has about 15 % where there are enough others, then ever less."""
    if customers < LARGEST_PERCENT // 2:
        return [10_000 // (place + 2) for place in range(customers)]
    others = [1_000_000 // (place + 6) for place in range(1, customers)]
    return [sum(others) * LARGEST_PERCENT // (100 - LARGEST_PERCENT), *others]


def customer_floor(rows: int, customers: int) -> int:
    """What the smallest customer has in a cycle: usage on every day where the rows permit."""
    return max(1, min(FLOOR, rows * 2 // (3 * customers)))


def rows_by_cycle(rows: int, cycles: int, least: int) -> list[int]:
    """A reseller that grows a little every month."""
    return apportion(rows, [100 + 3 * place for place in range(cycles)], least)
