"""Keys and tokens of services, and the command `ecluse accounts`."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from joserfc.jwk import ECKey
from typer.testing import CliRunner, Result

from ecluse.accounts import tokens
from ecluse.accounts.models import Account, AccountProfession, ServiceClient, Token
from ecluse.accounts.services.bound import tied
from ecluse.accounts.services.possession import new_key, public_set
from ecluse.accounts.testing import Bound, person, sign_in, with_credentials
from ecluse.cli.accounts import app
from ecluse.core.errors import BadInputError, EcluseError, RefusedError
from ecluse.safe.entry import Entry


@pytest.fixture
def service() -> Account:
    return person("lab.feed", "interface-service", service=True)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_a_token_is_kept_only_as_its_digest(service: Account) -> None:
    bound = Bound(service)
    row = Token.objects.get()
    shown = tied(bound.token, bound.possession.thumbprint)
    assert bytes(row.digest) == hashlib.sha256(shown.encode()).digest()
    found = tokens.holder(shown)
    assert found is not None
    assert (found.account, found.profession) == (service, "interface-service")


@pytest.mark.parametrize("text", ["", "ecl_", "ecl_wrong", "DPoP x"])
def test_an_unknown_token_has_no_holder(service: Account, text: str) -> None:
    bound = Bound(service)
    assert tokens.holder(text) is None
    assert tokens.holder(bound.token) is None


def test_the_command_makes_a_pair_and_registers_its_public_half(service: Account, tmp_path: Path) -> None:
    private = tmp_path / "lab.jwk"
    made = json.loads(run("client-key", str(private), "--json").stdout)
    assert private.stat().st_mode & 0o777 == 0o600
    done = run("client", "lab.feed", "--jwks", made["public"], "--scope", "system/Patient.rs", "--json")
    assert json.loads(done.stdout)["scope"] == "system/Patient.rs"
    assert "d" not in ServiceClient.objects.get().jwks["keys"][0]


def test_a_pair_never_replaces_a_key(tmp_path: Path) -> None:
    (tmp_path / "lab.jwk").write_text("{}")
    assert isinstance(run("client-key", str(tmp_path / "lab.jwk")).exception, BadInputError)


@pytest.mark.parametrize(
    ("jwks", "scope", "address"),
    [
        ("private", "system/*.rs", "10.0.0.0/8"),
        ("public", "user/*.rs", "10.0.0.0/8"),
        ("public", "", "10.0.0.0/8"),
        ("public", "system/*.rs", "everywhere"),
        ("weak", "system/*.rs", "10.0.0.0/8"),
        ("nameless", "system/*.rs", "10.0.0.0/8"),
        ("nothing", "system/*.rs", "10.0.0.0/8"),
    ],
)
def test_a_client_is_registered_whole_or_not_at_all(
    service: Account, tmp_path: Path, jwks: str, scope: str, address: str
) -> None:
    key, weak = new_key("one"), ECKey.generate_key("P-256", {"kid": "weak"})
    public = public_set(key)["keys"][0]
    files: dict[str, object] = {
        "private": {"keys": [key.as_dict(private=True)]},
        "public": {"keys": [public]},
        "weak": {"keys": [weak.as_dict(private=False)]},
        "nameless": {"keys": [{name: value for name, value in public.items() if name != "kid"}]},
        "nothing": [],
    }
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps(files[jwks]))
    done = run("client", "lab.feed", "--jwks", str(file), "--scope", scope, "--address", address)
    assert isinstance(done.exception, BadInputError)
    assert not ServiceClient.objects.exists()


def test_a_person_gets_no_client(nurse: Account, tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps(public_set(new_key())))
    assert isinstance(run("client", "n.martin", "--jwks", str(file), "--scope", "scim").exception, RefusedError)


def test_removing_a_client_ends_its_tokens(service: Account, trace: Callable[[], list[Entry]]) -> None:
    bound = Bound(service)
    assert json.loads(run("client", "lab.feed", "--remove", "--json").stdout) == {"removed": True, "tokens": 1}
    assert tokens.holder(tied(bound.token, bound.possession.thumbprint)) is None
    assert [entry.rule for entry in trace()][-2:] == ["client-removed", "token-revoked"]


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


@pytest.mark.parametrize("command", [("client", "nobody", "--scope", "scim"), ("sessions", "nobody")])
def test_an_unknown_account_is_named_as_such(command: tuple[str, ...]) -> None:
    error = run(*command).exception
    assert isinstance(error, EcluseError)
    assert error.next_step


def test_adding_somebody_who_is_there_changes_what_is_given_and_nothing_else() -> None:
    known = person(
        "k.nown", "nurse", units=["ward"], display_name="Kim Nown", rpps="10003333333", ends=dt.date(2031, 1, 31)
    )
    done = run("add", "k.nown", "--unit", "night", "--hired", "2026-01-05")
    assert done.exit_code == 0, done.output
    known.refresh_from_db()
    assert (known.display_name, known.rpps, known.ends) == ("Kim Nown", "10003333333", dt.date(2031, 1, 31))
    assert known.hired == dt.date(2026, 1, 5)
    assert [row.profession for row in known.professions.all()] == ["nurse"]
    assert {row.unit.code for row in known.memberships.filter(until=None)} == {"ward", "night"}


def test_adding_a_service_again_leaves_it_a_service() -> None:
    service = person("f.lux", "interface-service", service=True)
    assert run("add", "f.lux", "--name", "Flux no 2").exit_code == 0
    service.refresh_from_db()
    assert (service.service, service.display_name) == (True, "Flux no 2")
