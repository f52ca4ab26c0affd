"""The application of breaches and their notices."""

from django.apps import AppConfig


class Notices(AppConfig):
    """Breaches and their notices."""

    name = "ecluse.respond.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"
