"""The simulated reseller's world: customers, their Huawei accounts, and how many lines each account has in each cycle.

In: a plan. Out: accounts with resources and projects, and the rows of `customers.csv`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from crossfoot.simulator import shares
from crossfoot.simulator.amounts import CASH, CREDIT, DEBT
from crossfoot.simulator.catalogue import PROJECT_NAMES
from crossfoot.simulator.months import Month
from crossfoot.simulator.plan import ACCOUNT_MOVES, Plan
from crossfoot.simulator.resources import Project, Resource, make_resources

NAMES = (
    "Northwind Traders", "上海云帆科技有限公司", "Lopez, Diaz & Partners", "Kaveri Software", "Ørsted Logistik", "東京データ株式会社",
    "Al Noor Retail", "Baobab Mobile", "Pelican Foods", "Quito Digital", "Steppe Telecom", "Tasman Health",
)  # fmt: skip
NUMERIC_OWNER = 4  # this customer's account ids are digits with leading zeros: a reader that guesses types breaks them
MOVE_DAY = 16
ACCOUNT_SPLIT = (60, 25, 15)


@dataclass(frozen=True, eq=False)
class Customer:
    """An organisation that the reseller bills."""

    customer_id: str
    name: str


@dataclass(eq=False)
class Account:
    """A Huawei account: its lines, who owns it, and what the reseller pays for it."""

    place: int
    account_id: str
    name: str
    customer: Customer | None
    rows: list[int]  # by cycle
    wallet: int
    settlement_percent: int | None  # None: the files carry no settlement amount
    resources: tuple[Resource, ...] = ()
    next_customer: Customer | None = None
    moved_on: str = ""
    orders: list["Order"] = field(default_factory=list)

    def owner_on(self, day: str) -> Customer | None:
        """Who owns it on a bill date; the day of a move is the new owner's first."""
        return self.next_customer if self.moved_on and day >= self.moved_on else self.customer


@dataclass(frozen=True, eq=False)
class Order:
    """A purchase, renewal or change that can be refunded later."""

    order_id: str
    day: str
    resource: Resource
    official: int
    percent_off: int
    yearly: bool


def make_accounts(plan: Plan) -> list[Account]:
    """All accounts with their resources; that of the unmapped event comes last."""
    customers = [Customer(f"C{n:04d}", _name(n)) for n in range(1, plan.customers + 1)]
    by_cycle = shares.rows_by_cycle(plan.rows - plan.unmapped_rows, len(plan.cycles), plan.customers)
    weights = shares.customer_weights(plan.customers)
    parts = [shares.apportion(rows, weights, shares.customer_floor(rows, plan.customers)) for rows in by_cycle]
    accounts: list[Account] = []
    for place, customer in enumerate(customers):
        for rows in _split([part[place] for part in parts], _wanted_accounts(place)):
            accounts.append(_account(plan, len(accounts), customer, rows))
    if plan.unmapped_rows:
        rows = [0] * (len(plan.cycles) - 1) + [plan.unmapped_rows]
        accounts.append(_account(plan, len(accounts), None, rows))
    if ACCOUNT_MOVES in plan.events:
        _move(plan, accounts, customers)
    for account in accounts:
        _equip(plan, account)
    return accounts


def customer_rows(accounts: list[Account], currency: str) -> Iterator[tuple[str, ...]]:
    """The lines of `customers.csv`, one per customer and account."""
    yield "customer_id", "name", "currency", "account_id", "valid_from", "valid_to"
    for account in accounts:
        if account.customer:
            yield (
                account.customer.customer_id,
                account.customer.name,
                currency,
                account.account_id,
                "",
                account.moved_on,
            )
        if account.next_customer:
            new = account.next_customer
            yield new.customer_id, new.name, currency, account.account_id, account.moved_on, ""


def _name(number: int) -> str:
    name = NAMES[(number - 1) % len(NAMES)]
    return name if number <= len(NAMES) else f"{name} {(number - 1) // len(NAMES) + 1}"


def _wanted_accounts(place: int) -> int:
    if place == 0:
        return 3
    return 2 if place % 4 in {2, 3} else 1


def _split(rows: list[int], wanted: int) -> list[list[int]]:
    """The lines of a customer over its accounts: as many accounts as can each have usage on every day."""
    count = max(1, min(wanted, min(rows) // shares.FULL_MONTH))
    floor = shares.FLOOR if count > 1 else 0
    return [list(part) for part in zip(*(shares.apportion(n, ACCOUNT_SPLIT[:count], floor) for n in rows), strict=True)]


def _account(plan: Plan, place: int, customer: Customer | None, rows: list[int]) -> Account:
    numeric = customer is not None and customer.customer_id == f"C{min(NUMERIC_OWNER, plan.customers):04d}"
    digest = hashlib.sha256(f"{plan.seed}:account:{place}".encode()).hexdigest()[:32]
    account_id = f"00{int(digest, 16) % 10**30:030d}" if numeric else digest
    owner = customer.customer_id.lower() if customer else "stray"
    return Account(
        place=place,
        account_id=account_id,
        name=f"hw_{owner}_{place + 1:02d}",
        customer=customer,
        rows=rows,
        wallet=(DEBT, DEBT, CREDIT, DEBT, CASH)[place % 5],
        settlement_percent=None if place % 7 == 5 else 80 + place * 5 % 16,  # noqa: PLR2004 - a few have none
    )


def _move(plan: Plan, accounts: list[Account], customers: list[Customer]) -> None:
    """The second account of the first customer goes to the second one; else the last customer's goes to the first."""
    own = [account for account in accounts if account.customer is customers[0]]
    moving = own[1] if len(own) > 1 else next(a for a in accounts if a.customer is customers[-1])
    moving.next_customer = customers[1] if len(own) > 1 else customers[0]
    moving.moved_on = Month(plan.last_cycle).days[MOVE_DAY - 1]


def _equip(plan: Plan, account: Account) -> None:
    dice = plan.dice("projects", account.place)
    own = [Project(f"{dice.getrandbits(128):032x}", name) for name in PROJECT_NAMES[: 1 + account.place % 4]]
    none = Project("-1" if account.place % 5 == 3 else "", "")  # noqa: PLR2004 - both spellings of "none" occur
    account.resources = make_resources(
        plan.dice("resources", account.place), (Project("0", "default"), *own, none), max(account.rows)
    )
