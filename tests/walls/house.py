"""Three customers, every text and every amount of which gives its owner away.

Alpha (C0001) has two accounts, Beta (C0002) one, and Gamma's id (C00010) begins with Alpha's. Each account's texts hold
a word of its own in every text column of a bill, and its amounts have digits that nobody else has. What the reseller
pays has digits of a third kind, which no customer may ever see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

from crossfoot.access.models import Customer, User
from crossfoot.access.rls import as_staff
from crossfoot.core.roles import Role
from crossfoot.deliver.models import ExportJob
from crossfoot.sources.columns import COLUMNS, PAYMENT_PARTS, Holds
from crossfoot.support.models import KnownIssue, SavedView, ServiceName, Visit
from tests.portal import Portal, line
from tests.walls.books import keep_books

ALPHA, BETA, GAMMA = "C0001", "C0002", "C00010"
ACCOUNTS = {"acct-a1": ALPHA, "acct-a2": ALPHA, "acct-b1": BETA, "acct-g1": GAMMA}
NAMES = {ALPHA: "Alpha zqAnamezq", BETA: "Beta zqBnamezq", GAMMA: "Gamma zqGnamezq"}
WORDS = {"acct-a1": "zqAone", "acct-a2": "zqAtwo", "acct-b1": "zqBone", "acct-g1": "zqGone"}
PROJECTS = ("red", "blue")
RULES = (
    "zqruleA,2020-01-01,,C0001,,list_pct,93.217431",
    "zqruleB,2020-01-01,,C0002,,list_pct,94.316279",
    "zqruleG,2020-01-01,,C00010,,list_pct,95.412867",
)
PERCENTS = {ALPHA: Decimal("93.217431"), BETA: Decimal("94.316279"), GAMMA: Decimal("95.412867")}
OPEN, FINAL, OLD = "2026-11", "2026-10", "2025-03"  # the old month is Beta's alone
# Numbers and codes have their own forms; everything else is a free text of whoever runs the resource.
CODES = {"customer_id", "bill_type", "charge_mode", "currency", "indirect_partner_id", "enterprise_project_id", "cycle"}
TEXTS = tuple(c.key for c in COLUMNS if c.holds is Holds.TEXT and c.key not in CODES)


@dataclass(frozen=True)
class Charge:
    """One line of the house: what it says, what the customer is billed, and what the reseller pays."""

    cells: Mapping[str, str]
    customer: str
    account: str
    project: str | None
    day: str
    list_cost: Decimal
    billed: Decimal
    settled: Decimal | None
    word: str

    @property
    def cycle(self) -> str:
        return self.day[:7]


def _charge(number: int, account: str, project: str, day: str, *, is_final: bool) -> Charge:
    """Every amount of the line is its own: `number` stands in its digits."""
    word = WORDS[account]
    parts = {key: Decimal(f"{70_000 + 1_000 * i + number}.{number:02}{i:02}") for i, key in enumerate(PAYMENT_PARTS)}
    amount = sum(parts.values(), Decimal(0))
    discount, truncated = Decimal(f"{41_000 + number}.{number:02}31"), Decimal(f"{42_000 + number}.{number:02}57")
    official = discount + truncated + amount
    settled = Decimal(f"{512_000 + 7 * number}.{number:02}83") if is_final else None
    customer = ACCOUNTS[account]
    cells = {key: f"{word}-{key}-{number}" for key in TEXTS} | {
        "enterprise_project_id": f"{word}-project-{project}" if project else "",
        "resource_tag": f"zqkey:{word}-tag-{number};{word}-key-{number}:x",
        "cloud_service_type_name": f"{word}-service-{number % 2}",
        "usage": f"{number}.5",
        "unit_price": f"{number}.0625",
        **{key: str(value) for key, value in parts.items()},
        "amount": str(amount),
        "discount_amount": str(discount),
        "truncated_amount": str(truncated),
        "settlement_amount": "" if settled is None else str(settled),
    }
    return Charge(
        cells=line(account, day, str(official), **cells),
        customer=customer,
        account=account,
        project=cells["enterprise_project_id"] or None,
        day=day,
        list_cost=official,
        billed=(official * PERCENTS[customer] / 100).quantize(Decimal("1e-8"), ROUND_HALF_UP),
        settled=settled,
        word=word,
    )


def _charges() -> tuple[Charge, ...]:
    found = []
    for i, account in enumerate(ACCOUNTS):
        for j, project in enumerate((*PROJECTS, "")):
            number = 11 + 10 * i + j
            found.append(_charge(number, account, project, f"2026-10-{3 + j:02}", is_final=True))
        found.append(_charge(15 + 10 * i, account, "red", "2026-11-02", is_final=False))
    return (*found, _charge(71, "acct-b1", "red", "2025-03-07", is_final=True))


CHARGES = _charges()


def charges(*, customer: str = "", account: str = "", cycle: str = "") -> list[Charge]:
    """The lines of a customer, an account, a cycle."""
    return [
        c
        for c in CHARGES
        if customer in {"", c.customer} and account in {"", c.account} and (not cycle or c.cycle == cycle)
    ]


BOTH = f"{FINAL}..{OPEN}"


def build(portal: Portal) -> Portal:
    """October final and November so far, published; one person of each role, and some that are narrowed."""
    portal.customers(*(f"{customer},{NAMES[customer]},USD,{account},," for account, customer in ACCOUNTS.items()))
    portal.prices(*RULES)
    portal.ingest(portal.bill("customerBill_202503.tar.gz", [c.cells for c in charges(cycle=OLD)]))
    portal.ingest(portal.bill("customerBill_202610.tar.gz", [c.cells for c in charges(cycle=FINAL)]))
    portal.ingest(portal.bill("customerUsageV2_202611_20261103.tar.gz", [c.cells for c in charges(cycle=OPEN)]))
    for published in portal.publish():
        assert not published.blocked, published.findings
    everybody = people(portal)
    keep_books(portal, {ALPHA: WORDS["acct-a1"], BETA: WORDS["acct-b1"], GAMMA: WORDS["acct-g1"]})
    for name, customer in (("alice", ""), ("charlie", ""), ("gus", ""), ("dana", BETA)):
        portal.document("charges", everybody[name], customer)
    with as_staff():
        ExportJob.objects.bulk_create(_export(customer) for customer in NAMES)
        KnownIssue.objects.bulk_create(_issue(customer) for customer in ("", *NAMES))
        ServiceName.objects.bulk_create(_name(customer) for customer in ("", *NAMES))
        SavedView.objects.bulk_create(
            _view(customer, everybody[name].email)
            for name, customer in (("alice", ALPHA), ("charlie", BETA), ("gus", GAMMA))
        )
        Visit.objects.bulk_create(
            Visit(customer_key=customer, visitor=everybody[name].email, at=datetime(2026, 11, 1, tzinfo=UTC))
            for name, customer in (("alice", ALPHA), ("charlie", BETA), ("gus", GAMMA))
        )
    return portal


def issue_of(customer: str) -> str:
    """The sentence of a known issue; one without a customer is everybody's."""
    return f"An issue of {NAMES[customer]}." if customer else "An issue of everybody."


