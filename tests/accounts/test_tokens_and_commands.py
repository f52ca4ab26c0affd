"""Bearer tokens of services, and the command `ecluse accounts`."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner, Result

from ecluse.accounts import tokens
from ecluse.accounts.models import Account, AccountProfession, Token
from ecluse.accounts.testing import person, sign_in, with_credentials
from ecluse.cli.accounts import app
from ecluse.core.errors import BadInputError, EcluseError, RefusedError
from ecluse.safe.client import SafeUnavailableError
from ecluse.safe.entry import Entry


@pytest.fixture
def service() -> Account:
    return person("lab.feed", "interface-service", service=True)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_a_token_is_kept_only_as_its_digest(service: Account) -> None:
    text, row = tokens.issue(service, 30)
    assert bytes(row.digest) == hashlib.sha256(text.encode()).digest()
    assert len(text) >= 43
    found = tokens.holder(text)
    assert found is not None
    assert (found.account, found.profession) == (service, "interface-service")


def test_a_person_gets_no_token(nurse: Account) -> None:
    with pytest.raises(RefusedError):
        tokens.issue(nurse, 30)


@pytest.mark.parametrize("days", [0, -1, 401])
def test_a_token_always_ends(service: Account, days: int) -> None:
    with pytest.raises(BadInputError):
        tokens.issue(service, days)
    assert not Token.objects.exists()


def test_a_token_acts_only_as_what_the_service_is(service: Account) -> None:
    with pytest.raises(BadInputError):
        tokens.issue(service, 30, profession="physician")


def test_a_token_that_cannot_be_traced_does_not_exist(service: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise SafeUnavailableError("The safe cannot be reached.")

    monkeypatch.setattr(tokens, "note", gone)
    with pytest.raises(SafeUnavailableError):
        tokens.issue(service, 30)
    assert not Token.objects.exists()


@pytest.mark.parametrize("text", ["", "ecl_", "ecl_wrong", "Bearer x"])
def test_an_unknown_token_has_no_holder(service: Account, text: str) -> None:
    tokens.issue(service, 30)
    assert tokens.holder(text) is None


def test_an_expired_token_has_no_holder(service: Account) -> None:
    text, row = tokens.issue(service, 30)
    row.expires = timezone.now() - dt.timedelta(seconds=1)
    row.save()
    assert tokens.holder(text) is None


def test_a_revoked_token_has_no_holder(service: Account) -> None:
    text, _row = tokens.issue(service, 30)
    assert tokens.revoke(service) == 1
    assert tokens.holder(text) is None


def test_the_token_of_a_closed_service_has_no_holder(service: Account) -> None:
    text, _row = tokens.issue(service, 30)
    service.ends = timezone.localdate() - dt.timedelta(days=1)
    service.save()
    assert tokens.holder(text) is None


def test_the_command_shows_a_token_once(service: Account) -> None:
    shown = json.loads(run("token", "lab.feed", "--days", "7", "--json").stdout)
    assert tokens.holder(shown["token"]) is not None
    assert shown["token"] not in run("list", "--json").stdout


def test_a_token_without_days_is_refused(service: Account) -> None:
    assert isinstance(run("token", "lab.feed").exception, BadInputError)


def test_the_command_loads_a_list_and_names_what_it_refuses(tmp_path: Path) -> None:
    file = tmp_path / "staff.json"
    file.write_text(json.dumps([{"username": "ok.one", "professions": ["aide"]}, {"username": "NOT OK"}]))
    done = run("load", str(file), "--json")
    assert done.exit_code == 4
    assert json.loads(done.stdout)["accounts"] == 1
    assert Account.objects.get().username == "ok.one"


def test_a_missing_file_is_bad_input() -> None:
    assert isinstance(run("load", "/nowhere.json").exception, BadInputError)


def test_the_command_adds_an_account() -> None:
    assert run("add", "one.more", "--profession", "nurse", "--unit", "er").exit_code == 0
    assert AccountProfession.objects.get(account__username="one.more").profession == "nurse"


def test_the_command_adds_nothing_wrong() -> None:
    assert isinstance(run("add", "Not Good").exception, BadInputError)
    assert not Account.objects.exists()


def test_the_command_ends_sessions_at_once(nurse: Account, client: Client) -> None:
    sign_in(client, nurse)
    assert client.get("/accounts/sessions/").status_code == 200
    assert json.loads(run("sessions", "n.martin", "--end", "--json").stdout) == {"ended": 1}
    assert client.get("/accounts/sessions/").status_code == 302


def test_the_command_locks_as_an_officer_only(officer: Account, nurse: Account, client: Client) -> None:
    person("w.ward", "aide")
    assert isinstance(run("lock", "w.ward", "--as", "n.martin").exception, RefusedError)
    sign_in(client, Account.objects.get(username="w.ward"))
    assert run("lock", "w.ward", "--as", "s.officer", "--hours", "1").exit_code == 0
    assert client.get("/accounts/sessions/").status_code == 403


def test_lost_factors_are_removed_with_the_sessions_and_traced(
    nurse: Account, client: Client, trace: Callable[[], list[Entry]]
) -> None:
    sign_in(client, nurse)
    found = json.loads(run("factors", "n.martin", "--json").stdout)
    assert [one["kind"] for one in found["factors"]] == ["totp"]
    assert run("factors", "n.martin", "--reset").exit_code == 0
    assert not Authenticator.objects.filter(user=nurse).exists()
    assert client.get("/accounts/sessions/").status_code == 302
    assert [entry.detail for entry in trace() if entry.rule == "removed"] == ["totp"]


def test_a38_removing_the_last_factor_alone_is_refused_and_says_what_to_do(nurse: Account) -> None:
    factor = Authenticator.objects.get(user=nurse)
    error = run("factors", "n.martin", "--revoke", str(factor.pk)).exception
    assert isinstance(error, EcluseError)
    assert "two people" in error.next_step
    assert Authenticator.objects.filter(pk=factor.pk).exists()


def test_one_lost_factor_goes_at_once_with_the_sessions(nurse: Account, client: Client) -> None:
    data = {"name": "badge", "credential": {}}
    lost = Authenticator.objects.bulk_create([Authenticator(user=nurse, type="webauthn", data=data)])[0]
    sign_in(client, nurse)
    assert run("factors", "n.martin", "--revoke", str(lost.pk)).exit_code == 0
    assert [one.type for one in Authenticator.objects.filter(user=nurse)] == ["totp"]
    assert client.get("/accounts/sessions/").status_code == 302


def test_a_factor_of_another_account_is_not_removed(nurse: Account) -> None:
    other = with_credentials(person("other", "nurse"))
    factor = Authenticator.objects.get(user=other)
    assert isinstance(run("factors", "n.martin", "--revoke", str(factor.pk)).exception, EcluseError)
    assert Authenticator.objects.filter(pk=factor.pk).exists()


@pytest.mark.parametrize("command", [("token", "nobody", "--days", "1"), ("sessions", "nobody")])
def test_an_unknown_account_is_named_as_such(command: tuple[str, ...]) -> None:
    error = run(*command).exception
    assert isinstance(error, EcluseError)
    assert error.next_step
