"""Django's name for this room."""

from django.apps import AppConfig


class DeliverConfig(AppConfig):
    """Exports."""

    name = "crossfoot.deliver"
    label = "deliver"
