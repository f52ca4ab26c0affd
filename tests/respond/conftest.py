"""A real safe that the watch may lock in, a database, and people; nothing leaves this machine."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from pytest_django.fixtures import Settings

from ecluse.accounts.who import console
from ecluse.core.home import Home
from ecluse.core.outside import Alarms, Respond
from ecluse.safe.client import SafeClient
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Enrol, Who
from ecluse.safe.trace_reader import entries

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
    """Set where alarms go."""

    def put(wanted: Alarms, respond: Respond | None = None) -> Home:
        home: Home = settings.HOME
        changed = msgspec.structs.replace(home.settings, alarms=wanted, respond=respond or home.settings.respond)
        made = msgspec.structs.replace(home, settings=changed)
        settings.HOME = made
        return made

    return put
