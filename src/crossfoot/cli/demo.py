"""The demo reseller: simulated bills through ingest, prices, checks and publication, books, and a person for each role."""

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from crossfoot.access.register import add_person, import_customers
from crossfoot.access.scope import find_user
from crossfoot.cli.demo_books import load_books
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
        load_books(finance.email)
    else:
        logins.append(_add(Role.RESELLER_FINANCE, ""))
    logins += [_add(role, "") for role in (Role.RESELLER_SUPPORT, Role.RESELLER_OPERATOR)]
    logins += [_add(role, "C0001") for role in (Role.CUSTOMER_ADMIN, Role.CUSTOMER_FINANCE, Role.CUSTOMER_VIEWER)]
    logins.append(_add(Role.CUSTOMER_FINANCE, "C0002", "finance"))
    return logins


def _load(home: Home, customers: int, months: int, approver: str) -> None:
    """Closed months with their final bills, and the running month as the last two days' files show it."""
    folder, now = home.tmp / "demo-bills", today()
    last = first = cycle_of(now)
    for _ in range(months - 1):
        first = previous_cycle(first)
    if months > 1:
        _simulate(folder, customers, first, previous_cycle(last))
    _simulate(folder, customers, last, last)
    import_customers(folder / "customers.csv", OPERATOR)
    import_prices(folder / "prices.csv", OPERATOR)
    approve_prices("all", find_user(approver))
    bills = find_bills(folder)[0]
    running = [b for b in bills if b.cycle == last and b.as_of and b.as_of <= now]
    for bill in [b for b in bills if b.cycle < last]:
        accept(bill, home, OPERATOR)
    for bill in running[-2:]:
        accept(bill, home, OPERATOR)
        _publish(home)
    if not running:  # on the first day of a month nothing of it has arrived
        _publish(home)
    shutil.rmtree(folder)


def _simulate(folder: Path, customers: int, first: str, last: str) -> None:
    months = int(last[:4]) * 12 + int(last[5:]) - int(first[:4]) * 12 - int(first[5:]) + 1
    rows = ROWS_PER_MONTH * customers * months
    warn(f"Simulating {rows} lines of {customers} customers, {first} to {last} …")
    is_running = last == cycle_of(today())
    simulate(
        Plan(customers=customers, first_cycle=first, last_cycle=last, rows=rows, seed=SEED, daily=is_running), folder
    )


def _publish(home: Home) -> None:
    for cycle in list_cycles():
        warn(f"Publishing {cycle} …")
        publish(cycle, home, OPERATOR)


def _add(role: Role, customer: str, name: str = "") -> Login:
    """A demo password is made at every start and printed: it is never the same on two machines."""
    who = name or role.value.split("-")[1]
    login = Login(role, f"{who}@{customer.lower() or 'reseller'}.example", secrets.token_urlsafe(12))
    add_person(login.email, role, password=login.password, actor=OPERATOR, customer=customer)
    return login
