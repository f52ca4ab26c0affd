"""A session belongs to a key that its browser cannot give away; cookies carried elsewhere open nothing."""

import time
from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory

from ecluse.accounts import device_key, workstation
from ecluse.accounts.models import Account, Workstation
from ecluse.accounts.testing import PASSWORD, code
from ecluse.core.words import Action, Decision
from ecluse.drill.device import DeviceKey
from ecluse.safe.entry import Entry

PAGE = "/accounts/sessions/"
LOGIN = "/accounts/login/"
FACTOR = "/accounts/factors/authenticate/"
Trace = Callable[[], list[Entry]]


def proof(key: DeviceKey, at: float | None = None, made: float | None = None, **seen: str) -> str:
    asked = device_key.challenge(RequestFactory().get("/", **seen), made)  # type: ignore[arg-type]
    return key.proof(asked, at)


def signs(client: Client, key: DeviceKey) -> Client:
    client.cookies["proof"] = proof(key)
    return client


def come_in(client: Client, step: int = 0) -> Client:
    client.post(LOGIN, {"login": "n.martin", "password": PASSWORD})
    client.post(FACTOR, {"code": code(step)})
    assert "_auth_user_id" in client.session
    return client


@pytest.fixture
def key() -> DeviceKey:
    return DeviceKey()


@pytest.fixture
def bound(nurse: Account, key: DeviceKey) -> Client:
    """A session opened in the ordinary way by a browser that proves its key."""
    return come_in(signs(Client(), key))


def stolen(client: Client, *names: str) -> Client:
    thief = Client()
    for name in names or tuple(client.cookies):
        thief.cookies[name] = client.cookies[name].value
    return thief


def test_a_browser_that_proves_its_key_goes_on(bound: Client, key: DeviceKey) -> None:
    assert bound.session[workstation.PUBLIC] == key.public
    assert signs(bound, key).get(PAGE).status_code == 200


def test_a10_all_cookies_but_the_proof_open_nothing_elsewhere(bound: Client) -> None:
    answer = stolen(bound, "session", "device", "csrftoken").get(PAGE)
    assert answer.status_code == 401
    assert "n.martin" not in answer.content.decode().lower()
    assert "Sessions" not in answer.content.decode()


def test_a10_cookies_and_another_key_are_sent_to_prove_who_they_are(bound: Client) -> None:
    answer = signs(stolen(bound), DeviceKey()).get(PAGE)
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.parametrize("seen", [{"REMOTE_ADDR": "10.9.9.9"}, {"HTTP_USER_AGENT": "another browser"}])
def test_a10_a_proof_carried_along_is_worth_nothing_at_another_address_or_browser(
    bound: Client, key: DeviceKey, seen: dict[str, str]
) -> None:
    thief = stolen(signs(bound, key))
    assert thief.get(PAGE, **seen).status_code == 401  # type: ignore[arg-type]


def test_a10_cookies_shown_by_another_browser_or_elsewhere_are_traced(
    bound: Client, key: DeviceKey, trace: Trace
) -> None:
    signs(stolen(bound), DeviceKey()).get(PAGE)
    stolen(signs(bound, key)).get(PAGE, REMOTE_ADDR="10.9.9.9")
    signs(stolen(bound), DeviceKey()).get("/fhir/Patient")
    told = [(one.account, one.decision, one.detail) for one in trace() if one.rule == "new-device"]
    assert told == [("n.martin", Decision.STEP_UP, detail) for detail in ("other-key", "other-place", "other-key")]


def test_the_own_browser_whose_proof_is_a_little_old_is_not_reported(
    bound: Client, key: DeviceKey, trace: Trace
) -> None:
    bound.cookies["proof"] = proof(key, time.time() - device_key.PROOF_S - 2)
    assert bound.get(PAGE).status_code == 401
    assert "new-device" not in {one.rule for one in trace()}


def test_a10_a_proof_lives_twenty_seconds(bound: Client, key: DeviceKey) -> None:
    now = time.time()
    for at, status in ((now - 15, 200), (now - device_key.PROOF_S - 2, 401), (now + 60, 401)):
        bound.cookies["proof"] = proof(key, at)
        assert bound.get(PAGE).status_code == status, at


def test_a10_a_proof_cannot_be_signed_ahead_of_its_challenge(bound: Client, key: DeviceKey) -> None:
    bound.cookies["proof"] = proof(key, made=time.time() - device_key.CHALLENGE_S - 5)
    assert bound.get(PAGE).status_code == 401


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told[:-4] + "AAAA",
        lambda told: told.replace(".", "", 1),
        lambda told: "." + told,
        lambda _told: "",
        lambda _told: "a.1.b.c",
        lambda told: told + "." + told,
        lambda told: ".".join([DeviceKey().public, *told.split(".")[1:]]),
        lambda told: ".".join([*told.split(".")[:2], f"{int(time.time())}-{'A' * 22}", told.split(".")[3]]),
    ],
)
def test_a10_what_is_no_proof_is_none(bound: Client, key: DeviceKey, spoil: Callable[[str], str]) -> None:
    bound.cookies["proof"] = spoil(proof(key))
    assert bound.get(PAGE).status_code == 401


