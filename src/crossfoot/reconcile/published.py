"""What is published and what it was made from, read from PostgreSQL as of one instant. No file is opened here."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction

from crossfoot.access.models import AccountOwner
from crossfoot.access.rls import as_staff
from crossfoot.ingest.models import Slice
from crossfoot.pricing.book import list_rules
from crossfoot.pricing.rate import Rule
from crossfoot.publish.inputs import hash_inputs, list_left_out
from crossfoot.publish.models import BuyEdition, Edition, MonthState
from crossfoot.reconcile.derive import Bought
from crossfoot.reconcile.force import Bill, Part
from crossfoot.reconcile.owners import Owner
from crossfoot.sources.bill import Source

BLOCKED = "its last attempt was blocked by a finding; see `crossfoot publish`"
CHANGED = "its bills, owners or prices changed since it was published; run `crossfoot publish`"
UNTRIED = "it has not been published yet; run `crossfoot publish`"


@dataclass(frozen=True)
class Total:
    """A published sum."""

    service: str
    category: str
    currency: str
    rows: int
    list_cost: Decimal
    billed_cost: Decimal


@dataclass(frozen=True)
class StoredFile:
    """A published file: `tree` is charges, daily or buy."""

    tree: str
    path: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Published:
    """A customer's month in its newest editions. `excuse` says why it cannot be compared, '' when it can."""

    customer: str
    cycle: str
    excuse: str
    totals: tuple[Total, ...] = ()
    files: tuple[StoredFile, ...] = ()
    bought: Mapping[str, Bought]


@dataclass(frozen=True, kw_only=True)
class Record:
    """The whole catalogue beside what it was made from."""

    months: tuple[Published, ...]
    parts: tuple[Part, ...]
    owners: tuple[Owner, ...]
    rules: tuple[Rule, ...]
    left_out: Mapping[str, frozenset[tuple[str, str]]]  # cycle -> customers and accounts, as finance accepted it


def read_record() -> Record:
    """Read everything of one instant, even while somebody publishes."""
    with _one_instant(), as_staff():
        parts = tuple(_parts())
        # allow owned: the second opinion looks at every customer, as staff
        owned = AccountOwner.objects.order_by("account_id", "valid_from")
        return Record(
            months=tuple(_months(parts)),
            parts=parts,
            owners=tuple(Owner(o.account_id, o.customer_id, o.valid_from, o.valid_to) for o in owned),
            rules=list_rules(),
            left_out={cycle: list_left_out(cycle) for cycle in sorted({part.cycle for part in parts})},
        )


@contextmanager
def _one_instant() -> Iterator[None]:
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if is_outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _parts() -> Iterator[Part]:
    bills: dict[int, Bill] = {}
    slices = Slice.objects.filter(batch__is_accepted=True, batch__is_withdrawn=False, is_refused=False).select_related(
        "batch"
    )
    for part in slices.order_by("id"):
        batch = part.batch
        bill = bills.setdefault(
            batch.pk,
            Bill(
                sha256=batch.sha256,
                name=batch.name,
                source=Source(batch.source),
                arrival=batch.pk,
            ),
        )
        yield Part(
            account=part.account_id,
            cycle=part.cycle,
            bill=bill,
            is_final=part.is_final,
            as_of=part.as_of,
            has_refunds=part.has_refunds,
        )


def _months(parts: tuple[Part, ...]) -> Iterator[Published]:
    # allow owned: the second opinion looks at every customer, as staff
    newest = Edition.objects.order_by("customer_id", "cycle", "-number").distinct("customer_id", "cycle")
    editions = {(e.cycle, e.customer_id): e for e in newest.prefetch_related("totals", "files")}
    bought = BuyEdition.objects.order_by("customer_key", "cycle", "-number").distinct("customer_key", "cycle")
    buys = {(b.cycle, b.customer_key): b for b in bought}
    states = {(s.cycle, s.customer_key): s for s in MonthState.objects.exclude(customer_key="")}
    hashes: dict[str, dict[str, str]] = defaultdict(dict)
    for cycle in {part.cycle for part in parts} | {cycle for cycle, _ in editions}:
        hashes[cycle] = hash_inputs(cycle)
    keys = {(cycle, customer) for cycle, by in hashes.items() for customer in by}
    for key in sorted(keys | set(editions) | set(buys)):
        cycle, customer = key
        yield _published(key, _excuse(states.get(key), hashes[cycle].get(customer)), editions.get(key), buys.get(key))


def _excuse(state: MonthState | None, inputs: str | None) -> str:
    if state is None:
        return UNTRIED
    if state.inputs != inputs:
        return CHANGED
    return BLOCKED if state.is_blocked else ""


def _published(key: tuple[str, str], excuse: str, edition: Edition | None, buy: BuyEdition | None) -> Published:
    files = [StoredFile(f.tree, f.path, f.sha256) for f in edition.files.all()] if edition else []
    if buy:
        files.append(StoredFile("buy", buy.path, buy.sha256))
    totals = edition.totals.all() if edition else ()
    return Published(
        customer=key[1],
        cycle=key[0],
        excuse=excuse,
        totals=tuple(
            Total(t.service, t.charge_category, t.currency, t.rows, t.list_cost, t.billed_cost) for t in totals
        ),
        files=tuple(files),
        bought={
            currency: Bought(Decimal(sums["settlement_amount"]), sums["unknown"])
            for currency, sums in (buy.totals.items() if buy else ())
        },
    )
