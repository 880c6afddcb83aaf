"""Django's name for this room."""

from django.apps import AppConfig


class PricingConfig(AppConfig):
    """The price book."""

    name = "crossfoot.pricing"
    label = "pricing"
