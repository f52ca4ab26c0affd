"""A real safe, a small hospital of people, and duties on both databases."""

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.test import Client

from ecluse.accounts.models import Account, Membership, OnCall, Unit
from ecluse.accounts.testing import person, sign_in, with_credentials
from ecluse.core.words import Compartment
from ecluse.gate import duties, said
from ecluse.gate.access import Wanted
from ecluse.gate.models import Duty, Glass, Justification
from ecluse.safe.client import SafeClient
from ecluse.safe.entry import Entry
from ecluse.safe.trace_reader import entries
from ecluse.web.settings import postgresql

POSTGRES = "postgres-of-the-tests"
TABLES: tuple[type[Model], ...] = (Account, Unit, Membership, OnCall, Duty, Justification, Glass)
numbers = count(1)


@pytest.fixture
def world(safe: SafeClient, db: None) -> SafeClient:
    """Give a real safe and a database."""
    return safe


@pytest.fixture
def trace(home: Path, world: SafeClient) -> Callable[[], list[Entry]]:
    """Give the entries written since the test began."""
    before = sum(1 for _ in entries(home / "safe"))
    return lambda: list(entries(home / "safe"))[before:]


@pytest.fixture
def patient() -> Callable[..., Wanted]:
    """Make a patient nobody has ever seen: ``patient(Compartment.CARE, …)``, identity when nothing is said."""

    def make(*compartments: Compartment) -> Wanted:
        number = next(numbers)
        return Wanted(number, f"{number:032x}", number.to_bytes(32, "big"), compartments or (Compartment.IDENTITY,))

    return make


@pytest.fixture
def open_session(world: SafeClient) -> Callable[..., Client]:
    """Open a browser session of a fresh account: ``open_session("nurse", units=["ward"], age=0)``."""

    def start(profession: str, units: Iterable[str] = (), age: int = 0, *, credentials: bool = False) -> Client:
        account = person(f"{profession}-{uuid4().hex[:12]}", profession, units=units)
        if credentials:
            with_credentials(account)
        return sign_in(Client(), account, profession, age)

    return start


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[BaseDatabaseWrapper]:
    """Give the connection that the statements of the gate use, on each database in turn."""
    if request.param == "sqlite":
        request.getfixturevalue("db")
        yield connection
        return
    with request.getfixturevalue("django_db_blocker").unblock():
        yield from postgres(request, monkeypatch)


def postgres(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[BaseDatabaseWrapper]:
    """Give a connection to PostgreSQL with the tables of the gate, empty."""
    url = request.getfixturevalue("postgres_url")
    connections.settings[POSTGRES] = {**connections.settings["default"], **postgresql(url)}
    other = connections[POSTGRES]
    monkeypatch.setattr(duties, "connection", other)
    monkeypatch.setattr(said, "connection", other)
    with other.schema_editor() as editor:
        for table in TABLES:
            editor.create_model(table)
    yield other
    with other.schema_editor() as editor:
        for table in reversed(TABLES):
            editor.delete_model(table)
    other.close()
    del connections[POSTGRES]
    del connections.settings[POSTGRES]
