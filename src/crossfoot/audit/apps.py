"""Django's name for this room."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The log of acts and its seals."""

    name = "crossfoot.audit"
    label = "audit"
