"""Adding and removing factors: only for this very change, always told; recovery codes; who needs a passkey."""

import re
import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from ecluse.accounts import notices
from ecluse.accounts.models import Account, AccountProfession, Contact, Enrolled, Notice
from ecluse.accounts.testing import PASSWORD, SECRET, code, person, sign_in, with_credentials
from ecluse.accounts.who import KEY_KIND, PROFESSION, who_of
from ecluse.core.home import Mail
from ecluse.core.words import Action
from ecluse.safe.entry import Entry

LOGIN = "/accounts/login/"
FACTOR = "/accounts/factors/authenticate/"
FRESH = "/accounts/factors/reauthenticate/"
ENROL = "/accounts/factors/first/"
TOTP = "/accounts/factors/totp/activate/"
ADD_KEY = "/accounts/factors/webauthn/add/"
CODES = "/accounts/factors/recovery-codes/"
CHANGES = [ADD_KEY, "/accounts/factors/totp/deactivate/", f"{CODES}generate/", CODES]
SessionOf = Callable[..., Client]
Trace = Callable[[], list[Entry]]


def where(client: Client, path: str) -> str:
    answer = client.get(path)
    return answer.headers.get("Location", str(answer.status_code))


def recovery_code(account: Account) -> str:
    codes: list[str] = RecoveryCodes.activate(account).get_unused_codes()
    return codes[0]


def with_key(account: Account) -> Authenticator:
    """Give a passkey that is never asked: its name stands in a list."""
    data = {"name": "badge", "credential": {}}
    return Authenticator.objects.bulk_create([Authenticator(user=account, type="webauthn", data=data)])[0]


@pytest.mark.parametrize("path", CHANGES)
def test_a36_a_session_proved_a_moment_ago_changes_no_factor(nurse: Account, session_of: SessionOf, path: str) -> None:
    thief = session_of(nurse)
    thief.post(FRESH, {"code": code()})  # proved by its owner, for something else
    assert where(thief, path).startswith("/accounts/reauthenticate/")
    assert thief.post(path).status_code == 302
    assert Authenticator.objects.filter(user=nurse).count() == 1


@pytest.mark.parametrize("path", CHANGES)
def test_a36_a_proof_given_after_the_page_asked_opens_it(nurse: Account, session_of: SessionOf, path: str) -> None:
    recovery_code(nurse)
    client = session_of(nurse)
    client.get(path)
    client.post(FRESH, {"code": code()})
    assert client.get(path).status_code == 200


def test_a36_one_proof_is_one_change(nurse: Account, session_of: SessionOf) -> None:
    client = session_of(nurse)
    page = "/accounts/factors/recovery-codes/generate/"
    client.get(page)
    client.post(FRESH, {"code": code()})
    assert client.post(page).status_code == 302
    assert Authenticator.objects.filter(user=nurse, type="recovery_codes").exists()
    before = Authenticator.objects.get(user=nurse, type="recovery_codes").pk
    client.post(page)
    assert Authenticator.objects.get(user=nurse, type="recovery_codes").pk == before
    assert where(client, ADD_KEY).startswith("/accounts/reauthenticate/")


