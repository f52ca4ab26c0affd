"""The web app: templates, static files, translations, and the checks that a server must pass before it starts."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Django's name for this part."""

    name = "ecluse.web"
    label = "web"
