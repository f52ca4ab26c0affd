"""A token without its key is worth nothing; with it, what the scope says and no more."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory
from jwcrypto.jwk import JWK
from msgspec.structs import replace
from pytest_django.fixtures import Settings

from ecluse.accounts import tokens
from ecluse.accounts.models import Account, Token
from ecluse.accounts.services import clients, presented
from ecluse.accounts.services.bound import Narrow, make, narrow_of, tied
from ecluse.accounts.services.testing import Answer, Outside
from ecluse.core.home import Site
from ecluse.core.words import Action
from ecluse.record.api.lean import LeanHandler
from ecluse.safe.entry import Entry

Trace = Callable[[], list[Entry]]
Read = Callable[..., Answer]
HERE = "http://testserver/fhir/Patient/none"


@pytest.fixture
def token(outside: Outside, client: Client) -> str:
    bought: str = outside.ask(client).json()["access_token"]
    return bought


def rule(answer: Answer) -> str:
    told: str = answer.json()["issue"][0]["details"]["coding"][0]["code"]
    return told


def test_the_door_lets_a_proved_token_through_to_the_gate(token: str, read: Read) -> None:
    assert rule(read(token)) == "absent"


def test_t2_a_proof_counts_once(outside: Outside, token: str, read: Read, trace: Trace) -> None:
    proof = outside.proof("GET", HERE, token)
    assert read(token, proof).status_code == 404
    again = read(token, proof)
    assert (again.status_code, rule(again)) == (401, "replayed-proof")
    assert 'error="invalid_dpop_proof"' in again["WWW-Authenticate"]
    assert (trace()[-1].action, trace()[-1].rule, trace()[-1].account) == (
        Action.LOGIN_FAILURE,
        "replayed-proof",
        "lab.feed",
    )


def test_t2_the_right_token_with_another_key_opens_nothing(
    outside: Outside, token: str, read: Read, trace: Trace
) -> None:
    thief = JWK.generate(kty="EC", crv="P-256")
    answer = read(token, outside.proof("GET", HERE, token, key=thief))
    assert (answer.status_code, rule(answer)) == (401, "bad-token")
    assert (trace()[-1].rule, trace()[-1].account) == ("bad-token", "lab.feed")


WRONG: dict[str, dict[str, Any]] = {
    "another method": {"method": "POST"},
    "another address": {"url": "http://testserver/fhir/Patient/other"},
    "another host": {"url": "http://elsewhere.test/fhir/Patient/none"},
    "another scheme": {"url": "https://testserver/fhir/Patient/none"},
    "two minutes old": {"iat": int(time.time()) - 120},
    "of the future": {"iat": int(time.time()) + 3600},
    "no number": {"jti": ""},
    "an endless number": {"jti": "x" * 200},
    "another token": {"ath": "A" * 43},
    "no token": {"ath": ""},
    "another type": {"header": {"typ": "JWT"}},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_t2_a_proof_for_something_else_is_refused(
    outside: Outside, token: str, read: Read, trace: Trace, change: dict[str, Any]
) -> None:
    made = outside.proof(**{"method": "GET", "url": HERE, "token": token, **change})
    answer = read(token, made)
    assert (answer.status_code, rule(answer)) == (401, "bad-proof")
    assert trace()[-1].rule == "bad-proof"


def test_t2_a_proof_that_carries_its_private_key_is_refused(outside: Outside, token: str, read: Read) -> None:
    private = outside.proof_key.export_private(as_dict=True)
    answer = read(token, outside.proof("GET", HERE, token, header={"jwk": private}))
    assert rule(answer) == "bad-proof"


@pytest.mark.parametrize("alg", ["none", "HS256", "ES256K", "RS256"])
def test_t2_a_proof_of_another_signature_is_refused(outside: Outside, token: str, read: Read, alg: str) -> None:
    header, payload, signature = outside.proof("GET", HERE, token).split(".")
    told = json.loads(base64.urlsafe_b64decode(header + "=="))
    changed = base64.urlsafe_b64encode(json.dumps({**told, "alg": alg}).encode()).rstrip(b"=").decode()
    assert rule(read(token, f"{changed}.{payload}.{signature}")) == "bad-proof"


@pytest.mark.parametrize("proof", ["", "x", "x.y.z", "e30.e30.", "A" * 5000, "e30.e30.e30,e30.e30.e30"])
def test_t2_what_is_no_proof_is_refused(token: str, read: Read, proof: str) -> None:
    assert read(token, proof).status_code == 401


def test_t2_a_token_whose_words_were_changed_is_unknown(outside: Outside, token: str, read: Read) -> None:
    narrow = narrow_of(token)
    assert narrow
    start = token.partition(".")[0]
    wider = make(replace(narrow, scope="system/*.crus")).partition(".")[2]
    assert rule(read(f"{start}.{wider}", path="Condition/none")) == "bad-token"


def test_t3_the_same_token_without_a_proof_is_refused(token: str, read: Read, trace: Trace) -> None:
    answer = read(token, "", scheme="Bearer")
    assert (answer.status_code, rule(answer)) == (401, "unbound-token")
    assert trace()[-1].rule == "unbound-token"


def test_t3_even_where_unbound_tokens_are_taken_a_bound_one_needs_its_key(
    outside: Outside, token: str, read: Read, settings: Settings
) -> None:
    settings.SITE = Site(demo=True, bearer_tokens=True)
    thumbprint = outside.proof_key.thumbprint()
    for shown in (token, tied(token, thumbprint)):
        assert read(shown, "", scheme="Bearer").status_code == 401


@pytest.mark.parametrize(("demo", "said"), [(False, False), (True, False), (False, True)])
def test_t3_an_unbound_token_opens_nothing_in_production(
    service: Account, read: Read, settings: Settings, demo: bool, said: bool
) -> None:
    settings.SITE = Site(demo=demo, bearer_tokens=said)
    loose = "a-token-of-a-configuration-file"
    until = Token(account=service, digest=tokens.digest(loose), profession="interface-service")
    until.expires = until.created.replace(year=until.created.year + 1)
    until.save()
    assert rule(read(loose, "", scheme="Bearer")) == "unbound-token"


@pytest.mark.parametrize("path", ["Condition/none", "Condition?patient=none", "Patient/none/$everything", "Binary/x"])
def test_t4_what_the_scope_does_not_name_is_refused(
    token: str, read: Read, trace: Trace, outside: Outside, path: str
) -> None:
    bare = path.partition("?")[0]
    proof = outside.proof("GET", f"http://testserver/fhir/{bare}", token)
    answer = read(token, proof, path)
    assert (answer.status_code, rule(answer)) == (403, "scope")
    assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]
    assert trace()[-1].rule == "scope"


@pytest.mark.parametrize(
    ("scope", "kind", "letters", "held"),
    [
        ("system/Patient.rs", "Patient", "r", True),
        ("system/Patient.rs", "Patient", "c", False),
        ("system/*.r", "Condition", "r", True),
        ("system/*.r", "Condition", "s", False),
        ("system/Patient.read", "Patient", "s", True),
        ("system/Patient.r", "*", "r", False),
        ("user/Patient.rs", "Patient", "r", False),
        ("system/Patient.rs", "PatientX", "r", False),
        ("scim", "Patient", "r", False),
        ("", "Patient", "r", False),
        ("system/Patient.rs", "Patient", "", False),
    ],
)
def test_t4_a_scope_is_read_narrowly(scope: str, kind: str, letters: str, held: bool) -> None:
    assert presented.within(scope, (kind, letters)) is held


def test_t5_a_token_opens_nothing_from_another_network(outside: Outside, client: Client, service: Account) -> None:
    clients.register(service, outside.file, "system/*.rs", ("127.0.0.0/8", "10.0.0.0/8"))
    token = outside.ask(client).json()["access_token"]
    headers = {"authorization": f"DPoP {token}", "dpop": outside.proof("GET", HERE, token)}
    answer = client.get("/fhir/Patient/none", headers=headers, REMOTE_ADDR="192.0.2.7")
    assert (answer.status_code, rule(answer)) == (403, "network")


def test_t7_a_revoked_client_holds_nothing_any_more(token: str, read: Read, service: Account) -> None:
    assert clients.remove(service) == 1
    assert rule(read(token)) == "bad-token"


def test_the_conformance_document_says_where_and_how(client: Client) -> None:
    told = client.get("/fhir/.well-known/smart-configuration").json()
    assert told["token_endpoint"] == "http://testserver/oauth/token"
    assert told["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert set(told["token_endpoint_auth_signing_alg_values_supported"]) == {"ES384", "RS384"}


def test_a_narrowing_is_read_back_as_written() -> None:
    narrow = Narrow("a.b", "system/*.rs", ("10.0.0.0/8",))
    assert narrow_of(make(narrow)) == narrow


@pytest.mark.parametrize(("path", "status"), [("Patient/none", 404), ("Condition/none", 403), ("Patient", 400)])
def test_t4_the_short_way_asks_for_the_same_scopes(outside: Outside, token: str, path: str, status: int) -> None:
    short = LeanHandler()
    short.load_middleware()
    proof = outside.proof("GET", f"http://testserver/fhir/{path}", token)
    headers = {"authorization": f"DPoP {token}", "dpop": proof}
    answer = short._middleware_chain(RequestFactory().get(f"/fhir/{path}", headers=headers))
    assert answer.status_code == status
