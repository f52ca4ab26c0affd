"""Who comes in, who does not, and what is written of it."""

import datetime as dt
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from ecluse.accounts.codes import claim
from ecluse.accounts.models import Account
from ecluse.accounts.testing import PASSWORD, code, person, with_credentials
from ecluse.core.words import Action, Decision
from ecluse.safe.entry import Entry

LOGIN = "/accounts/login/"
FACTOR = "/accounts/factors/authenticate/"
Trace = Callable[[], list[Entry]]


def give_password(client: Client, username: str, password: str = PASSWORD) -> str:
    """Send the first form; return where it leads, or the page's status."""
    answer = client.post(LOGIN, {"login": username, "password": password})
    return answer.headers.get("Location", str(answer.status_code))


def come_in(client: Client, account: Account, step: int = 0) -> str:
    give_password(client, account.username)
    answer = client.post(FACTOR, {"code": code(step)})
    return answer.headers.get("Location", str(answer.status_code))


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_password_and_code_open_a_session(nurse: Account, client: Client) -> None:
    assert come_in(client, nurse) == "/"
    assert signed_in(client)


def test_the_password_alone_opens_nothing(nurse: Account, client: Client) -> None:
    assert give_password(client, "n.martin") == FACTOR
    assert not signed_in(client)
    assert client.get("/accounts/sessions/").headers["Location"].startswith(LOGIN)


def test_a_wrong_password_opens_nothing(nurse: Account, client: Client) -> None:
    assert give_password(client, "n.martin", "wrong") == "200"
    assert not signed_in(client)


def test_a_wrong_code_opens_nothing(nurse: Account, client: Client) -> None:
    give_password(client, "n.martin")
    assert client.post(FACTOR, {"code": "000000"}).status_code == 200
    assert not signed_in(client)


def test_a5_a_code_is_taken_once(nurse: Account) -> None:
    first, second = Client(), Client()
    assert come_in(first, nurse) == "/"
    assert come_in(second, nurse) == "200"
    assert come_in(second, nurse, step=1) == "/"


def test_a5_one_step_of_an_app_is_claimed_once_and_no_older_one_after(nurse: Account) -> None:
    factor = Authenticator.objects.get(user=nurse, type="totp")
    assert claim(factor, 100)
    assert not claim(factor, 100)
    assert not claim(factor, 99)
    assert claim(factor, 101)


def test_the_session_key_changes_at_sign_in(nurse: Account, client: Client) -> None:
    client.get(LOGIN)
    give_password(client, "n.martin")
    planted = client.session.session_key
    client.post(FACTOR, {"code": code()})
    assert signed_in(client)
    assert client.session.session_key != planted


def test_a_service_does_not_sign_in_by_session_of(client: Client, trace: Trace) -> None:
    with_credentials(person("lab.feed", "interface-service", service=True))
    answer = client.post(LOGIN, {"login": "lab.feed", "password": PASSWORD})
    assert answer.status_code == 403
    assert not signed_in(client)
    assert [entry.rule for entry in trace() if entry.action is Action.LOGIN_FAILURE][-1] == "service"


@pytest.mark.parametrize(
    ("hired", "ends"), [(None, -1), (1, None), (-30, -1), (1, 30)], ids=["left", "not yet", "was here", "will be here"]
)
def test_an_account_outside_its_dates_does_not_sign_in(
    nurse: Account, client: Client, hired: int | None, ends: int | None
) -> None:
    today = timezone.localdate()
    nurse.hired = today + dt.timedelta(days=hired) if hired is not None else None
    nurse.ends = today + dt.timedelta(days=ends) if ends is not None else None
    nurse.save()
    assert give_password(client, "n.martin") == "403"
    assert not signed_in(client)


def test_the_first_and_the_last_day_are_days_of_work(nurse: Account, client: Client) -> None:
    nurse.hired = nurse.ends = timezone.localdate()
    nurse.save()
    assert come_in(client, nurse) == "/"


