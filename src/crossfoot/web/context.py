"""What stands around every page: brand, menu, the customer in view, the person."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from crossfoot.access.models import User
from crossfoot.access.scope import CustomerName, list_customers
from crossfoot.core.roles import Capability, Role, may
from crossfoot.reports.catalog import list_reports

BRAND = "Crossfoot"


@dataclass(frozen=True)
class MenuLine:
    """One entry of a menu."""

    label: str
    note: str
    url: str
    is_here: bool = False


def chrome(request: HttpRequest) -> dict[str, Any]:
    """The context of every page; the door's pages have only the brand."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"brand": BRAND}
    role = Role(user.role)
    customers = list_customers(user)
    here = _customer_in_view(request, user, customers)
    return {
        "brand": BRAND,
        "person": user,
        "role": role,
        "is_reseller": role.is_reseller,
        "customer": here,
        "customers": customers if role.is_reseller else (),
        "reports": _reports(request, role, here) if here else (),
        "may_close": may(role, Capability.READ_CLOSE),
        "may_rename": may(role, Capability.RENAME_SERVICES),
        "may_see_data": may(role, Capability.READ_DATA_HEALTH),
        "may_write_issues": may(role, Capability.WRITE_KNOWN_ISSUES),
        "may_upload": may(role, Capability.UPLOAD_FILES),
    }


def _customer_in_view(request: HttpRequest, user: User, customers: tuple[CustomerName, ...]) -> CustomerName | None:
    """The customer of the address if this person may open it, else their own; reseller staff may have none open."""
    match = request.resolver_match
    wanted = match.kwargs.get("customer", "") if match else ""
    return next((c for c in customers if c.id in {wanted, user.customer_key} - {""}), None)


def _reports(request: HttpRequest, role: Role, customer: CustomerName) -> tuple[MenuLine, ...]:
    match = request.resolver_match
    here = match.kwargs.get("key") if match else None
    return tuple(
        MenuLine(gettext(r.title), gettext(r.question), reverse("report", args=[customer.id, r.key]), r.key == here)
        for r in list_reports(role)
    )