def _issue(customer: str) -> KnownIssue:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    return KnownIssue(
        customer_key=customer,
        first_day=date(2026, 10, 1),
        last_day=date(2026, 10, 31),
        sentence=issue_of(customer),
        written_at=at,
        written_by="erin@example.com",
    )


def _view(customer: str, owner: str) -> SavedView:
    """A view under a name that only its own customer's people may meet."""
    word = charges(customer=customer)[0].word
    return SavedView(
        customer_key=customer,
        owner=owner,
        name=f"{word} view",
        report="usage-to-cost",
        query="by=day",
        saved_at=datetime(2026, 11, 1, tzinfo=UTC),
    )


def _export(customer: str) -> ExportJob:
    """A file that nobody of the house asked for."""
    at = datetime(2026, 11, 1, tzinfo=UTC)
    return ExportJob(
        id=f"export-of-{customer}",
        customer_key=customer,
        report="charges",
        format="csv",
        question=[["period", FINAL]],
        asked_by="nobody@example.com",
        mark="",
        state="failed",
        rows=1,
        made_at=at,
        touched_at=at,
    )


def _name(customer: str) -> ServiceName:
    """The portal writes names for everybody; the wall holds for a customer's own, too."""
    return ServiceName(
        customer_key=customer,
        code="hws.service.type.zqa",
        name=f"A name of {NAMES[customer]}." if customer else "A name of everybody.",
        valid_from=date(2026, 10, 1),
        written_at=datetime(2026, 11, 1, tzinfo=UTC),
        written_by="frank@example.com",
    )


def people(portal: Portal) -> dict[str, User]:
    """One person of each role, and those who see less or more than a role says."""
    return {
        "alice": portal.alice,
        "bob": portal.bob,
        "ada": portal.person("ada", Role.CUSTOMER_ADMIN, ALPHA),
        "pia": portal.person("pia", Role.CUSTOMER_VIEWER, ALPHA, projects=["zqAone-project-red"]),
        "charlie": portal.charlie,
        "gus": portal.person("gus", Role.CUSTOMER_FINANCE, GAMMA),
        "dana": portal.dana,
        "erin": portal.erin,
        "frank": portal.frank,
    }


def is_built() -> bool:
    """False once somebody emptied the portal."""
    with as_staff():
        return Customer.objects.filter(name=NAMES[GAMMA]).exists()
