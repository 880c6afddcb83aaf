"""Django's name for this room."""

from django.apps import AppConfig


class PublishConfig(AppConfig):
    """Publications, editions and their files."""

    name = "crossfoot.publish"
    label = "publish"
