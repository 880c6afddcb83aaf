"""What a customer's month is made of, and whether that has changed since the last attempt to publish it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from crossfoot.access.customers import currencies_of, list_owners
from crossfoot.access.models import AccountOwner
from crossfoot.checks.candidate import exact_slice
from crossfoot.core.finding import Finding, Reach, Severity
from crossfoot.core.ids import canonical_json, sha256_hex
from crossfoot.ingest.current import Current, list_current
from crossfoot.ingest.models import BatchFinding
from crossfoot.pricing.book import list_rules
from crossfoot.pricing.rate import Rule
from crossfoot.publish.acceptances import Choices, read_choices
from crossfoot.publish.models import Edition, MonthState

REVISION = 2  # raise it when code changes what a published line says, so that every month is looked at again


@dataclass(frozen=True)
class Inputs:
    """Everything a cycle is staged from; `customers` are those whose inputs changed, with the inputs' hash."""

    cycle: str
    slices: tuple[Current, ...]  # of the cycle, for the accounts to stage
    earlier: tuple[Current, ...]  # of earlier cycles, where originals of refunds may lie
    owners: tuple[AccountOwner, ...]
    rules: tuple[Rule, ...]
    customers: dict[str, str]
    currencies: dict[str, str]
    unmapped: tuple[Current, ...]
    refusals: dict[tuple[int, str], Finding]  # batch and account -> the first cell that could not be read
    present: frozenset[str]  # the accounts that the cycle has
    choices: Choices
    is_closing: bool  # some account of the cycle has its final bill
    gone: tuple[str, ...]  # customers that were tried before and have nothing in the cycle any more

    def slices_of(self, customer: str) -> tuple[Current, ...]:
        """The slices of every account that the customer ever owned."""
        mine = {o.account_id for o in self.owners if o.customer_id == customer}
        return tuple(s for s in self.slices if s.account in mine)

    @property
    def left_out(self) -> frozenset[tuple[str, str]]:
        """Customer and account whose month-to-date lines finance accepted as not charged."""
        return find_left_out(self.slices, self.choices)

    def counted_of(self, customer: str) -> tuple[Current, ...]:
        """The slices of the customer's accounts, but for those that are left out."""
        return tuple(s for s in self.slices_of(customer) if (customer, s.account) not in self.left_out)

    def owners_of(self, account: str) -> tuple[str, ...]:
        """The customers to stage that ever owned the account."""
        return tuple(sorted({o.customer_id for o in self.owners if o.account_id == account} & set(self.customers)))

    @property
    def touched(self) -> frozenset[str]:
        """The accounts that were looked at."""
        return frozenset({s.account for s in (*self.slices, *self.unmapped)})


def find_left_out(slices: Iterable[Current], choices: Choices) -> frozenset[tuple[str, str]]:
    """Customer and account whose month-to-date lines finance accepted as not charged: no final bill names the account."""
    return frozenset(
        (customer, part.account)
        for part in slices
        if not part.is_final
        for customer in choices.in_force
        if choices.has(_no_final_charges(customer, part))
    )


def list_left_out(cycle: str) -> frozenset[tuple[str, str]]:
    """The same, of a cycle as it is now. Call it as staff."""
    choices = read_choices(cycle)
    return find_left_out(list_current([cycle]), choices) if choices.in_force else frozenset()


def _no_final_charges(customer: str, part: Current) -> Finding:
    """The finding that has to be accepted for it; only its fingerprint counts."""
    return Finding(
        check="no-final-charges",
        severity=Severity.NOTE,
        reach=Reach.ACCOUNT,
        message="",
        next_step="",
        customer=customer,
        account=part.account,
        cycle=part.cycle,
        exact=exact_slice(part.rows, part.list_cost),
    )


def hash_inputs(cycle: str) -> dict[str, str]:
    """The hash of every customer's inputs of a cycle as they are now. Call it as staff."""
    return _hashes(cycle, list_current(), list_owners(), list_rules(), read_choices(cycle))


def gather(cycle: str) -> Inputs:
    """Gather the inputs of the customers whose inputs changed since the last attempt. Call it as staff."""
    current, owners, rules, choices = list_current(), list_owners(), list_rules(), read_choices(cycle)
    slices = [c for c in current if c.cycle == cycle]
    known = dict(MonthState.objects.filter(cycle=cycle).values_list("customer_key", "inputs"))
    hashes = _hashes(cycle, current, owners, rules, choices)
    changed = {customer: digest for customer, digest in hashes.items() if known.get(customer) != digest}
    touched = {o.account_id for o in owners if o.customer_id in changed}
    owned = {o.account_id for o in owners}
    refunding = {s.account for s in slices if s.has_refunds}
    refused = BatchFinding.objects.filter(batch__in={s.refusal for s in current if s.refusal}, severity=Severity.BLOCK)
    return Inputs(
        cycle=cycle,
        slices=tuple(s for s in slices if s.account in touched),
        earlier=tuple(c for c in current if c.cycle < cycle and c.account in refunding & touched),
        owners=tuple(o for o in owners if o.account_id in touched),
        rules=rules,
        customers=changed,
        currencies=currencies_of(changed),
        unmapped=tuple(s for s in slices if s.account not in owned),
        refusals={(f.batch_id, f.account_id): f.value for f in refused.order_by("-id")},
        present=frozenset(s.account for s in slices),
        choices=choices,
        is_closing=any(s.is_final for s in slices),
        gone=tuple(sorted(set(known) - set(hashes) - {""})),
    )


def _hashes(
    cycle: str, current: list[Current], owners: list[AccountOwner], rules: tuple[Rule, ...], choices: Choices
) -> dict[str, str]:
    slices = [c for c in current if c.cycle == cycle]
    earlier = [c for c in current if c.cycle < cycle]
    by_customer: dict[str, set[str]] = defaultdict(set)
    for owner in owners:
        by_customer[owner.customer_id].add(owner.account_id)
    # A customer whose account was given to another still has a published month, which must lose the lines.
    published = set(Edition.objects.filter(cycle=cycle).values_list("customer_id", flat=True))
    return {
        customer: _hash(customer, accounts, slices, earlier, owners, rules, choices.of(customer))
        for customer in sorted({*by_customer, *published})
        for accounts in [by_customer.get(customer, set())]
        if customer in published or any(s.account in accounts for s in slices)
    }


def _hash(  # noqa: PLR0913 - the parts of one fingerprint
    customer: str,
    accounts: set[str],
    slices: list[Current],
    earlier: Iterable[Current],
    owners: Iterable[AccountOwner],
    rules: Iterable[Rule],
    accepted: list[str],
) -> str:
    mine = [s for s in slices if s.account in accounts]
    refunding = {s.account for s in mine if s.has_refunds}
    before = [s for s in earlier if s.account in refunding]
    # Once Huawei has closed the cycle, an account without final charges is said: so the first final bill is an input.
    is_waiting = any(s.is_final for s in slices) and not all(s.is_final for s in mine)
    return sha256_hex(
        canonical_json(
            [
                REVISION,
                [[s.account, s.charges_sha256, s.is_final, s.refusal] for s in mine],
                [[s.account, s.cycle, s.charges_sha256] for s in before],
                [
                    [o.customer_id, o.account_id, str(o.valid_from), str(o.valid_to)]
                    for o in owners
                    if o.account_id in accounts
                ],
                sorted(repr(r) for r in rules if r.customer in {"", customer}),
                accepted,
                is_waiting,
            ]
        )
    )
