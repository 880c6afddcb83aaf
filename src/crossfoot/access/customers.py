"""Customers and the accounts they own, for the rooms above. Call these as staff or within a scope."""

from collections.abc import Iterable

from crossfoot.access.models import AccountOwner, Customer


def list_owners() -> list[AccountOwner]:
    """Every line of ownership, by account and start."""
    return list(AccountOwner.objects.order_by("account_id", "valid_from", "customer_id"))


def currencies_of(customers: Iterable[str]) -> dict[str, str]:
    """The currency each customer is billed in."""
    return dict(Customer.objects.filter(id__in=list(customers)).values_list("id", "currency"))


def name_of_customer(customer: str) -> str:
    """The customer's name; '' where there is no such customer."""
    return Customer.objects.filter(id=customer).values_list("name", flat=True).first() or ""


def names_of_customers() -> dict[str, str]:
    """The name of every customer that may be seen."""
    return dict(Customer.objects.values_list("id", "name"))
