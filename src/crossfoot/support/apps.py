"""Django's name for this room."""

from django.apps import AppConfig


class SupportConfig(AppConfig):
    """Known issues."""

    name = "crossfoot.support"
    label = "support"