def test_a36_a_proof_asked_for_long_ago_is_asked_again(
    nurse: Account, session_of: SessionOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = session_of(nurse)
    client.get(ADD_KEY)
    client.post(FRESH, {"code": code()})
    now = time.time() + 301
    monkeypatch.setattr("ecluse.accounts.factors.time.time", lambda: now)
    assert where(client, ADD_KEY).startswith("/accounts/reauthenticate/")


def test_a36_the_person_is_told_at_the_next_sign_in_and_until_they_say_so(nurse: Account, client: Client) -> None:
    notices.tell(nurse, "added", "webauthn")
    client.post(LOGIN, {"login": "n.martin", "password": PASSWORD})
    answer = client.post(FACTOR, {"code": code()})
    assert answer.headers["Location"].startswith("/accounts/notices/")
    assert (
        "Passkey or security key"
        in client.get("/accounts/notices/", headers={"accept-language": "en"}).content.decode()
    )
    assert Notice.objects.filter(seen=None).count() == 1
    assert client.post("/accounts/notices/", {"next": "/"}).headers["Location"] == "/"
    assert not Notice.objects.filter(seen=None).exists()


def test_a36_nobody_puts_away_what_another_was_told(nurse: Account, officer: Account, session_of: SessionOf) -> None:
    notices.tell(nurse, "added", "webauthn")
    session_of(officer).post("/accounts/notices/")
    assert Notice.objects.filter(account=nurse, seen=None).exists()


def test_a36_a_changed_password_is_told(nurse: Account, session_of: SessionOf) -> None:
    form = {"oldpassword": PASSWORD, "password1": "tuba ocre lavoir", "password2": "tuba ocre lavoir"}
    session_of(nurse).post("/accounts/password/", form)
    assert [one.rule for one in notices.unseen(nurse)] == ["password-changed"]


def test_mail_tells_without_a_link_or_a_code(nurse: Account, settings: Settings) -> None:
    Contact.objects.create(account=nurse, email="n.martin@example.org")
    settings.MAIL = Mail(how="console", sender="ecluse@example.org")
    notices.tell(nurse, "recovery-code-used")
    [sent] = mail.outbox
    assert sent.to == ["n.martin@example.org"]
    assert "http" not in sent.body
    assert "n.martin" not in sent.body


def test_without_mail_set_nothing_is_sent(nurse: Account, settings: Settings) -> None:
    Contact.objects.create(account=nurse, email="n.martin@example.org")
    settings.MAIL = None
    notices.tell(nurse, "recovery-code-used")
    assert mail.outbox == []
    assert len(notices.unseen(nurse)) == 1


def come_in_with_recovery_code(client: Client, account: Account, typed: str) -> str:
    client.post(LOGIN, {"login": account.username, "password": PASSWORD})
    answer = client.post(FACTOR, {"code": typed})
    return answer.headers.get("Location", str(answer.status_code))


@pytest.mark.parametrize(
    "path", ["/", "/search/", "/accounts/sessions/", "/accounts/password/", "/accounts/profession/"]
)
def test_a37_a_recovery_code_opens_no_other_page_than_enrolment(nurse: Account, client: Client, path: str) -> None:
    come_in_with_recovery_code(client, nurse, recovery_code(nurse))
    assert "_auth_user_id" in client.session
    assert where(client, path) == ENROL
    assert client.get(ENROL).status_code == 200


def test_a37_a_recovery_code_is_traced_and_told(nurse: Account, client: Client, trace: Trace) -> None:
    come_in_with_recovery_code(client, nurse, recovery_code(nurse))
    assert "recovery-code-used" in {entry.rule for entry in trace() if entry.action is Action.FACTOR}
    assert "recovery-code-used" in {one.rule for one in notices.unseen(nurse)}
    assert {entry.acr for entry in trace() if entry.action is Action.LOGIN} == {"aal1"}


def test_a37_a_recovery_code_opens_once(nurse: Account, client: Client) -> None:
    typed = recovery_code(nurse)
    come_in_with_recovery_code(client, nurse, typed)
    again = Client()
    assert come_in_with_recovery_code(again, nurse, typed) == "200"
    assert "_auth_user_id" not in again.session


def test_a37_a_recovery_code_makes_nothing_fresh(nurse: Account, session_of: SessionOf) -> None:
    client = session_of(nurse, age=4000)
    client.post(FRESH, {"code": recovery_code(nurse)})
    assert who_of(client.get("/accounts/sessions/").wsgi_request).auth_age >= 4000


def secret_on(client: Client) -> str:
    page = client.get(TOTP).content.decode()
    found = re.search(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', page)
    assert found, page
    return found[1]


@pytest.mark.django_db(transaction=True)
def test_a37_after_a_recovery_code_a_new_app_takes_the_place_of_the_lost_one(nurse: Account, client: Client) -> None:
    come_in_with_recovery_code(client, nurse, recovery_code(nurse))
    new = secret_on(client)
    assert new != SECRET
    client.post(TOTP, {"code": code(secret=new)})
    assert Authenticator.objects.filter(user=nurse, type="totp").count() == 1
    assert client.get("/accounts/sessions/").status_code == 200
    again = Client()
    again.post(LOGIN, {"login": "n.martin", "password": PASSWORD})
    assert again.post(FACTOR, {"code": code()}).status_code == 200, "the lost app opens nothing any more"


def test_a37_after_an_hour_a_recovery_session_adds_nothing(
    nurse: Account, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    come_in_with_recovery_code(client, nurse, recovery_code(nurse))
    now = time.time() + 3000
    monkeypatch.setattr("ecluse.accounts.factors.time.time", lambda: now)
    assert client.get(ADD_KEY).status_code == 302
    assert client.get(TOTP).status_code == 302


@pytest.mark.parametrize("word", ["it-administrator", "security-officer", "dpo"])
def test_a34_a_code_does_not_make_a_privileged_profession(client: Client, trace: Trace, word: str) -> None:
    with_credentials(person("priv.person", word))
    client.post(LOGIN, {"login": "priv.person", "password": PASSWORD})
    client.post(FACTOR, {"code": code()})
    assert PROFESSION not in client.session
    assert client.post("/accounts/profession/", {"profession": word}).status_code == 403
    assert where(client, "/accounts/approvals/").startswith("/accounts/profession/")
    assert "passkey-needed" in {entry.rule for entry in trace()}


def test_a34_a_code_makes_an_ordinary_profession(nurse: Account, client: Client) -> None:
    client.post(LOGIN, {"login": "n.martin", "password": PASSWORD})
    client.post(FACTOR, {"code": code()})
    assert client.session[PROFESSION] == "nurse"


def test_a34_of_two_professions_a_code_opens_the_ordinary_one_alone(client: Client) -> None:
    both = with_credentials(person("both.hats", "nurse", "it-administrator"))
    sign_in(client, both)
    session = client.session
    session[KEY_KIND] = ""
    session.save()
    assert client.post("/accounts/profession/", {"profession": "it-administrator"}).status_code == 403
    assert client.post("/accounts/profession/", {"profession": "nurse"}).status_code == 302


def test_a34_a_privileged_person_is_not_made_fresh_by_a_code(officer: Account, session_of: SessionOf) -> None:
    with_credentials(officer)
    client = session_of(officer, age=4000)
    client.post(FRESH, {"code": code()})
    assert who_of(client.get("/accounts/sessions/").wsgi_request).auth_age >= 4000


def test_a34_a_phished_code_does_not_add_the_passkey_it_lacks(officer: Account, client: Client) -> None:
    with_credentials(officer)
    client.post(LOGIN, {"login": "s.officer", "password": PASSWORD})
    client.post(FACTOR, {"code": code()})
    assert where(client, ADD_KEY) == "/accounts/slip/"


def test_a34_a_code_does_not_remove_or_add_beside_the_passkey_of_a_privileged_person(
    officer: Account, session_of: SessionOf
) -> None:
    with_credentials(officer)
    with_key(officer)
    client = session_of(officer)
    client.get(ADD_KEY)
    session = client.session
    session["account_authentication_methods"] += [{"method": "mfa", "type": "totp", "at": time.time() + 1}]
    session.save()
    assert where(client, ADD_KEY).startswith("/accounts/reauthenticate/")


def test_a34_only_a_demonstration_may_take_codes_for_all(officer: Account, settings: Settings, client: Client) -> None:
    site = settings.HOME.settings
    relaxed = site.__class__(site=site.site, accounts=site.accounts.__class__(demo_codes_for_all=True))
    settings.HOME = settings.HOME.__class__(settings.HOME.path, relaxed)
    settings.SITE = site.site.__class__(demo=False)
    with_credentials(officer)
    client.post(LOGIN, {"login": "s.officer", "password": PASSWORD})
    client.post(FACTOR, {"code": code()})
    assert PROFESSION not in client.session


def test_a38_whoever_once_had_a_factor_is_not_enrolled_by_a_password_alone(client: Client) -> None:
    account = person("once.had", "nurse")
    account.set_password(PASSWORD)
    account.save()
    Enrolled.objects.create(account=account)
    client.post(LOGIN, {"login": "once.had", "password": PASSWORD})
    for page in (ENROL, ADD_KEY, TOTP):
        assert where(client, page) == "/accounts/slip/"
    assert client.post(TOTP, {"code": "123456"}).status_code == 302
    assert not Authenticator.objects.filter(user=account).exists()


def test_a_privileged_newcomer_starts_with_a_passkey(client: Client) -> None:
    account = person("new.officer", "security-officer")
    account.set_password(PASSWORD)
    account.save()
    client.post(LOGIN, {"login": "new.officer", "password": PASSWORD})
    assert where(client, TOTP) == ENROL
    assert client.get(ADD_KEY).status_code == 200
    assert AccountProfession.objects.filter(account=account).exists()


def test_a37_a_recovery_code_of_a_privileged_person_adds_nothing_without_a_slip(
    officer: Account, client: Client
) -> None:
    with_credentials(officer)
    with_key(officer)
    come_in_with_recovery_code(client, officer, recovery_code(officer))
    for page in (ENROL, ADD_KEY, TOTP):
        assert where(client, page) == "/accounts/slip/"
    assert client.post(ADD_KEY, {"credential": "{}"}).headers["Location"] == "/accounts/slip/"
