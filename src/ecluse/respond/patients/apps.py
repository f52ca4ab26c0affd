"""The application of what patients may know and ask."""

from django.apps import AppConfig


class Patients(AppConfig):
    """What patients may know and ask."""

    name = "ecluse.respond.patients"
    label = "patients"
    default_auto_field = "django.db.models.BigAutoField"
