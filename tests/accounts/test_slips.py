"""Sealed slips: two people start and hand over, neither can use it, no reset skips the second factor."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from ecluse.accounts import notices, slips
from ecluse.accounts.models import Account, Slip
from ecluse.accounts.testing import PASSWORD, code, person, sign_in
from ecluse.accounts.who import console, who_of
from ecluse.core.errors import RefusedError
from ecluse.core.words import Action
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Who

LOGIN = "/accounts/login/"
FACTOR = "/accounts/factors/authenticate/"
RESET = "/accounts/reset/"
SLIPS = "/accounts/slips/"
NEW = "tuba ocre lavoir"
SessionOf = Callable[..., Client]
Trace = Callable[[], list[Entry]]


def acting(account: str, age: int = 5) -> Who:
    return Who(account=account, profession="security-officer", session="s", acr="aal2", auth_age=age)


@pytest.fixture
def slip(nurse: Account) -> str:
    """Give a slip for a password, asked by one and handed over by another."""
    return slips.give(acting("s.officer"), slips.ask(acting("i.admin"), nurse, slips.PASSWORD))


def reset(client: Client, slip: str, *, app: str = "", login: str = "n.martin", new: str = NEW) -> int:
    form = {"login": login, "slip": slip, "code": app or code(), "password1": new, "password2": new}
    return client.post(RESET, form).status_code


def can_sign_in(password: str) -> bool:
    answer = Client().post(LOGIN, {"login": "n.martin", "password": password})
    return answer.headers.get("Location") == FACTOR


def test_a38_a_slip_and_the_second_factor_give_a_new_password(nurse: Account, slip: str, client: Client) -> None:
    assert reset(client, slip) == 302
    assert can_sign_in(NEW)
    assert not can_sign_in(PASSWORD)


def test_a38_a_slip_without_the_second_factor_gives_nothing(nurse: Account, slip: str, client: Client) -> None:
    assert reset(client, slip, app="000000") == 422
    form = {"login": "n.martin", "slip": slip, "code": "", "password1": NEW, "password2": NEW}
    assert client.post(RESET, form).status_code == 422
    assert can_sign_in(PASSWORD)


@pytest.mark.parametrize("wrong", ["", "aaaa-bbbb-cccc-dddd", "a" * 40])
def test_a38_the_second_factor_without_a_slip_gives_nothing(nurse: Account, client: Client, wrong: str) -> None:
    assert reset(client, wrong) == 422
    assert can_sign_in(PASSWORD)


def test_a38_a_recovery_code_is_no_second_factor_for_a_reset(nurse: Account, slip: str, client: Client) -> None:
    recovery = Authenticator(user=nurse, type="recovery_codes", data={"seed": "", "used_mask": 0})
    recovery.data["seed"] = recovery.wrap().generate_seed()
    assert reset(client, slip, app="12345678") == 422


def test_a38_a_slip_opens_once(nurse: Account, slip: str, client: Client) -> None:
    assert reset(client, slip) == 302
    assert reset(Client(), slip, app=code(1), new="another lavoir tuba") == 422
    assert can_sign_in(NEW)


def test_a38_a_slip_of_another_person_opens_nothing(nurse: Account, slip: str, client: Client) -> None:
    person("other", "nurse")
    assert reset(client, slip, login="other") == 422


def test_a38_a_slip_is_over_after_a_day(nurse: Account, slip: str, client: Client) -> None:
    Slip.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert reset(client, slip) == 422


def test_a_typing_error_in_the_new_password_costs_neither_slip_nor_code(
    nurse: Account, slip: str, client: Client
) -> None:
    form = {"login": "n.martin", "slip": slip, "code": code(), "password1": NEW, "password2": NEW + "x"}
    assert client.post(RESET, form).status_code == 422
    assert reset(client, slip) == 302


def test_a38_a_breached_or_short_password_is_refused_in_a_reset_too(nurse: Account, slip: str, client: Client) -> None:
    assert reset(client, slip, new="motdepasse2026") == 422
    assert can_sign_in(PASSWORD)


def test_a38_nobody_asks_for_themselves(nurse: Account) -> None:
    with pytest.raises(RefusedError, match="own-slip"):
        slips.ask(acting("n.martin"), nurse, slips.PASSWORD)


@pytest.mark.parametrize("who", ["i.admin", "n.martin"])
def test_a38_neither_the_asker_nor_the_person_hands_it_over(nurse: Account, who: str) -> None:
    slip = slips.ask(acting("i.admin"), nurse, slips.PASSWORD)
    with pytest.raises(RefusedError, match="same-person"):
        slips.give(acting(who), slip)


def test_a38_a_slip_is_handed_over_once(nurse: Account) -> None:
    slip = slips.ask(acting("i.admin"), nurse, slips.PASSWORD)
    slips.give(acting("s.officer"), slip)
    with pytest.raises(RefusedError, match="slip-over"):
        slips.give(acting("d.dpo"), slip)


def test_a38_a_stale_session_hands_nothing_over(nurse: Account) -> None:
    slip = slips.ask(acting("i.admin"), nurse, slips.PASSWORD)
    with pytest.raises(RefusedError, match="fresh-proof"):
        slips.give(acting("s.officer", age=4000), slip)


@pytest.mark.parametrize(("first", "second"), [("password", "factor"), ("factor", "password")])
def test_a38_two_colluding_people_get_no_two_halves(nurse: Account, first: str, second: str) -> None:
    slips.ask(acting("i.admin"), nurse, first)
    with pytest.raises(RefusedError, match="beside"):
        slips.ask(acting("i.admin"), nurse, second)


def test_a38_a_service_has_no_slip() -> None:
    with pytest.raises(RefusedError, match="service"):
        slips.ask(acting("i.admin"), person("lab.feed", "interface-service", service=True), slips.PASSWORD)


def test_a_new_slip_ends_the_one_before(nurse: Account, slip: str, client: Client) -> None:
    again = slips.give(acting("s.officer"), slips.ask(acting("i.admin"), nurse, slips.PASSWORD))
    assert reset(client, slip) == 422
    assert reset(client, again) == 302


def test_the_database_holds_no_code_of_a_slip(nurse: Account, slip: str) -> None:
    kept = repr(Slip.objects.values())
    assert slip not in kept
    assert slip.replace("-", "") not in kept


def test_each_step_is_traced_and_told(nurse: Account, slip: str, client: Client, trace: Trace) -> None:
    reset(client, slip)
    told = {one.rule for one in notices.unseen(nurse)}
    assert told == {"slip-asked", "slip-given", "slip-used", "password-changed"}
    rules = [entry.rule for entry in trace() if entry.action is Action.FACTOR]
    assert {"slip-used", "password-changed"} <= set(rules)
    assert slip not in repr(trace())


def test_a30_slips_are_guessed_at_ten_times(nurse: Account, slip: str, client: Client) -> None:
    for _ in range(10):
        reset(client, "wrong", app="1")
    assert reset(client, slip) == 422
    assert can_sign_in(PASSWORD) is False


def test_a38_a_lost_factor_stops_at_once_and_comes_back_with_password_and_slip(
    nurse: Account, session_of: SessionOf
) -> None:
    old = session_of(nurse)
    asked = slips.ask(acting("i.admin"), nurse, slips.FACTOR)
    assert old.get("/accounts/sessions/").status_code == 302
    assert not Authenticator.objects.filter(user=nurse).exists()
    client = Client()
    client.post(LOGIN, {"login": "n.martin", "password": PASSWORD})
    assert client.get("/accounts/factors/webauthn/add/").headers["Location"] == "/accounts/slip/"
    given = slips.give(acting("s.officer"), asked)
    assert client.post("/accounts/slip/", {"slip": "wrong"}).status_code == 422
    assert client.post("/accounts/slip/", {"slip": given}).status_code == 302
    assert client.get("/accounts/factors/webauthn/add/").status_code == 200
    assert client.get("/").headers["Location"] == "/accounts/factors/first/"


def test_a38_a_slip_for_a_factor_opens_nothing_without_the_password(nurse: Account, client: Client) -> None:
    given = slips.give(acting("s.officer"), slips.ask(acting("i.admin"), nurse, slips.FACTOR))
    assert client.post("/accounts/slip/", {"slip": given}).headers["Location"].startswith(LOGIN)
    assert reset(client, given) == 422


def test_the_office_starts_and_another_prints_on_pages(
    nurse: Account, administrator: Account, officer: Account, session_of: SessionOf
) -> None:
    first, second = session_of(administrator), session_of(officer)
    assert first.post(SLIPS, {"account": "n.martin", "kind": "password"}).status_code == 302
    slip = Slip.objects.get()
    assert f"/accounts/slips/{slip.pk}/give/" not in first.get(SLIPS).content.decode()
    assert first.post(f"/accounts/slips/{slip.pk}/give/").status_code == 302
    page = second.get(SLIPS).content.decode()
    assert f"/accounts/slips/{slip.pk}/give/" in page
    printed = second.post(f"/accounts/slips/{slip.pk}/give/")
    assert printed.status_code == 200
    assert "no-store" in printed.headers["Cache-Control"]
    assert second.get(f"/accounts/slips/{slip.pk}/give/").status_code == 405


@pytest.mark.parametrize("word", ["nurse", "physician", "admissions"])
def test_a38_nobody_outside_the_office_starts_a_reset(nurse: Account, session_of: SessionOf, word: str) -> None:
    client = session_of(person(f"x.{word}", word))
    assert client.post(SLIPS, {"account": "n.martin", "kind": "password"}).status_code == 403
    assert not Slip.objects.exists()


def test_a_passkey_in_the_session_proves_the_second_factor_of_a_reset(nurse: Account, slip: str) -> None:
    client = sign_in(Client(), nurse)
    session = client.session
    session["account_authentication_methods"] = [
        {**one, "type": "webauthn"} if one["method"] == "mfa" else one
        for one in session["account_authentication_methods"]
    ]
    session.save()
    assert "hwk" in who_of(client.get("/accounts/sessions/").wsgi_request).amr
    form = {"login": "n.martin", "slip": slip, "code": "", "password1": NEW, "password2": NEW}
    assert client.post(RESET, form).status_code == 302


def test_a_reset_from_the_machine_itself_needs_a_second_person_too(nurse: Account) -> None:
    asked = slips.ask(console(), nurse, slips.FACTOR)
    with pytest.raises(RefusedError, match="same-person"):
        slips.give(console(), asked)


def test_a_slip_brings_back_who_was_shut_out_by_strangers_guesses(nurse: Account, client: Client) -> None:
    for _ in range(12):
        Client().post(LOGIN, {"login": "n.martin", "password": "wrong"})
    given = slips.give(acting("s.officer"), slips.ask(acting("i.admin"), nurse, slips.PASSWORD))
    assert reset(client, given) == 302
    assert can_sign_in(NEW)
