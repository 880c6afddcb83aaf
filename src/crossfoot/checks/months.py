"""Checks that look at a whole month: control totals, no record twice, no day lost, every account with an owner."""

from collections.abc import Iterator
from decimal import Decimal

from crossfoot.checks.candidate import Candidate
from crossfoot.core.finding import Finding, Reach, Severity


def check_refusals(candidate: Candidate) -> list[Finding]:
    """No account's newest lines were refused or altered: a month without them would look complete."""
    return [
        Finding(
            check="refused-lines",
            severity=Severity.BLOCK,
            reach=Reach.CUSTOMER_MONTH,
            customer=customer,
            account=refusal.account,
            cycle=candidate.cycle,
            file=refusal.file,
            message=refusal.message,
            next_step="Ingest a corrected bill; until then the last published edition stays in force.",
        )
        for refusal in candidate.refusals
        for customer in refusal.customers
    ]


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
    """A closed month has every day that was already published for it: a day does not vanish without a word."""
    found = []
    for customer in sorted(candidate.finals):
        now = {
            row[0]
            for row in candidate.bench.execute(
                "SELECT DISTINCT bill_date FROM priced WHERE customer_id = ?", [customer]
            ).fetchall()
        }
        lost = sorted(d for d in candidate.days_before.get(customer, frozenset()) - now if d < candidate.end)
        if lost:
            found.append(
                Finding(
                    check="completeness",
                    severity=Severity.BLOCK,
                    reach=Reach.CUSTOMER_MONTH,
                    customer=customer,
                    cycle=candidate.cycle,
                    column="Expenditure Date",
                    value=str(lost[0]),
                    count=len(lost),
                    message="The final bill has no line for a day that the month-to-date file had.",
                    next_step="Ask Huawei for the missing lines; the open edition stays in force.",
                )
            )
    return found


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
