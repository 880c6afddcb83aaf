"""Checks that look at a whole month: control totals, no record twice, no day lost, every account with an owner."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from crossfoot.checks.candidate import Candidate
from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.core.ids import canonical_json

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
    """An account's final bill has every day that was published for it: nothing just vanishes.

    Also while another account keeps the month open; the edition made meanwhile would forget the day.
    """
    return [
        Finding(
            check="completeness",
            severity=Severity.BLOCK,
            reach=Reach.CUSTOMER_MONTH,
            customer=customer,
            cycle=candidate.cycle,
            column="Expenditure Date",
            value=lost[0][0],
            count=len({day for day, _ in lost}),
            message="The final bill has no line for a day that was published before.",
            next_step="Ask Huawei for the missing lines; the edition published before stays in force.",
            exact=canonical_json(lost).decode(),
        )
        for customer, lost in sorted(_lost_days(candidate).items())
    ]


def _lost_days(candidate: Candidate) -> dict[str, list[tuple[str, str]]]:
    """The days that were published and are gone, but for those on which the account now belongs to somebody else."""
    there = defaultdict[str, set[date]](set)
    for customer, day in candidate.bench.execute("SELECT DISTINCT customer_id, bill_date FROM priced").fetchall():
        there[customer].add(day)
    closed = {part.account for part in candidate.slices if part.is_final}
    lost = defaultdict[str, set[tuple[str, str]]](set)
    for customer, account, start, end in candidate.bench.execute(
        "SELECT customer_id, account_id, valid_from, valid_to FROM owners"
    ).fetchall():
        is_closed = customer in candidate.finals or account in closed
        if customer not in candidate.customers or not is_closed or (customer, account) in candidate.left_out:
            continue
        for day in candidate.days_before.get(customer, {}).get(account, ()):
            if start <= day < min(end, candidate.end) and day not in there[customer]:
                lost[customer].add((str(day), account))
    return {customer: sorted(found) for customer, found in lost.items() if found}


def check_final_charges(candidate: Candidate) -> list[Finding]:
    """Every account has final charges once Huawei has closed the cycle. One that has none may have been charged nothing."""
    if not candidate.is_closing:
        return []
    staged = set(candidate.bench.execute("SELECT DISTINCT customer_id, account_id FROM priced").fetchall())
    closing = {c for part in candidate.slices if part.is_final for c in part.customers}
    return [
        Finding(
            check="no-final-charges",
            severity=Severity.NOTE,
            reach=Reach.ACCOUNT,
            customer=customer,
            account=part.account,
            cycle=candidate.cycle,
            file=part.file,
            count=part.rows,
            message="The final bill has no line of this account.",
            next_step="Until somebody decides, its month-to-date lines count and the month stays open. Ask Huawei whether "
            "the account has no charges in this cycle; if so, finance accepts this, the lines are dropped and the month "
            "becomes final.",
            exact=part.exact,
        )
        for part in candidate.slices
        if not part.is_final
        for customer in part.customers
        if customer in closing or (customer, part.account) in staged | candidate.left_out
    ]


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
