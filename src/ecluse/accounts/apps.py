"""Django's entry for this part: its signals are connected when the site starts."""

import importlib

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, professions, credentials, sessions, approvals."""

    name = "ecluse.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Connect the trace to the signals of sign-in, factors and sessions, and mail to that of proposals."""
        for name in ("signals", "second_notices"):
            importlib.import_module(f"ecluse.accounts.{name}")
