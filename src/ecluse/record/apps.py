"""Django's entry to the record."""

from django.apps import AppConfig


class RecordConfig(AppConfig):
    """The sealed record."""

    name = "ecluse.record"
    label = "record"
    default_auto_field = "django.db.models.BigAutoField"
