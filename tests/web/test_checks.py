"""A server that would let data out does not start."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.utils import timezone
from django.utils.translation import override
from pytest_django.fixtures import Settings as DjangoSettings

from ecluse.cli.findings.base import Seen
from ecluse.cli.findings.catalogue import serving
from ecluse.cli.workers import dangerous
from ecluse.core.home import Accounts, Audit, Breach, Home, Settings, Site
from ecluse.safe.protocol import State
from ecluse.web import checks

CERTIFIED = {"https": True, "certificate": "/etc/hostname", "private_key": "/dev/null"}


def at(tmp_path: Path, **site: Any) -> Home:
    return Home(tmp_path, Settings(site=Site(**site)))


def ids(found: list[Any]) -> list[str]:
    return [one.id for one in found]


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        ({}, ["web.C002"]),
        ({"demo": True, "address": "0.0.0.0"}, ["web.C001"]),  # noqa: S104 - what must be refused
        ({"https": True}, ["web.C003"]),
        ({"https": True, "certificate": "/nowhere.pem", "private_key": "/nowhere.key"}, ["web.C004", "web.C004"]),
        ({"demo": True}, []),
        ({"https": True, "behind_proxy": True}, []),
        ({"https": True, "behind_proxy": True, "bearer_tokens": True}, ["web.C012"]),
        ({"demo": True, "bearer_tokens": True}, []),
    ],
)
def test_what_would_cross_a_network_in_clear(tmp_path: Path, site: dict[str, Any], expected: list[str]) -> None:
    assert ids(checks.transport(at(tmp_path, **site))) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), []),
        (Settings(breach=Breach(cnil_hours=96, nis2_early_hours=48)), ["web.W002", "web.W002"]),
        (Settings(breach=Breach(cnil_hours=24)), []),
        (Settings(audit=Audit(syslog="udp://192.0.2.9:514")), ["web.W003"]),
        (Settings(audit=Audit(syslog="tls://audit.test")), []),
    ],
)
def test_clocks_longer_than_the_law_and_audit_messages_in_clear(
    tmp_path: Path, settings: Settings, expected: list[str]
) -> None:
    assert ids(checks.telling(Home(tmp_path, settings))) == expected


def test_a_private_key_that_others_read(tmp_path: Path) -> None:
    key = tmp_path / "tls.key"
    key.write_text("")
    key.chmod(0o644)
    home = at(tmp_path, https=True, certificate=str(key), private_key=str(key))
    assert "web.C005" in ids(checks.transport(home))
    key.chmod(0o600)
    assert ids(checks.transport(home)) == []


@pytest.mark.parametrize(("demo", "expected"), [(False, ["web.C013"]), (True, [])])
def test_a_demonstrations_leniency_elsewhere(tmp_path: Path, demo: bool, expected: list[str]) -> None:
    home = Home(tmp_path, Settings(site=Site(demo=demo), accounts=Accounts(demo_codes_for_all=True)))
    assert ids(checks.factors(home)) == expected


@pytest.mark.parametrize("hosts", [(), ("*",), (".example.org",)])
def test_a_site_that_answers_to_any_name(tmp_path: Path, hosts: tuple[str, ...]) -> None:
    assert ids(checks.hosts(at(tmp_path, hosts=hosts))) == ["web.C006"]


def test_secrets_that_others_read(tmp_path: Path) -> None:
    home = at(tmp_path)
    home.django_key.parent.mkdir()
    home.django_key.parent.chmod(0o755)  # whatever the umask
    tmp_path.chmod(0o755)
    home.django_key.write_text("short")
    home.django_key.chmod(0o644)
    assert ids(checks.secrets(home)).count("web.C008") >= 2
    home.django_key.chmod(0o600)
    home.django_key.parent.chmod(0o700)
    tmp_path.chmod(0o700)
    assert ids(checks.secrets(home)) == []


def test_a_key_too_short_to_sign_with(tmp_path: Path, settings: DjangoSettings) -> None:
    settings.SECRET_KEY = "short"
    assert "web.C007" in ids(checks.secrets(at(tmp_path)))


def test_debug_pages(tmp_path: Path, settings: DjangoSettings) -> None:
    settings.DEBUG = True
    assert "web.C009" in ids(checks.secrets(at(tmp_path)))


def test_tables_that_are_up_to_date(db: None) -> None:
    assert checks.tables() == []


def open_to_all(tmp_path: Path) -> Home:
    """Return a home where nearly everything is wrong."""
    key = tmp_path / "tls.key"
    key.write_text("")
    key.chmod(0o644)
    site = Site(address="0.0.0.0", https=True, certificate="/nowhere.pem", private_key=str(key), bearer_tokens=True)  # noqa: S104 - what must be told
    settings = Settings(site=site, breach=Breach(cnil_hours=96), audit=Audit(syslog="udp://192.0.2.9:514"))
    return Home(tmp_path, msgspec.structs.replace(settings, accounts=Accounts(demo_codes_for_all=True)))


def said(home: Home) -> dict[str, str]:
    found = [*checks.transport(home), *checks.hosts(home), *checks.factors(home), *checks.telling(home)]
    return {str(one.id): f"{one.msg} {one.hint}" for one in found}


def test_a_finding_is_said_in_the_language_of_the_page(tmp_path: Path) -> None:
    home = open_to_all(tmp_path)
    with override("en"):
        english = said(home)
    with override("fr"):
        french = said(home)
    assert french.keys() == english.keys() >= {"web.C004", "web.C005", "web.C012", "web.C013", "web.W002", "web.W003"}
    assert [name for name in english if english[name] == french[name]] == []
    assert "/nowhere.pem" in french["web.C004"]


def test_a_terminal_is_told_in_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "run", checks.transport)
    home = at(tmp_path)
    state = State(size=0, head="", locks=(), accounts=0, setup_closed=True, policy="", started=0.0)
    with override("fr"):
        [told] = dangerous(home)
        assert told.startswith("web.C002 The site is served without https. Set https = true,")
        assert "The site is served without https." in [one.text for one in serving(Seen(home, state, timezone.now()))]
