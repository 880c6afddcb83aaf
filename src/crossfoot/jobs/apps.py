"""Django's name for this room; procrastinate finds `tasks` by it."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Tasks."""

    name = "crossfoot.jobs"
    label = "jobs"
