"""Django's name for this room."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Invoices, payments and how they were allocated."""

    name = "crossfoot.billing"
    label = "billing"
