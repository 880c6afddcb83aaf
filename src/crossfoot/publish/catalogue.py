"""Writes the catalogue: one transaction per publication, which is the switch from the old month to the new."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from crossfoot.access.rls import as_staff
from crossfoot.audit.record import Action, record
from crossfoot.core.clock import instant, now
from crossfoot.core.finding import Finding, read_finding
from crossfoot.core.period import end_day, first_day, midnight
from crossfoot.lake.files import LakeFile
from crossfoot.publish.inputs import Inputs
from crossfoot.publish.lines import Month, Sums
from crossfoot.publish.models import BuyEdition, Edition, EditionFile, EditionTotal, MonthState, Publication


@dataclass(frozen=True)
class NewEdition:
    """An edition whose files are written and which nobody sees yet."""

    customer: str
    status: str
    data_through: datetime | None
    month: Month
    content: str
    charges: tuple[LakeFile, ...]
    daily: LakeFile
    totals: tuple[Sums, ...]


@dataclass(frozen=True)
class NewBuy:
    """A Buy edition whose file is written."""

    customer: str
    content: str
    file: LakeFile
    totals: dict[str, dict[str, object]]


def commit(  # noqa: PLR0913 - everything that one publication makes true at once
    cycle: str,
    actor: str,
    inputs: Inputs,
    editions: list[NewEdition],
    buys: list[NewBuy],
    blocked: set[str],
    findings: list[Finding],
) -> dict[str, int]:
    """Make the editions visible and keep what the attempt came to; returns each customer's new edition number."""
    with as_staff():
        at = _after_the_last()
        if editions or buys:
            Publication.objects.create(cycle=cycle, published_at=at, published_by=actor)
        numbers = _add_editions(cycle, at, editions)
        for buy in buys:
            _add_buy(cycle, at, buy)
        for new in editions:
            record(
                Action.EDITION_PUBLISHED,
                actor,
                customer=new.customer,
                cycle=cycle,
                edition=numbers[new.customer],
                status=new.status,
            )
        _keep_states(cycle, at, inputs, blocked, findings)
        for customer in sorted(blocked):
            record(Action.MONTH_BLOCKED, actor, customer=customer, cycle=cycle)
    return numbers


def _after_the_last() -> datetime:
    """Now, but after every earlier publication: a clock set back neither hides an edition from an `as of` nor adds one."""
    last = Publication.objects.order_by("-published_at").first()
    return max(now(), last.published_at + timedelta(microseconds=1)) if last else now()


def _add_editions(cycle: str, at: datetime, new: list[NewEdition]) -> dict[str, int]:
    last = dict(
        Edition.objects.filter(cycle=cycle, customer_id__in=[e.customer for e in new])
        .values_list("customer_id")
        .annotate(Max("number"))
    )
    editions = Edition.objects.bulk_create(_edition(cycle, at, e, last.get(e.customer, 0) + 1) for e in new)
    EditionFile.objects.bulk_create(f for row, e in zip(editions, new, strict=True) for f in _files(row, e))
    EditionTotal.objects.bulk_create(t for row, e in zip(editions, new, strict=True) for t in _totals(row, e))
    return {row.customer_id: row.number for row in editions}


def _edition(cycle: str, at: datetime, new: NewEdition, number: int) -> Edition:
    return Edition(
        customer_id=new.customer,
        cycle=cycle,
        number=number,
        status=new.status,
        data_through=new.data_through or midnight(end_day(cycle)),
        published_at=at,
        first_day=min(new.month.days, default=str(first_day(cycle))),
        last_day=max(new.month.days, default=str(first_day(cycle))),
        days=dict(new.month.days_by_account),
        rows=new.month.rows,
        content=new.content,
    )


def _files(edition: Edition, new: NewEdition) -> Iterator[EditionFile]:
    for tree, part, file in [("charges", i, f) for i, f in enumerate(new.charges)] + [("daily", 0, new.daily)]:
        yield EditionFile(
            edition=edition,
            customer_id=new.customer,
            tree=tree,
            part=part,
            path=file.path,
            rows=file.rows,
            sha256=file.sha256,
        )


def _totals(edition: Edition, new: NewEdition) -> Iterator[EditionTotal]:
    for total in new.totals:
        yield EditionTotal(edition=edition, customer_id=new.customer, **asdict(total))


def _add_buy(cycle: str, at: datetime, new: NewBuy) -> None:
    last = BuyEdition.objects.filter(customer_key=new.customer, cycle=cycle).order_by("-number").first()
    BuyEdition.objects.create(
        customer_key=new.customer,
        cycle=cycle,
        number=last.number + 1 if last else 1,
        published_at=at,
        content=new.content,
        path=new.file.path,
        rows=new.file.rows,
        sha256=new.file.sha256,
        totals=new.totals,
    )


def _keep_states(cycle: str, at: datetime, inputs: Inputs, blocked: set[str], findings: list[Finding]) -> None:
    for customer, digest in inputs.customers.items():
        _keep_state(customer, cycle, at, digest, [f for f in findings if f.customer == customer], customer in blocked)
    MonthState.objects.filter(cycle=cycle, customer_key__in=inputs.gone).delete()
    waiting = [f for f in _waiting(cycle) if f.account in inputs.present - inputs.touched]
    waiting += [f for f in findings if not f.customer]
    _keep_state("", cycle, at, "", waiting, bool(waiting))


def _waiting(cycle: str) -> list[Finding]:
    """What already waits for an owner: an attempt looks only at the accounts that it touches."""
    state = MonthState.objects.filter(customer_key="", cycle=cycle).first()
    return [read_finding(body) for body in state.findings] if state else []


def _keep_state(  # noqa: PLR0913 - one row
    customer: str,
    cycle: str,
    at: datetime,
    inputs: str,
    findings: list[Finding],
    is_blocked: bool,  # noqa: FBT001
) -> None:
    before = MonthState.objects.filter(customer_key=customer, cycle=cycle).first()
    known = zip(before.findings, before.seen_since, strict=False) if before else ()
    since = {_same(read_finding(body)): seen for body, seen in known}
    MonthState.objects.update_or_create(
        customer_key=customer,
        cycle=cycle,
        defaults={
            "inputs": inputs,
            "is_blocked": is_blocked,
            "tried_at": at,
            "findings": [f.as_json() for f in findings],
            "seen_since": [since.get(_same(f), instant(at)) for f in findings],
        },
    )


def _same(finding: Finding) -> tuple[str, ...]:
    """What makes a finding the one of the attempt before, though it may count more records now."""
    return finding.check, finding.customer, finding.account, finding.column, finding.value