def test_a10_a_challenge_of_somebody_elses_making_is_none(bound: Client, key: DeviceKey) -> None:
    bound.cookies["proof"] = key.proof(f"{int(time.time())}-{'x' * 22}")
    assert bound.get(PAGE).status_code == 401


def test_a10_there_is_no_way_back_to_cookies_alone(bound: Client) -> None:
    del bound.cookies["proof"]
    assert bound.get(PAGE).status_code == 401
    assert bound.post("/accounts/sessions/end/", {"session": "others"}).status_code == 401


def test_a10_the_interface_asks_for_the_same_proof(bound: Client, key: DeviceKey) -> None:
    answer = stolen(bound, "session", "device").get("/fhir/Patient?name=x")
    assert answer.status_code == 401
    assert "insufficient_user_authentication" in answer.headers["WWW-Authenticate"]
    assert signs(bound, key).get("/fhir/Patient?name=x").status_code != 401


def test_a10_a_workstation_that_has_a_key_is_not_believed_by_its_cookie_alone(bound: Client, nurse: Account) -> None:
    known = bound.session[workstation.SESSION]
    thief = come_in(stolen(bound, "device"), step=1)
    assert thief.session[workstation.SESSION] != known
    assert Workstation.objects.get(key=known).public_key


def test_the_same_browser_is_the_same_workstation_next_time(bound: Client, key: DeviceKey) -> None:
    known = bound.session[workstation.SESSION]
    bound.post("/accounts/logout/")
    again = come_in(signs(bound, key), step=1)
    assert again.session[workstation.SESSION] == known


def test_without_a_key_a_session_is_told_by_cookie_address_and_browser_together(nurse: Account) -> None:
    plain = come_in(Client())
    assert plain.get(PAGE).status_code == 200
    for seen in ({"REMOTE_ADDR": "10.9.9.9"}, {"HTTP_USER_AGENT": "another"}):
        assert plain.get(PAGE, **seen).headers["Location"].startswith("/accounts/reauthenticate/")  # type: ignore[arg-type]


def test_an_establishment_may_refuse_browsers_without_a_key(
    nurse: Account, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = come_in(Client())
    strict = type("Strict", (), {"without_key": "none", "unused_days": 90})()
    monkeypatch.setattr("django.conf.settings.SESSIONS", strict)
    assert plain.get(PAGE).headers["Location"].startswith("/accounts/reauthenticate/")


def test_a13_the_session_key_changes_when_more_is_proved(bound: Client, key: DeviceKey) -> None:
    before = bound.session.session_key
    signs(bound, key).post("/accounts/factors/reauthenticate/", {"code": code(1)})
    assert bound.session.session_key != before
    old = stolen(signs(bound, key))
    old.cookies["session"] = before or ""
    assert old.get(PAGE).headers["Location"].startswith(LOGIN)
    assert signs(bound, key).get(PAGE).status_code == 200


def test_the_challenge_is_given_to_anybody_and_tells_nothing(client: Client) -> None:
    told = client.get("/accounts/device/").json()
    assert set(told) == {"challenge", "now"}


def test_an_unusual_sign_in_is_traced_held_and_told_elsewhere(bound: Client, key: DeviceKey, trace: Trace) -> None:
    thief = signs(Client(), DeviceKey())
    come_in(thief, step=1)
    assert [entry.detail for entry in trace() if entry.action is Action.NOTICE] == ["device"]
    told = signs(bound, key).get(PAGE).content.decode()
    assert "Somebody signed in to your account" in told
    assert "Somebody signed in" not in signs(bound, key).get(PAGE).content.decode()


def test_a_session_taken_over_with_a_code_is_told_at_the_next_sign_in(
    bound: Client, key: DeviceKey, trace: Trace
) -> None:
    thief = signs(stolen(bound), DeviceKey())
    thief.post("/accounts/factors/reauthenticate/", {"code": code(1)})
    assert thief.get(PAGE).status_code == 200
    assert [entry.detail for entry in trace() if entry.action is Action.NOTICE] == ["device"]
    assert signs(bound, key).get(PAGE).status_code == 302, (
        "the owner's browser is out, and knows that something is wrong"
    )


def test_whoever_signed_in_oddly_is_not_the_one_who_is_told(bound: Client) -> None:
    other = DeviceKey()
    thief = come_in(signs(Client(), other), step=1)
    assert "Somebody signed in" not in signs(thief, other).get(PAGE).content.decode()
