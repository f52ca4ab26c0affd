"""The address of a person: their own, else the one every account has, else none."""

import pytest
from pytest_django.fixtures import Settings

from ecluse.accounts import addresses, notices
from ecluse.accounts.models import Account, Contact
from ecluse.core.home import Mail


@pytest.fixture(autouse=True)
def mailing(settings: Settings) -> None:
    settings.MAIL = Mail(how="console", people="{account}@h.example")


def test_an_address_of_their_own_comes_before_the_one_every_account_has(nurse: Account, officer: Account) -> None:
    Contact.objects.create(account=nurse, email="own@h.example")
    names = [nurse.username, officer.username]
    assert addresses.of(names) == {nurse.username: "own@h.example", officer.username: f"{officer.username}@h.example"}


def test_without_either_nobody_is_written_to(nurse: Account, settings: Settings, mailoutbox: list[object]) -> None:
    settings.MAIL = Mail(how="console")
    assert addresses.of([nurse.username]) == {}
    notices.tell(nurse, "password-changed")
    assert mailoutbox == []


def test_while_no_mail_goes_nobody_has_an_address(nurse: Account, settings: Settings) -> None:
    Contact.objects.create(account=nurse, email="own@h.example")
    settings.MAIL = None
    assert addresses.of([nurse.username]) == {}
