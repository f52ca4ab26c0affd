"""POST /oauth/token: who gets a token, and the many who do not."""

import base64
import datetime as dt
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from jwcrypto.jwk import JWK

from ecluse.accounts.approvals import place_lock
from ecluse.accounts.models import Account, ServiceClient, Token
from ecluse.accounts.services import clients, grant
from ecluse.accounts.services.testing import Outside
from ecluse.accounts.testing import person
from ecluse.core.words import Action, TargetKind
from ecluse.safe.client import SafeUnavailableError
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Who

Trace = Callable[[], list[Entry]]


def test_a_registered_key_buys_a_token_of_five_minutes(outside: Outside, client: Client, trace: Trace) -> None:
    answer = outside.ask(client)
    told = answer.json()
    assert (answer.status_code, told["token_type"], told["expires_in"]) == (200, "DPoP", 300)
    assert answer["Cache-Control"] == "no-store"
    assert Token.objects.get().expires < timezone.now() + dt.timedelta(seconds=301)
    assert [entry.rule for entry in trace()] == ["token-issued"]


def test_rs384_is_taken_too_as_smart_asks(outside: Outside, client: Client) -> None:
    made = outside.assertion(outside.rsa, {"alg": "RS384", "kid": "two"})
    assert outside.ask(client, assertion=made).status_code == 200


def test_t1_an_assertion_opens_once(outside: Outside, client: Client, trace: Trace) -> None:
    made = outside.assertion()
    assert outside.ask(client, assertion=made).status_code == 200
    again = outside.ask(client, assertion=made)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")
    assert trace()[-1].rule == "replayed-assertion"


WRONG: dict[str, dict[str, Any]] = {
    "for another address": {"aud": "https://elsewhere.test/oauth/token"},
    "of another client": {"sub": "somebody.else"},
    "ended": {"exp": int(time.time()) - 60},
    "that lives an hour": {"exp": int(time.time()) + 3600},
    "without an end": {"exp": None},
    "without a number": {"jti": ""},
    "for nobody": {"aud": None},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG)
def test_t1_an_assertion_is_refused(outside: Outside, client: Client, trace: Trace, claims: dict[str, Any]) -> None:
    answer = outside.ask(client, assertion=outside.assertion(**claims))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert not Token.objects.exists()
    [entry] = trace()
    assert (entry.action, entry.account) == (Action.LOGIN_FAILURE, "lab.feed")


def test_t1_an_assertion_signed_by_another_key_of_the_same_name_is_refused(outside: Outside, client: Client) -> None:
    other = JWK.generate(kty="EC", crv="P-384", kid="one")
    assert outside.ask(client, assertion=outside.assertion(other)).status_code == 401


@pytest.mark.parametrize("alg", ["none", "HS256", "HS384"])
def test_t1_an_assertion_that_no_private_key_signed_is_refused(outside: Outside, client: Client, alg: str) -> None:
    header, payload, _ = outside.assertion().split(".")
    told = json.loads(base64.urlsafe_b64decode(header + "=="))
    changed = base64.urlsafe_b64encode(json.dumps({**told, "alg": alg}).encode()).rstrip(b"=").decode()
    signature = "" if alg == "none" else "A" * 64
    assert outside.ask(client, assertion=f"{changed}.{payload}.{signature}").status_code == 401


@pytest.mark.parametrize("text", ["", "x", "x.y.z", "e30.e30.", "." * 5, "e30." + "A" * 9000 + ".A"])
def test_t1_what_is_no_assertion_is_refused(outside: Outside, client: Client, text: str) -> None:
    assert outside.ask(client, assertion=text or " ").status_code == 401


def test_t1_a_client_secret_buys_nothing(outside: Outside, client: Client) -> None:
    form = "grant_type=client_credentials&client_id=lab.feed&client_secret=guess"
    answer = client.post("/oauth/token", form, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 401


def test_another_grant_is_not_offered(outside: Outside, client: Client) -> None:
    answer = outside.ask(client, grant_type="password")
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_only_a_form_is_taken(client: Client) -> None:
    assert client.get("/oauth/token").status_code == 405
    assert client.post("/oauth/token", "{}", content_type="application/json").status_code == 400


def test_t2_without_a_proof_there_is_no_token(outside: Outside, client: Client) -> None:
    answer = outside.ask(client, proof="")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_dpop_proof")
    assert not Token.objects.exists()


def test_t4_scopes_that_are_not_registered_are_left_out(outside: Outside, client: Client) -> None:
    answer = outside.ask(client, scope="system/Patient.r system/*.crus system/Condition.r")
    assert answer.json()["scope"] == "system/Patient.r"


def test_t4_no_registered_scope_no_token(outside: Outside, client: Client) -> None:
    answer = outside.ask(client, scope="system/Condition.r scim")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_t5_from_another_network_there_is_no_token(
    outside: Outside, client: Client, service: Account, trace: Trace
) -> None:
    clients.register(service, outside.file, "system/Patient.r", ("10.20.0.0/16",))
    assert outside.ask(client).status_code == 401
    assert trace()[-1].rule == "network"


def test_t6_a_token_that_cannot_be_traced_does_not_exist(
    outside: Outside, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise SafeUnavailableError("The safe cannot be reached.")

    monkeypatch.setattr(grant, "note", gone)
    answer = outside.ask(client)
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert not Token.objects.exists()


def test_t6_no_secret_reaches_the_trace(outside: Outside, client: Client, trace: Trace) -> None:
    made = outside.assertion()
    token = outside.ask(client, assertion=made).json()["access_token"]
    outside.ask(client, assertion=made)
    written = repr(trace())
    assert token not in written
    assert made[:40] not in written
    assert outside.proof_key.thumbprint() not in written


@pytest.mark.parametrize("state", ["left", "inactive", "not yet", "removed", "locked", "unregistered"])
def test_t7_who_may_not_come_in_gets_no_token(
    outside: Outside, client: Client, service: Account, officer: Account, trace: Trace, state: str
) -> None:
    today = timezone.localdate()
    match state:
        case "left":
            Account.objects.filter(pk=service.pk).update(ends=today - dt.timedelta(days=1))
        case "inactive":
            Account.objects.filter(pk=service.pk).update(is_active=False)
        case "not yet":
            Account.objects.filter(pk=service.pk).update(hired=today + dt.timedelta(days=1))
        case "removed":
            clients.remove(service)
        case "locked":
            who = Who(account=officer.username, profession="security-officer", session="", acr="console")
            locked = person("locked.feed", "interface-service", service=True)
            ServiceClient.objects.filter(account=service).update(account=locked)
            outside.name = locked.username
            place_lock(who, (TargetKind.ACCOUNT, locked.username), "test", "test")
        case _:
            person("new.feed", service=True, enrol=False)
            ServiceClient.objects.filter(account=service).update(account=Account.objects.get(username="new.feed"))
            outside.name = "new.feed"
    answer = outside.ask(client)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert not Token.objects.exists()
    assert trace()[-1].action is Action.LOGIN_FAILURE
