"""Django's name for this room."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    """Batches, slices and findings."""

    name = "crossfoot.ingest"
    label = "ingest"
