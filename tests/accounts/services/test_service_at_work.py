"""A service at work: buys a token, proves each request, and proves itself anew when it is asked to."""

import base64
import json

import httpx
import pytest

from ecluse.accounts.services import possession
from ecluse.accounts.services.possession import Service, new_key
from ecluse.core.errors import RefusedError
from ecluse.gate.http import challenge

URL = "http://127.0.0.1:1"


class Door:
    """Gives tokens, then the answers it is told; remembers what was asked."""

    def __init__(self, *answers: httpx.Response, token: int = 200) -> None:
        self.answers, self.token = list(answers), token
        self.asked: list[tuple[bytes, str]] = []  # body and proof

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(self.token, json={"access_token": "T", "expires_in": 300})
        self.asked.append((request.content, request.headers["DPoP"]))
        return self.answers.pop(0)


def ask(door: Door) -> tuple[httpx.Response, Service]:
    service = Service(URL, "flux", new_key())
    with httpx.Client(transport=httpx.MockTransport(door), auth=service) as http:
        return http.post(f"{URL}/fhir/Observation?a=b", content=b"{}"), service


def told(proof: str) -> dict[str, str]:
    claims: dict[str, str] = json.loads(base64.urlsafe_b64decode(proof.split(".")[1] + "=="))
    return claims


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(possession, "NEWER_S", 0.0)


def test_asked_for_a_newer_proof_it_sends_the_same_once_more_with_another_proof() -> None:
    door = Door(httpx.Response(401, headers={"WWW-Authenticate": challenge(300)}), httpx.Response(201))
    answer, service = ask(door)
    (body, first), (again, second) = door.asked
    assert (answer.status_code, service.asked) == (201, 1)
    assert body == again == b"{}"
    assert told(first)["jti"] != told(second)["jti"]
    assert told(second)["htu"] == f"{URL}/fhir/Observation"


def test_asked_twice_it_takes_no_for_an_answer() -> None:
    no = [httpx.Response(401, headers={"WWW-Authenticate": challenge(300)}) for _ in range(2)]
    answer, _ = ask(Door(*no))
    assert answer.status_code == 401


@pytest.mark.parametrize("status", [401, 403, 409, 503])
def test_any_other_refusal_is_not_asked_again(status: int) -> None:
    door = Door(httpx.Response(status, headers={"WWW-Authenticate": 'DPoP error="invalid_token"'}))
    answer, service = ask(door)
    assert (answer.status_code, len(door.asked), service.asked) == (status, 1, 0)


def test_without_a_token_nothing_is_sent() -> None:
    door = Door(token=400)
    with pytest.raises(RefusedError, match="No token"):
        ask(door)
    assert door.asked == []
