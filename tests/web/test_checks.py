"""A server that would let data out does not start."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings as DjangoSettings

from ecluse.core.home import Accounts, Audit, Breach, Home, Settings, Site
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
