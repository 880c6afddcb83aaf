"""Django's name for this room."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """People, customers and scope."""

    name = "crossfoot.access"
    label = "access"
