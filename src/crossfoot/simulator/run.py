"""A simulation from its plan to its files: charges are made once, one at a time, and go to the truth and to the files."""

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from crossfoot.core.period import first_day
from crossfoot.simulator.archive import Archive, month_to_date
from crossfoot.simulator.charges import Charge
from crossfoot.simulator.customers import Account, customer_rows, make_accounts
from crossfoot.simulator.events import disturbed, is_late
from crossfoot.simulator.lines import Clerk
from crossfoot.simulator.months import Month
from crossfoot.simulator.orders import happenings, occasions
from crossfoot.simulator.plan import Plan, Summary, check
from crossfoot.simulator.truth import Truth
from crossfoot.simulator.usage import hours

USAGE_DIGITS, BILL_DIGITS = 8, 4  # of a part's number in its name (huawei.md 5.1)


def simulate(plan: Plan, out: Path) -> Summary:
    """Write the files of a simulated reseller under `out`.

    Raises:
        BadRequest: the plan cannot be carried out.
    """
    check(plan)
    out.mkdir(parents=True, exist_ok=True)
    accounts = make_accounts(plan)
    _write_csv(out / "customers.csv", customer_rows(accounts, plan.currency))
    _write_csv(out / "prices.csv", _price_rows(plan))
    rows = 0
    with Truth(out / "truth.json", plan.currency) as truth:
        for place, cycle in enumerate(plan.cycles):
            charges = _charges(plan, accounts, place)
            if cycle == plan.last_cycle:
                charges = disturbed(charges, plan)
            rows += _write_cycle(plan, out, Month(cycle), charges, truth)
            truth.end_cycle(cycle)
    usage_files = sum(len(_usage_paths(plan, out, Month(cycle))) for cycle in plan.cycles)
    return Summary(files=usage_files + len(plan.cycles) + 3, rows=rows, customers=plan.customers)


def _charges(plan: Plan, accounts: list[Account], place: int) -> Iterator[Charge]:
    month = Month(plan.cycles[place])
    for account in accounts:
        count = account.rows[place]
        other = occasions(count, len(month.days))
        yield from happenings(account, month, other, plan.dice("orders", account.place, month.cycle))
        yield from hours(account, month, count - other, plan.dice("hours", account.place, month.cycle))


def _write_cycle(plan: Plan, out: Path, month: Month, charges: Iterator[Charge], truth: Truth) -> int:
    clerk = Clerk(plan, month.cycle, month.following)
    headers, number = clerk.headers, 0
    with ExitStack() as files:
        bill_path = out / "customerBill" / f"customerBill_{month.cycle.replace('-', '')}.tar.gz"
        bill = files.enter_context(Archive(bill_path, headers.bill, BILL_DIGITS))
        usage = files.enter_context(month_to_date(_usage_paths(plan, out, month), headers.usage, USAGE_DIGITS))
        for number, charge in enumerate(charges, start=1):
            truth.take(charge)
            lines = clerk.lines(charge, number)
            bill.add(lines.bill)
            if not is_late(plan, month.cycle, number):
                usage.add(lines.usage, charge.traded_on)
    return number


def _usage_paths(plan: Plan, out: Path, month: Month) -> dict[str, Path]:
    """The month-to-date files by the day they are of: all of them, or the last one."""
    days = (*month.days, *month.days_after) if plan.daily else month.days_after[-1:]
    stem = f"customerUsageV2_{month.cycle.replace('-', '')}"
    return {day: out / "customerUsage" / f"{stem}_{day.replace('-', '')}.tar.gz" for day in days}


def _price_rows(plan: Plan) -> Iterator[tuple[str, ...]]:
    """List x 1 for all, approved long before the first line."""
    start = first_day(plan.first_cycle)
    yield "rule_id", "valid_from", "valid_to", "customer_id", "service", "action", "value"
    yield "R-LIST-100", str(start.replace(year=start.year - 1)), "", "", "", "list_pct", "100"


def _write_csv(path: Path, rows: Iterator[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
