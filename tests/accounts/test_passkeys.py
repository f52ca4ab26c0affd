"""Passkeys, with an authenticator made of software: adding one, signing in with it, proving oneself again."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django.fixtures import Settings

from ecluse.accounts.models import Account
from ecluse.accounts.testing import PASSWORD, person, sign_in
from ecluse.accounts.testing_key import COPIED, ORIGIN, PRESENT, VERIFIED, Passkey
from ecluse.accounts.who import who_of
from ecluse.core.words import Action
from ecluse.safe.entry import Entry

LOGIN = "/accounts/factors/webauthn/login/"
ADD = "/accounts/factors/webauthn/add/"
PROVE = "/accounts/factors/webauthn/reauthenticate/"
Trace = Callable[[], list[Entry]]


@pytest.fixture
def client() -> Client:
    return Client(SERVER_NAME="localhost")


@pytest.fixture
def newcomer(client: Client) -> Client:
    account = person("p.passkey", "physician")
    account.set_password(PASSWORD)
    account.save()
    client.post("/accounts/login/", {"login": "p.passkey", "password": PASSWORD})
    return client


def options_on(client: Client, where: str, name: str) -> dict[str, Any]:
    page = client.get(where).content.decode()
    found = re.search(r'<script id="js_data" type="application/json">(.*?)</script>', page)
    assert found, page
    options: dict[str, Any] = json.loads(found[1])[name]
    return options


def added(client: Client, key: Passkey, origin: str = ORIGIN) -> str:
    credential = key.register(options_on(client, ADD, "creation_options"), origin)
    answer = client.post(ADD, {"name": "badge", "passwordless": "on", "credential": credential})
    return answer.headers.get("Location", str(answer.status_code))


def come_in(client: Client, key: Passkey, origin: str = ORIGIN) -> bool:
    options = client.get(LOGIN, headers={"accept": "application/json"}).json()["request_options"]
    client.post(LOGIN, {"credential": key.prove(options, origin)})
    return "_auth_user_id" in client.session


def amr(client: Client) -> tuple[str, ...]:
    return who_of(client.get("/accounts/sessions/").wsgi_request).amr


def test_the_first_passkey_opens_the_rest(newcomer: Client) -> None:
    assert newcomer.get("/accounts/sessions/").headers["Location"] == "/accounts/factors/first/"
    assert added(newcomer, Passkey()) == "/accounts/factors/recovery-codes/"
    assert newcomer.get("/accounts/sessions/").status_code == 200
    assert amr(newcomer) == ("pwd", "hwk", "mfa")


def test_a_passkey_alone_signs_in_as_two_factors(newcomer: Client, trace: Trace) -> None:
    key = Passkey()
    added(newcomer, key)
    other = Client(SERVER_NAME="localhost")
    assert come_in(other, key)
    assert amr(other) == ("hwk", "mfa")
    entry = [entry for entry in trace() if entry.action is Action.LOGIN][-1]
    assert (entry.account, entry.acr, entry.detail) == ("p.passkey", "aal2", "hwk+mfa")


def test_a_passkey_that_can_be_copied_says_so(newcomer: Client) -> None:
    added(newcomer, Passkey(flags=PRESENT | VERIFIED | COPIED))
    assert amr(newcomer) == ("pwd", "swk", "mfa")


def test_a_passkey_that_was_never_added_opens_nothing(newcomer: Client) -> None:
    known, stranger = Passkey(), Passkey()
    added(newcomer, known)
    stranger.owner = known.owner
    assert not come_in(Client(SERVER_NAME="localhost"), stranger)


def test_a_stolen_name_of_a_passkey_opens_nothing(newcomer: Client) -> None:
    known, forged = Passkey(), Passkey()
    added(newcomer, known)
    forged.owner, forged.id = known.owner, known.id
    assert not come_in(Client(SERVER_NAME="localhost"), forged)


def test_a_passkey_used_on_a_phishing_site_opens_nothing(newcomer: Client) -> None:
    key = Passkey()
    added(newcomer, key)
    assert not come_in(Client(SERVER_NAME="localhost"), key, origin="https://hospital-login.example")


def test_a_passkey_without_its_person_opens_nothing(newcomer: Client) -> None:
    key = Passkey()
    added(newcomer, key)
    key.flags = PRESENT
    assert not come_in(Client(SERVER_NAME="localhost"), key)


def test_an_old_answer_of_a_passkey_opens_nothing(newcomer: Client) -> None:
    key = Passkey()
    added(newcomer, key)
    thief = Client(SERVER_NAME="localhost")
    options = thief.get(LOGIN, headers={"accept": "application/json"}).json()["request_options"]
    answer = key.prove(options)
    thief.get(LOGIN, headers={"accept": "application/json"})
    thief.post(LOGIN, {"credential": answer})
    assert "_auth_user_id" not in thief.session


def test_a_passkey_registered_from_another_site_is_not_added(newcomer: Client) -> None:
    assert added(newcomer, Passkey(), origin="https://hospital-login.example") == "200"
    assert not Authenticator.objects.exists()


def test_a_passkey_makes_the_session_fresh(newcomer: Client) -> None:
    key = Passkey()
    added(newcomer, key)
    sign_in(newcomer, Account.objects.get(username="p.passkey"), age=4000)
    answer = newcomer.get("/accounts/reauthenticate/?next=/accounts/sessions/")
    assert answer.headers["Location"] == f"{PROVE}?next=%2Faccounts%2Fsessions%2F"
    credential = key.prove(options_on(newcomer, PROVE, "request_options"))
    newcomer.post(PROVE, {"credential": credential, "next": "/accounts/sessions/"})
    assert who_of(newcomer.get("/accounts/sessions/").wsgi_request).auth_age < 5


def test_the_passkey_of_a_locked_out_account_opens_nothing(newcomer: Client) -> None:
    key = Passkey()
    added(newcomer, key)
    Account.objects.filter(username="p.passkey").update(is_active=False)
    assert not come_in(Client(SERVER_NAME="localhost"), key)


def test_a35_a_passkey_opens_while_strangers_guess_the_password(newcomer: Client) -> None:
    key = Passkey()
    added(newcomer, key)
    for _ in range(40):
        Client().post("/accounts/login/", {"login": "p.passkey", "password": "wrong"})
    assert Client().post("/accounts/login/", {"login": "p.passkey", "password": PASSWORD}).status_code == 200
    assert come_in(Client(SERVER_NAME="localhost"), key)


def only_keys_and_badges(settings: Settings) -> None:
    known = settings.HOME.settings
    strict = known.__class__(accounts=known.accounts.__class__(platform_passkeys=False))
    settings.HOME = settings.HOME.__class__(settings.HOME.path, strict)


def test_a_roaming_key_is_taken_where_only_those_are(newcomer: Client, settings: Settings) -> None:
    only_keys_and_badges(settings)
    assert added(newcomer, Passkey()) == "/accounts/factors/recovery-codes/"


def test_a_key_that_can_be_copied_is_refused_where_only_badges_are_taken(newcomer: Client, settings: Settings) -> None:
    only_keys_and_badges(settings)
    assert added(newcomer, Passkey(flags=PRESENT | VERIFIED | COPIED)) == "200"
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("says", [{"authenticatorAttachment": "platform"}, {"response": {"transports": ["internal"]}}])
def test_a_key_inside_a_computer_is_refused_where_only_badges_are_taken(
    newcomer: Client, settings: Settings, says: dict[str, Any]
) -> None:
    only_keys_and_badges(settings)
    options = options_on(newcomer, ADD, "creation_options")
    assert options["publicKey"]["authenticatorSelection"]["authenticatorAttachment"] == "cross-platform"
    sent = json.loads(Passkey().register(options))
    sent = {**sent, **says, "response": {**sent["response"], **says.get("response", {})}}
    newcomer.post(ADD, {"name": "badge", "passwordless": "on", "credential": json.dumps(sent)})
    assert not Authenticator.objects.exists()
