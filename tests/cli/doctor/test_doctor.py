"""`ecluse doctor`: each finding has a sentence, a command, a severity, and something that provokes it."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from pytest_django.fixtures import Settings as DjangoSettings
from tests.cli.doctor.provoked import PROVOKED, lenient, told
from typer.testing import CliRunner, Result

from ecluse.cli import doctor
from ecluse.cli.findings import trace
from ecluse.cli.findings.base import ORDER, Finding, Kind, Seen, Severity
from ecluse.cli.findings.catalogue import FAMILIES, look
from ecluse.core.errors import Exit
from ecluse.core.home import Site

KINDS = [kind for family in FAMILIES for kind in family.kinds]
SAME_DISK = trace.same_disk


@pytest.fixture(autouse=True)
def no_checks_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what `ecluse serve` checks of the folder of this test run; its own tests are in tests/web."""
    monkeypatch.setattr("ecluse.web.checks.secrets", lambda _home: [])
    monkeypatch.setattr("ecluse.web.checks.set_up", lambda _home: [])


def codes(found: list[Finding]) -> list[str]:
    return [one.code for one in found]


def test_an_establishment_without_a_weak_point_has_no_finding(quiet: Seen) -> None:
    assert look(quiet) == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not trace.AT_HOME], ids=lambda kind: kind.code)
def test_each_finding_is_provoked_by_what_it_says(quiet: Seen, kind: Kind) -> None:
    seen = PROVOKED[kind.code](quiet) or quiet
    found = [one for one in look(seen) if one.code == kind.code]
    assert [(one.severity, one.text) for one in found] == [(kind.severity, kind.text)]
    assert "{" not in found[0].mend


def test_a_witness_on_the_disk_of_the_trace_is_told(quiet: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "same_disk", SAME_DISK)
    assert codes(look(quiet)) == ["witness-at-home"]
    assert not SAME_DISK(Path("/proc/elsewhere/head"), quiet.home.safe)


def test_every_kind_is_provoked_by_a_test_and_no_other() -> None:
    assert {kind.code for kind in KINDS} - {trace.AT_HOME.code} == set(PROVOKED)
    assert len({kind.code for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_each_kind_says_what_is_weak_and_what_mends_it(kind: Kind) -> None:
    assert kind.severity in ORDER
    assert kind.text.endswith(".")
    assert len(kind.text) > len("It is weak.")
    assert any(word in kind.mend for word in ("ecluse ", "/accounts/", "In ecluse.toml", "policy.toml", "chmod "))


def test_the_worst_comes_first(quiet: Seen) -> None:
    seen = told(lenient(quiet), alarms=type(quiet.home.settings.alarms)())
    found = look(PROVOKED["no-ward-workstation"](seen) or seen)
    assert codes(found) == ["web.C013", "no-alarm", "no-ward-workstation"]
    assert [one.severity for one in found] == [Severity.CRITICAL, Severity.HIGH, Severity.LOW]


def test_a_demonstration_is_said_to_be_one(quiet: Seen) -> None:
    assert codes(look(told(quiet, site=Site(demo=True)))) == ["demonstration"]


def test_a_site_that_takes_made_up_identities_is_told(quiet: Seen) -> None:
    site = replace(quiet.home.settings.site, made_up_identities=True)
    assert codes(look(told(quiet, site=site))) == ["made-up-identities"]


# The command


def run(monkeypatch: pytest.MonkeyPatch, settings: DjangoSettings, seen: Seen, *words: str) -> Result:
    settings.HOME = settings.HOME.__class__(settings.HOME.path, seen.home.settings)
    monkeypatch.setattr(doctor, "Seen", lambda _home, _state, now: seen._replace(now=now))
    return CliRunner().invoke(doctor.app, list(words))


def test_a_critical_finding_is_an_exit_code(
    quiet: Seen, monkeypatch: pytest.MonkeyPatch, settings: DjangoSettings
) -> None:
    done = run(monkeypatch, settings, lenient(quiet), "--json")
    assert done.exit_code == Exit.BROKEN_WORLD
    said = json.loads(done.stdout)
    assert said["count"] == {"critical": 1, "high": 0, "medium": 0, "low": 0}
    assert set(said["findings"][0]) == {"code", "severity", "text", "mend", "about"}


def test_what_is_not_critical_is_told_and_ends_well(
    quiet: Seen, monkeypatch: pytest.MonkeyPatch, settings: DjangoSettings
) -> None:
    seen = PROVOKED["no-mail"](quiet) or quiet
    done = run(monkeypatch, settings, seen)
    assert done.exit_code == 0
    assert "no-mail" in done.stdout
    assert "→ In ecluse.toml, [mail]" in done.stdout
    assert "1 medium." in done.stdout
    assert json.loads(run(monkeypatch, settings, seen, "--json", "--from", "high").stdout)["findings"] == []


def test_nothing_weak_is_said_so(quiet: Seen, monkeypatch: pytest.MonkeyPatch, settings: DjangoSettings) -> None:
    done = run(monkeypatch, settings, quiet)
    assert (done.exit_code, done.stdout.strip()) == (0, "Nothing weak was found.")


def test_no_secret_is_ever_told(quiet: Seen, monkeypatch: pytest.MonkeyPatch, settings: DjangoSettings) -> None:
    seen = PROVOKED["secret-file-readable"](quiet) or quiet
    said = run(monkeypatch, settings, seen, "--json").stdout
    assert "mail.secret" in said
    assert '"secret"' not in said
