"""Django application of the response."""

from django.apps import AppConfig


class RespondConfig(AppConfig):
    """Cases, alarms, questions to people."""

    name = "ecluse.respond"
    default_auto_field = "django.db.models.BigAutoField"
