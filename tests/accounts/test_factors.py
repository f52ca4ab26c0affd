"""Second factors: mandatory, traced, fresh when it matters, never all removed."""

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from ecluse.accounts.factors import ASKED
from ecluse.accounts.models import Account, Notice
from ecluse.accounts.testing import PASSWORD, SECRET, code, person
from ecluse.accounts.who import who_of
from ecluse.core.words import Action
from ecluse.safe.client import SafeUnavailableError
from ecluse.safe.entry import Entry

LOGIN = "/accounts/login/"
ENROL = "/accounts/factors/first/"
TOTP = "/accounts/factors/totp/activate/"
PROVE = "/accounts/reauthenticate/"
CODE = "/accounts/factors/reauthenticate/"
SessionOf = Callable[..., Client]
Trace = Callable[[], list[Entry]]


@pytest.fixture
def newcomer(client: Client) -> Client:
    """Somebody who has just typed a first password and has no factor."""
    account = person("first.day", "nurse")
    account.set_password(PASSWORD)
    account.save()
    answer = client.post(LOGIN, {"login": "first.day", "password": PASSWORD})
    assert answer.status_code == 302
    return client


def secret_shown(client: Client) -> str:
    page = client.get(TOTP).content.decode()
    found = re.search(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', page)
    assert found, page
    return found[1]


def test_a_newcomer_lands_on_enrolment(newcomer: Client) -> None:
    assert newcomer.get("/accounts/sessions/").headers["Location"] == ENROL
    assert newcomer.get(ENROL).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_adding_an_authenticator_app_opens_the_rest(newcomer: Client, trace: Trace) -> None:
    answer = newcomer.post(TOTP, {"code": code(secret=secret_shown(newcomer))})
    assert answer.headers["Location"] == "/accounts/factors/recovery-codes/"
    assert newcomer.get("/accounts/factors/recovery-codes/").status_code == 200
    assert newcomer.get("/accounts/sessions/").status_code == 200
    written = [(entry.rule, entry.detail) for entry in trace() if entry.action is Action.FACTOR]
    assert ("added", "totp") in written
    assert ("added", "recovery_codes") in written
    assert not Notice.objects.exists(), "nobody is told of their very first factor"


def test_a_wrong_code_adds_no_factor(newcomer: Client) -> None:
    secret_shown(newcomer)
    newcomer.post(TOTP, {"code": "000000"})
    assert not Authenticator.objects.exists()
    assert newcomer.get("/accounts/sessions/").headers["Location"] == ENROL


def test_a8_a_factor_that_cannot_be_traced_is_not_added(newcomer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = secret_shown(newcomer)
    monkeypatch.setattr("ecluse.accounts.signals.note", gone)
    assert newcomer.post(TOTP, {"code": code(secret=secret)}).status_code == 503
    assert not Authenticator.objects.exists()


def test_a8_a_password_that_cannot_be_traced_is_not_changed(
    nurse: Account, session_of: SessionOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecluse.accounts.adapter.note", gone)
    new = "a much longer new password"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert session_of(nurse).post("/accounts/password/", form).status_code == 503
    nurse.refresh_from_db()
    assert nurse.check_password(PASSWORD)


def test_changing_the_password_is_traced_and_ends_other_sessions(
    nurse: Account, session_of: SessionOf, trace: Trace
) -> None:
    here, elsewhere = session_of(nurse), session_of(nurse)
    new = "a much longer new password"
    answer = here.post("/accounts/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302
    assert here.get("/accounts/sessions/").status_code == 200
    assert elsewhere.get("/accounts/sessions/").status_code == 302
    assert "password-changed" in {entry.rule for entry in trace()}


@pytest.mark.parametrize("weak", ["short1", "password1234", "123456789012", "n.martin-n.martin", "Clinique-2026!!"])
def test_a_weak_password_is_refused(nurse: Account, session_of: SessionOf, weak: str) -> None:
    form = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    assert session_of(nurse).post("/accounts/password/", form).status_code == 200
    nurse.refresh_from_db()
    assert nurse.check_password(PASSWORD)


def test_a_fresh_proof_asks_for_the_factor_not_the_password(nurse: Account, session_of: SessionOf) -> None:
    answer = session_of(nurse, age=4000).get(f"{PROVE}?next=/accounts/sessions/")
    assert answer.headers["Location"] == f"{CODE}?next=%2Faccounts%2Fsessions%2F"


def test_the_password_alone_makes_nothing_fresh(nurse: Account, session_of: SessionOf) -> None:
    open_session = session_of(nurse, age=4000)
    open_session.post(PROVE, {"password": PASSWORD})
    assert age_of(open_session) >= 4000


def test_a_code_makes_the_session_fresh_and_is_traced(nurse: Account, session_of: SessionOf, trace: Trace) -> None:
    open_session = session_of(nurse, age=4000)
    answer = open_session.post(f"{CODE}?next=/accounts/sessions/", {"code": code(), "next": "/accounts/sessions/"})
    assert answer.headers["Location"] == "/accounts/sessions/"
    assert age_of(open_session) < 5
    assert [entry.detail for entry in trace() if entry.action is Action.STEP_UP] == ["totp"]


def test_a_fresh_proof_makes_a_new_browser_known(nurse: Account, session_of: SessionOf) -> None:
    open_session = session_of(nurse)
    del open_session.cookies["device"]
    assert open_session.get("/accounts/sessions/").status_code == 302
    open_session.post(CODE, {"code": code()})
    assert open_session.get("/accounts/sessions/").status_code == 200


def test_a_wrong_code_makes_nothing_fresh(nurse: Account, session_of: SessionOf) -> None:
    open_session = session_of(nurse, age=4000)
    open_session.post(CODE, {"code": "000000"})
    assert age_of(open_session) >= 4000


def test_another_factor_needs_a_fresh_proof(nurse: Account, session_of: SessionOf) -> None:
    answer = session_of(nurse, age=4000).get("/accounts/factors/webauthn/add/")
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")


def test_a5_the_last_factor_stays(nurse: Account, session_of: SessionOf) -> None:
    open_session = session_of(nurse)
    open_session.get("/accounts/factors/totp/deactivate/")
    open_session.post(CODE, {"code": code()})
    open_session.post("/accounts/factors/totp/deactivate/")
    assert Authenticator.objects.filter(user=nurse, type="totp").exists()


def test_a5_the_last_key_stays(session_of: SessionOf) -> None:
    account = person("key.only", "nurse")
    data = {"name": "k", "credential": {}}
    key = Authenticator.objects.bulk_create([Authenticator(user=account, type="webauthn", data=data)])[0]
    open_session = session_of(account)
    session = open_session.session
    session[ASKED] = 1.0  # asked for long before it was proved
    session.save()
    assert (
        open_session.post(f"/accounts/factors/webauthn/keys/{key.pk}/remove/").headers["Location"]
        == "/accounts/factors/webauthn/"
    )
    assert Authenticator.objects.filter(user=account).exists()


def test_the_database_holds_no_factor_secret(nurse: Account) -> None:
    stored = Authenticator.objects.get(user=nurse, type="totp").data
    assert SECRET not in repr(stored)


@pytest.mark.parametrize("where", ["", "totp/deactivate/", "webauthn/", "webauthn/add/", "recovery-codes/generate/"])
def test_the_pages_of_factors_hold_no_inline_script(nurse: Account, session_of: SessionOf, where: str) -> None:
    open_session = session_of(nurse)
    open_session.get(f"/accounts/factors/{where}")
    open_session.post(CODE, {"code": code()})
    answer = open_session.get(f"/accounts/factors/{where}", follow=True)
    text = answer.content.decode()
    assert answer.status_code == 200
    scripts = [tag.split(">")[0] for tag in text.split("<script")[1:]]
    assert all(" src=" in tag or "application/json" in tag for tag in scripts)
    assert " onclick=" not in text
    assert " style=" not in text


def age_of(client: Client) -> int:
    """Return how old the proof is that the session would claim."""
    request = client.get("/accounts/sessions/").wsgi_request
    return who_of(request).auth_age


def gone(*_: object, **__: object) -> None:
    raise SafeUnavailableError("The safe cannot be reached.")
