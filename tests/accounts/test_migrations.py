"""The tables of accounts are those the migrations make, and their models are found where everything looks for them."""

import pytest
from django.apps import apps
from django.core.management import call_command

from ecluse.accounts import models


@pytest.mark.django_db
def test_no_migration_of_accounts_is_missing() -> None:
    call_command("makemigrations", "accounts", check=True, dry_run=True, verbosity=0)


def test_every_table_of_accounts_is_a_model_of_the_package() -> None:
    for model in apps.get_app_config("accounts").get_models():
        assert getattr(models, model.__name__) is model
        assert model.__name__ in models.__all__
