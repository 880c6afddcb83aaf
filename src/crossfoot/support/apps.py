"""Django's name for this room."""

from django.apps import AppConfig


class SupportConfig(AppConfig):
    """Known issues and display names."""

    name = "crossfoot.support"
    label = "support"
