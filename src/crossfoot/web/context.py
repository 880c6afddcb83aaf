"""What stands around every page: brand, menu, the customer in view, the person."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from crossfoot.access.models import User
from crossfoot.access.scope import CustomerName
from crossfoot.core.roles import Capability, Role, may
from crossfoot.reports.catalog import list_reports
from crossfoot.web.person import customers_of

BRAND = "Crossfoot"
LANGUAGES = (("en", "English"), ("zh-hans", "简体中文"))  # each by its own name


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
    customers = customers_of(request)
    here = _customer_in_view(request, user, customers)
    return {
        "brand": BRAND,
        "person": user,
        "role": gettext(role.label),
        "languages": LANGUAGES,
        "is_reseller": role.is_reseller,
        "customer": here,
        "customers": customer_links(customers, here.id if here else "") if role.is_reseller else "",
        "reports": _reports(request, role, here) if here else (),
        "may_close": may(role, Capability.READ_CLOSE),
        "may_rename": may(role, Capability.RENAME_SERVICES),
        "may_see_data": may(role, Capability.READ_DATA_HEALTH),
        "may_write_issues": may(role, Capability.WRITE_KNOWN_ISSUES),
        "may_export": may(role, Capability.EXPORT_REPORTS),
        "may_keep_ledger": may(role, Capability.KEEP_LEDGER),
        "may_read_ledger": may(role, Capability.READ_LEDGER),
        "may_upload": may(role, Capability.UPLOAD_FILES),
        "may_use_tokens": may(role, Capability.USE_TOKENS),
    }


@lru_cache(maxsize=16)
def customer_links(customers: tuple[CustomerName, ...], here: str) -> SafeString:
    """The menu of customers. Every page of the reseller has it, and it is the same until a customer is added."""
    links = (
        (reverse("customer", args=[c.id]), mark_safe(' aria-current="true"' if c.id == here else ""), c.name, c.id)  # noqa: S308 - ours
        for c in customers
    )
    return format_html_join("\n", '<a href="{}"{}>{} <span class="note">{}</span></a>', links)


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
