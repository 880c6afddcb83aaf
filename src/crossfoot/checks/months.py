"""Checks that look at a whole month: control totals, no record twice, no day lost, every account with an owner."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from crossfoot.checks.candidate import Candidate
from crossfoot.core.finding import Finding, Reach, Severity

READ_ANEW = "Ingest the same bill again, so that it is read anew, and publish; the last edition stays in force."


def check_refusals(candidate: Candidate) -> list[Finding]:
    """No account's newest lines were refused or altered: a month without them would look complete."""
    found = []
    for refusal in candidate.refusals:
        refused = Finding(
            check="refused-lines",
            severity=Severity.BLOCK,
            reach=Reach.CUSTOMER_MONTH,
            account=refusal.account,
            cycle=candidate.cycle,
            file=refusal.file,
            message=refusal.fault or "The account's newest lines were refused when the bill was ingested.",
            next_step=READ_ANEW if refusal.is_altered else "Ingest a corrected bill; the last edition stays in force.",
        )
        if cell := refusal.cell:
            refused = replace(
                refused,
                file=cell.file,
                record=cell.record,
                column=cell.column,
                value=cell.value,
                message=f"The account's newest lines were refused. {cell.message}",
            )
        found += [replace(refused, customer=customer) for customer in refusal.customers]
    return found


def check_control_totals(candidate: Candidate) -> list[Finding]:
    """The staged lines of every account are those that ingest counted: rows and List, to the last digit."""
    staged: dict[str, tuple[int, dict[str, Decimal]]] = {}
    for account, currency, rows, list_cost in candidate.bench.execute(
        "SELECT account_id, currency, rows, list_cost FROM staged_totals"
    ).fetchall():
        count, sums = staged.setdefault(account, (0, {}))
        staged[account] = (count + rows, sums | {currency: list_cost})
    return [finding for part in candidate.slices for finding in _total_faults(candidate, part.account, staged)]


def _total_faults(
    candidate: Candidate, account: str, staged: dict[str, tuple[int, dict[str, Decimal]]]
) -> Iterator[Finding]:
    part = next(s for s in candidate.slices if s.account == account)
    rows, sums = staged.get(account, (0, {}))
    if rows == part.rows and sums == {c: Decimal(v) for c, v in part.list_cost}:
        return
    for customer in part.customers:
        yield Finding(
            check="control-totals",
            severity=Severity.BLOCK,
            reach=Reach.CUSTOMER_MONTH,
            customer=customer,
            account=account,
            cycle=candidate.cycle,
            file=part.file,
            message=f"{part.rows} lines were accepted and {rows} lines were staged, or their List differs.",
            next_step="Nothing is published for this customer. Ingest the bill again; if it stays, tell Crossfoot.",
        )


def check_duplicates(candidate: Candidate) -> list[Finding]:
    """No charge and no record of the source stands twice in a month."""
    return [
        *candidate.find_lines(
            "duplicates",
            "charge_key IN (SELECT charge_key FROM priced GROUP BY 1 HAVING count(*) > 1)",
            message="The same charge stands twice in the month, in two files or under two owners.",
            next_step="Check the account's validity dates and the bills of this cycle.",
        ),
        *candidate.find_lines(
            "duplicates",
            "record_id IS NOT NULL AND (account_id, record_id) IN (SELECT (account_id, record_id) FROM priced "
            "WHERE record_id IS NOT NULL GROUP BY account_id, record_id HAVING count(*) > 1)",
            column="Record ID",
            value="record_id",
            message="Two lines of the bill carry the same record id.",
            next_step="Ask Huawei for a corrected bill and ingest it; the other customers are published.",
        ),
    ]


def check_completeness(candidate: Candidate) -> list[Finding]:
    """A closed month has every day that was published for it, and every account its final bill: nothing just vanishes."""
    lost = _lost_days(candidate)
    lost_days = [
        Finding(
            check="completeness",
            severity=Severity.BLOCK,
            reach=Reach.CUSTOMER_MONTH,
            customer=customer,
            cycle=candidate.cycle,
            column="Expenditure Date",
            value=str(days[0]),
            count=len(days),
            message="The final bill has no line for a day that was published before.",
            next_step="Ask Huawei for the missing lines; the edition published before stays in force.",
        )
        for customer, days in sorted(lost.items())
    ]
    return [*lost_days, *_still_open(candidate)]


def _lost_days(candidate: Candidate) -> dict[str, list[date]]:
    """The days that were published and are gone, but for those on which the account now belongs to somebody else."""
    days, owned = defaultdict[str, set[date]](set), defaultdict[str, set[date]](set)
    for customer, day in candidate.bench.execute("SELECT DISTINCT customer_id, bill_date FROM priced").fetchall():
        days[customer].add(day)
    for customer, account, start, end in candidate.bench.execute(
        "SELECT customer_id, account_id, valid_from, valid_to FROM owners"
    ).fetchall():
        before = candidate.days_before.get(customer, {}).get(account, ())
        owned[customer] |= {day for day in before if start <= day < min(end, candidate.end)}
    return {c: sorted(lost) for c in candidate.finals if (lost := owned[c] - days[c])}


def _still_open(candidate: Candidate) -> Iterator[Finding]:
    closing = {c for part in candidate.slices if part.is_final for c in part.customers}
    for part in candidate.slices:
        for customer in sorted(closing.intersection(part.customers) if not part.is_final else ()):
            yield Finding(
                check="completeness",
                severity=Severity.NOTE,
                reach=Reach.ACCOUNT,
                customer=customer,
                account=part.account,
                cycle=candidate.cycle,
                file=part.file,
                message="The final bill has no line of this account: its month-to-date lines count, and the month stays open.",
                next_step="Ask Huawei whether the account has no charges in this cycle.",
            )


NO_OWNER = "The account belongs to no customer on this date; its lines wait and block nobody."
ADD_OWNER = "Add a line for it to the customers file, run `crossfoot customers import` and publish again."


def check_accounts(candidate: Candidate) -> list[Finding]:
    """Every account belongs to a customer on every bill date. One that does not waits in the operator's queue."""
    return [
        *candidate.find_lines(
            "account-mapped",
            "customer_id IS NULL",
            column="Customer ID",
            value="account_id",
            reach=Reach.ACCOUNT,
            message=NO_OWNER,
            next_step=ADD_OWNER,
        ),
        *(
            Finding(
                check="account-mapped",
                severity=Severity.BLOCK,
                reach=Reach.ACCOUNT,
                account=part.account,
                cycle=candidate.cycle,
                file=part.file,
                column="Customer ID",
                value=part.account,
                count=part.rows,
                message=NO_OWNER,
                next_step=ADD_OWNER,
            )
            for part in candidate.unmapped
        ),
    ]
