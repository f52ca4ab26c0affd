"""A small cast, a real safe, and a browser for each person."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from ecluse.accounts.models import Account
from ecluse.accounts.testing import person, sign_in, with_credentials
from ecluse.safe.client import SafeClient
from ecluse.safe.entry import Entry
from ecluse.safe.trace_reader import entries


@pytest.fixture(autouse=True)
def world(safe: SafeClient, db: None, settings: Settings) -> None:
    """Everything here needs a safe and a database."""
    settings.PASSWORD_HASHERS = ["ecluse.accounts.testing.QuickArgon2"]


@pytest.fixture
def trace(home: Path, safe: SafeClient) -> Callable[[], list[Entry]]:
    """Give the entries written since the test began."""
    before = sum(1 for _ in entries(home / "safe"))
    return lambda: list(entries(home / "safe"))[before:]


@pytest.fixture
def nurse() -> Account:
    """A person with a password and an authenticator app."""
    return with_credentials(person("n.martin", "nurse"))


@pytest.fixture
def officer() -> Account:
    return person("s.officer", "security-officer")


@pytest.fixture
def administrator() -> Account:
    return person("i.admin", "it-administrator")


@pytest.fixture
def session_of() -> Callable[..., Client]:
    """Open a session: ``session_of(account, profession)``."""
    return lambda account, profession="", age=0: sign_in(Client(), account, profession, age)
