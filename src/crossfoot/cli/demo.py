"""The demo reseller: simulated bills through ingest, prices, checks and publication, and a person for each role."""

import secrets
import shutil
from dataclasses import dataclass

from crossfoot.access.register import add_person, import_customers
from crossfoot.access.scope import find_user
from crossfoot.cli.say import warn
from crossfoot.cli.session import OPERATOR
from crossfoot.core.clock import today
from crossfoot.core.period import cycle_of, previous_cycle
from crossfoot.core.roles import Role
from crossfoot.ingest.accept import accept
from crossfoot.pricing.book import approve_prices, import_prices
from crossfoot.publish.publish import list_cycles, publish
from crossfoot.runtime.home import Home
from crossfoot.simulator import Plan, simulate
from crossfoot.sources.huawei_files import find_bills

ROWS_PER_MONTH = 250
SEED = 20261122


@dataclass(frozen=True)
class Login:
    """A person of the demo."""

    role: Role
    email: str
    password: str


def load_demo(home: Home, customers: int, months: int) -> list[Login]:
    """Load the demo once; later starts only give the people new passwords."""
    logins = []
    if not list_cycles():
        finance = _add(Role.RESELLER_FINANCE, "")
        logins.append(finance)
        _load(home, customers, months, finance.email)
    else:
        logins.append(_add(Role.RESELLER_FINANCE, ""))
    logins += [_add(role, "") for role in (Role.RESELLER_SUPPORT, Role.RESELLER_OPERATOR)]
    logins += [_add(role, "C0001") for role in (Role.CUSTOMER_ADMIN, Role.CUSTOMER_FINANCE, Role.CUSTOMER_VIEWER)]
    logins.append(_add(Role.CUSTOMER_FINANCE, "C0002", "finance"))
    return logins


def _load(home: Home, customers: int, months: int, approver: str) -> None:
    last = cycle_of(today())
    first = last
    for _ in range(months - 1):
        first = previous_cycle(first)
    folder = home.tmp / "demo-bills"
    plan = Plan(
        customers=customers,
        first_cycle=first,
        last_cycle=last,
        rows=ROWS_PER_MONTH * customers * months,
        seed=SEED,
    )
    warn(f"Simulating {plan.rows} lines of {customers} customers, {first} to {last} …")
    simulate(plan, folder)
    import_customers(folder / "customers.csv", OPERATOR)
    import_prices(folder / "prices.csv", OPERATOR)
    approve_prices("all", find_user(approver))
    for bill in find_bills(folder)[0]:
        if bill.cycle == last and bill.is_final:
            continue  # the running month has no final bill yet
        warn(f"Ingesting {bill.name} …")
        accept(bill, home, OPERATOR)
    for cycle in list_cycles():
        warn(f"Publishing {cycle} …")
        publish(cycle, home, OPERATOR)
    shutil.rmtree(folder)


def _add(role: Role, customer: str, name: str = "") -> Login:
    """A demo password is made at every start and printed: it is never the same on two machines."""
    who = name or role.value.split("-")[1]
    login = Login(role, f"{who}@{customer.lower() or 'reseller'}.example", secrets.token_urlsafe(12))
    add_person(login.email, role, password=login.password, actor=OPERATOR, customer=customer)
    return login
