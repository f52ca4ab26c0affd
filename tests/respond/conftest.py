"""A real safe that the watch may lock in, a database, and people; nothing leaves this machine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from django.db import connection, connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from pytest_django.fixtures import Settings

from ecluse.accounts.who import console
from ecluse.core.home import Home, Mail
from ecluse.core.outside import Alarms, Respond
from ecluse.respond.models import Case, CaseEvent, Delivery, Question, Reply
from ecluse.safe.client import SafeClient
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Enrol, Who
from ecluse.safe.trace_reader import entries
from ecluse.web.settings import postgresql

MAIL = Mail(how="smtp", server="127.0.0.1", security="none", sender="ecluse@h.example")
POSTGRES = "postgres-of-the-tests"
TABLES: tuple[type[Model], ...] = (Case, CaseEvent, Question, Reply, Delivery)
OFFICER = Who(account="r.officer", profession="security-officer", session="o", acr="aal2")
DPO = Who(account="r.dpo", profession="dpo", session="d", acr="aal2")
NURSE = Who(account="r.nurse", profession="nurse", session="n", acr="aal2")


STAFF: dict[str, tuple[str, ...]] = {
    "r.officer": ("security-officer",),
    "r.dpo": ("dpo",),
    "r.nurse": ("nurse",),
    "r.second": ("dpo",),
}


@pytest.fixture(autouse=True)
def world(safe: SafeClient, db: None) -> None:
    """Everything here needs a safe and a database."""
    safe.call(Enrol(who=console(), accounts=STAFF, request="test"))


class ToPostgres:
    """Sends the tables of cases and alarms to PostgreSQL."""

    def db_for_read(self, model: type[Model], **_: object) -> str | None:
        return POSTGRES if model in TABLES else None

    db_for_write = db_for_read


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def base(request: pytest.FixtureRequest, world: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[BaseDatabaseWrapper]:
    """Keep cases and alarms on each database in turn; give its connection."""
    if request.param == "sqlite":
        yield connection
        return
    url = request.getfixturevalue("postgres_url")
    connections.settings[POSTGRES] = {**connections.settings["default"], **postgresql(url)}
    other = connections[POSTGRES]
    other.connect()
    with other.schema_editor() as editor:
        for table in TABLES:
            editor.create_model(table)
    monkeypatch.setattr(router, "routers", [ToPostgres()])
    yield other
    with other.schema_editor() as editor:
        for table in reversed(TABLES):
            editor.delete_model(table)
    other.close()
    del connections[POSTGRES]
    del connections.settings[POSTGRES]


@pytest.fixture
def officer() -> Who:
    return OFFICER


@pytest.fixture
def dpo() -> Who:
    return DPO


@pytest.fixture
def nurse() -> Who:
    return NURSE


@pytest.fixture
def trace(home: Path, safe: SafeClient) -> Callable[[], list[Entry]]:
    """Give the entries written since the test began."""
    before = sum(1 for _ in entries(home / "safe"))
    return lambda: list(entries(home / "safe"))[before:]


@pytest.fixture
def alarms(settings: Settings) -> Callable[..., Home]:
    """Set where alarms go, and the port of the server that takes mail."""

    def put(wanted: Alarms, respond: Respond | None = None, port: int = 0, people: str = "") -> Home:
        home: Home = settings.HOME
        mail = MAIL if port or wanted.email else Mail()
        mail = msgspec.structs.replace(mail, port=port, people=people)
        settings.MAIL = mail if mail.how else None
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = mail.server, mail.port, False
        settings.DEFAULT_FROM_EMAIL = mail.sender
        changed = msgspec.structs.replace(
            home.settings, alarms=wanted, respond=respond or home.settings.respond, mail=mail
        )
        made = msgspec.structs.replace(home, settings=changed)
        settings.HOME = made
        return made

    return put
