"""A small establishment in which nothing is weak: each test spoils one thing."""

import datetime as dt
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone
from msgspec.structs import replace
from pytest_django.fixtures import Settings as DjangoSettings

from ecluse.accounts import breached
from ecluse.accounts.bridge import the_safe
from ecluse.accounts.models import Account, Contact, ServiceClient, Workstation
from ecluse.accounts.reviews import KEPT
from ecluse.accounts.testing import person, with_credentials
from ecluse.cli.findings import trace
from ecluse.cli.findings.base import Seen
from ecluse.core.errors import BrokenWorldError
from ecluse.core.home import Breach, Home, Mail, Sessions, Settings, Site
from ecluse.core.outside import Alarms, Syslog
from ecluse.safe.client import SafeClient
from ecluse.safe.protocol import Status

OFFICERS = ("s.one", "s.two", "s.three")
SETTINGS = Settings(
    site=Site(https=True, behind_proxy=True, hosts=("ecluse.test",)),
    sessions=Sessions(without_key="none"),
    mail=Mail(how="smtp", sender="ecluse@ch.test", server="mail.test"),
    alarms=Alarms(syslog=Syslog("unix:///dev/log")),
    breach=Breach(controller="CH de Montlaize", dpo="P. Simon"),
)


def with_keys(account: Account, number: int) -> Account:
    """Give an account passkeys."""
    kind = Authenticator.Type.WEBAUTHN
    Authenticator.objects.bulk_create([Authenticator(user=account, type=kind, data={}) for _ in range(number)])
    return account


@pytest.fixture
def quiet(
    safe: SafeClient, db: None, settings: DjangoSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Seen:
    """Give an establishment without a weak point, its files in a folder of its own, its safe a real one."""
    settings.PASSWORD_HASHERS = ["ecluse.accounts.testing.QuickArgon2"]
    settings.HOME = replace(settings.HOME, settings=SETTINGS)
    people()
    for name in ("safe", "witness"):
        (tmp_path / name).mkdir(mode=0o700)
    for file in ("safe/policy.toml", "safe/checkpoint", "witness/head"):
        real = settings.HOME.path / file
        (tmp_path / file).write_text(real.read_text())
    (tmp_path / "passwords.filter").write_bytes(b"")
    monkeypatch.setattr(breached, "current", known)
    monkeypatch.setattr(trace, "same_disk", lambda _copy, _folder: False)
    state = replace(the_safe().call(Status()), setup_closed=True, held=())
    return Seen(Home(tmp_path, SETTINGS), state, timezone.now())


def people() -> None:
    """Hire three officers with two keys each, a nurse with an app, and a service with a key."""
    for name in OFFICERS:
        officer = with_keys(person(name, "security-officer"), 2)
        Contact.objects.create(account=officer, email=f"{name}@ch.test")
    with_credentials(person("n.martin", "nurse"))
    lab = person("lab.feed", "interface-service", service=True)
    ServiceClient.objects.create(
        account=lab, jwks={"keys": []}, scope="system/Observation.rs", addresses=["10.1.0.0/16"]
    )
    person("import", "interface-service", service=True)
    Workstation.objects.create(key="a" * 32, ward=True, label="CARD corridor")
    for account in Account.objects.filter(service=False):
        account.reviews.create(by="s.one", answer=KEPT)


def known(file: Path) -> object:
    """Return a list of breached passwords made today, or as the file says."""
    if not file.exists():
        return None
    if file.read_bytes() == b"half":
        raise BrokenWorldError("not whole")
    made = int(dt.datetime.now(dt.UTC).timestamp()) - int(file.read_bytes() or b"0")
    return type("Known", (), {"about": type("About", (), {"made": made})})
