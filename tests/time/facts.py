"""What tests of time and faults look at: editions, the reseller's close, lines as a customer reads them, and the disk.

Everything a person could see is asked for through the product's own doors; the rest is read as the reseller's staff.
"""

from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from crossfoot.access import rls
from crossfoot.access.models import User
from crossfoot.access.scope import scope_for
from crossfoot.core.clock import instant
from crossfoot.core.finding import Finding
from crossfoot.deliver.files import make_file
from crossfoot.publish.close import MonthClose, list_months
from crossfoot.publish.models import BuyEdition, Edition, EditionFile, EditionTotal, Publication
from crossfoot.runtime.home import Home
from tests.portal import Portal

OCTOBER = "2026-10"
FINAL = "customerBill_202610.tar.gz"


def to_date(day: str) -> str:
    """The name of the month-to-date file of October 2026 that Huawei pushed on a day, written 20261004."""
    return f"customerUsageV2_202610_{day}.tar.gz"


def editions(customer: str, cycle: str = OCTOBER) -> list[tuple[int, str]]:
    """Number and status of every edition of a month, oldest first."""
    with rls.as_staff():
        found = Edition.objects.filter(customer_id=customer, cycle=cycle).order_by("number")
        return [(e.number, e.status) for e in found]


def buy_editions(customer: str, cycle: str = OCTOBER) -> list[tuple[int, int]]:
    """Number and rows of every edition of what the reseller pays for a month."""
    with rls.as_staff():
        found = BuyEdition.objects.filter(customer_key=customer, cycle=cycle).order_by("number")
        return [(b.number, b.rows) for b in found]


def published_at(customer: str, number: int, cycle: str = OCTOBER) -> str:
    """The instant at which an edition was published, as a person writes it."""
    with rls.as_staff():
        return instant(Edition.objects.get(customer_id=customer, cycle=cycle, number=number).published_at)


def close(portal: Portal, customer: str, cycle: str = OCTOBER) -> MonthClose | None:
    """A customer's month in the reseller's close; customer '' is the queue of what belongs to nobody."""
    months = list_months(scope_for(portal.frank))
    return next((m for m in months if (m.customer, m.cycle) == (customer, cycle)), None)


def blocks(portal: Portal, customer: str, cycle: str = OCTOBER) -> list[Finding]:
    """The findings that keep a customer's month from being published."""
    month = close(portal, customer, cycle)
    return [f for f in month.findings if f.is_block] if month else []


def lines(portal: Portal, user: User, customer: str = "", **question: object) -> list[dict[str, str | None]]:
    """The charges behind a figure, as their reader gets them."""
    return [dict(row) for row in portal.table("charges", user, customer, **question).rows()]


def keys(portal: Portal, user: User, **question: object) -> dict[str | None, str | None]:
    """Charge key -> exact List of the charges."""
    return {row["charge_key"]: row["list_cost"] for row in lines(portal, user, **question)}


def files(portal: Portal, user: User, customer: str = "", **question: object) -> dict[str, str]:
    """The sha256 of the JSON and the CSV of a question."""
    table = portal.table("usage-to-cost", user, customer, **question)
    found = {}
    for fmt in ("json", "csv"):
        made = make_file(table, fmt, scope_for(user, customer), portal.home)  # type: ignore[arg-type]
        found[fmt] = sha256(made.path.read_bytes()).hexdigest()
        made.path.unlink()
    return found


def everything(home: Home) -> dict[str, object]:
    """Every row of bills, prices and editions but for when it was last looked at, and every file with its content."""
    models = [m for m in rls.our_models() if m._meta.app_label in {"ingest", "publish", "pricing"}]
    with rls.as_staff():
        rows = {m.__name__: list(m.objects.order_by("pk").values()) for m in models}
    for row in rows["MonthState"]:
        del row["tried_at"], row["seen_since"]
    return {**rows, **disk(home)}


def disk(home: Home) -> dict[str, str]:
    """Every file that bills and editions left: its path and the sha256 of its content."""
    folders = (home.landed, home.accepted, Path(home.lake), home.tmp)
    found = sorted(p for folder in folders for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(home.root)): sha256(p.read_bytes()).hexdigest() for p in found}


def orphans(home: Home) -> list[str]:
    """Files of the lake that no edition refers to."""
    with rls.as_staff():
        known = {
            *EditionFile.objects.values_list("path", flat=True),
            *BuyEdition.objects.values_list("path", flat=True),
        }
    lake = Path(home.lake)
    return sorted(
        str(p.relative_to(lake)) for p in lake.rglob("*") if p.is_file() and str(p.relative_to(lake)) not in known
    )


def publications() -> int:
    """How often something became visible."""
    with rls.as_staff():
        return Publication.objects.count()


def proved_total(portal: Portal, user: User, customer: str, cycle: str = OCTOBER) -> Decimal:
    """The exact cost of a month, after its lines, its totals, its rollup and its catalogue were held to one another."""
    rolled = portal.table("usage-to-cost", user, customer, by=["service"], period=cycle, digits="exact")
    charges = portal.table("charges", user, customer, period=cycle)
    one_by_one = [Decimal(row["billed_cost"] or "") for row in charges.rows()]
    with rls.as_staff():
        edition = Edition.objects.filter(customer_id=customer, cycle=cycle).order_by("number").last()
        totals = EditionTotal.objects.filter(edition=edition)
        catalogue = sum((t.billed_cost for t in totals), Decimal(0))
        assert sum(t.rows for t in totals) == len(one_by_one) == (edition.rows if edition else 0)
    figures = {
        "lines": sum(one_by_one, Decimal(0)),
        "totals of lines": _one(charges.totals),
        "rollup": _one(rolled.totals),
        "catalogue": catalogue,
    }
    assert len(set(figures.values())) == 1, figures
    return catalogue


def _one(totals: Sequence[object]) -> Decimal:
    assert len(totals) <= 1, totals
    return sum((Decimal(t["billed_cost"]) for t in totals), Decimal(0))  # type: ignore[index]