def test_a_closed_account_does_not_sign_in(nurse: Account, client: Client) -> None:
    nurse.is_active = False
    nurse.save()
    assert give_password(client, "n.martin") == "403"


def test_nobody_makes_an_account(client: Client) -> None:
    assert client.get("/accounts/signup/").status_code == 404
    answer = client.post("/accounts/signup/", {"username": "eve", "password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 404
    assert not Account.objects.filter(username="eve").exists()


def test_guessing_is_slowed_down(nurse: Account, client: Client, trace: Trace) -> None:
    for _ in range(10):
        give_password(client, "n.martin", "wrong")
    assert give_password(client, "n.martin") == "200"
    assert not signed_in(client)
    assert "too-many-attempts" in {entry.rule for entry in trace()}


def test_a_sign_in_is_traced_with_its_strength(nurse: Account, client: Client, trace: Trace) -> None:
    come_in(client, nurse)
    entry = next(entry for entry in trace() if entry.action is Action.LOGIN)
    assert (entry.account, entry.profession, entry.acr) == ("n.martin", "nurse", "aal2")
    assert entry.amr == ("pwd", "otp", "mfa")
    assert entry.auth_age < 5
    assert entry.workstation
    assert entry.address == "127.0.0.1"


def test_a_failure_names_an_account_that_exists(nurse: Account, client: Client, trace: Trace) -> None:
    give_password(client, "n.martin", "wrong")
    entry = next(entry for entry in trace() if entry.action is Action.LOGIN_FAILURE)
    assert (entry.account, entry.rule, entry.decision) == ("n.martin", "wrong-password", Decision.REFUSE)


def test_an_account_is_known_whatever_the_case_it_is_typed_in(nurse: Account, client: Client, trace: Trace) -> None:
    give_password(client, "N.MARTIN", "wrong")
    assert [entry.account for entry in trace() if entry.action is Action.LOGIN_FAILURE] == ["n.martin"]


def test_a8_a_failure_never_holds_what_was_typed(client: Client, trace: Trace) -> None:
    give_password(client, "my-password-typed-in-the-wrong-box", "and-another-secret")
    written = [entry for entry in trace() if entry.action is Action.LOGIN_FAILURE]
    assert [entry.rule for entry in written] == ["no-such-account"]
    assert "typed" not in repr(written)
    assert "secret" not in repr(written)


def test_a_wrong_code_is_traced(nurse: Account, client: Client, trace: Trace) -> None:
    give_password(client, "n.martin")
    client.post(FACTOR, {"code": "000000"})
    entry = next(entry for entry in trace() if entry.rule == "wrong-second-factor")
    assert (entry.account, entry.detail) == ("n.martin", "totp")


def test_signing_out_is_traced_and_ends_the_session(nurse: Account, client: Client, trace: Trace) -> None:
    come_in(client, nurse)
    client.post("/accounts/logout/")
    assert not signed_in(client)
    assert [entry.account for entry in trace() if entry.action is Action.LOGOUT] == ["n.martin"]


def test_looking_at_the_sign_out_page_signs_nobody_out(nurse: Account, client: Client) -> None:
    come_in(client, nurse)
    client.get("/accounts/logout/")
    assert signed_in(client)


def test_a_foreign_page_is_never_where_one_lands(nurse: Account, client: Client) -> None:
    client.post(f"{LOGIN}?next=https://evil.example/", {"login": "n.martin", "password": PASSWORD})
    answer = client.post(FACTOR, {"code": code()})
    assert answer.headers["Location"] == "/"


def test_the_sign_in_page_holds_no_inline_script(client: Client) -> None:
    page = client.get(LOGIN).content.decode()
    assert "passkey_login" in page
    assert " onclick=" not in page
    assert " style=" not in page
    scripts = [tag.split(">")[0] for tag in page.split("<script")[1:]]
    assert all(" src=" in tag or "application/json" in tag for tag in scripts)
