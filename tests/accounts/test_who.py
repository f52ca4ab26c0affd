"""What the web process says of who asks, and what people act as."""

from collections.abc import Callable

import pytest
from cryptography.exceptions import InvalidTag
from django.test import Client, RequestFactory

from ecluse.accounts import sealing
from ecluse.accounts.models import Account, Workstation
from ecluse.accounts.passwords import NoKnownWords
from ecluse.accounts.testing import person
from ecluse.accounts.who import console, stranger, who_of
from ecluse.core.words import Action
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Who

CHOOSE = "/accounts/profession/"
SessionOf = Callable[..., Client]
Trace = Callable[[], list[Entry]]


def asked_by(client: Client, **headers: str) -> Who:
    return who_of(client.get(CHOOSE, headers=headers).wsgi_request)


def test_who_asks_is_told_from_the_session(nurse: Account, session_of: SessionOf) -> None:
    who = asked_by(session_of(nurse, age=100))
    assert (who.account, who.profession, who.acr) == ("n.martin", "nurse", "aal2")
    assert who.amr == ("pwd", "otp", "mfa")
    assert 100 <= who.auth_age < 110
    assert Workstation.objects.filter(key=who.workstation).exists()
    assert who.address == "127.0.0.1"


def test_the_trace_never_gets_a_persons_name(nurse: Account, session_of: SessionOf) -> None:
    nurse.display_name = "Nadia Martin"
    nurse.save()
    assert "Nadia" not in repr(asked_by(session_of(nurse)))


def test_a6_a_claimed_address_is_what_the_nearest_proxy_wrote(nurse: Account, session_of: SessionOf) -> None:
    who = asked_by(session_of(nurse), x_forwarded_for=f"10.9.9.9 {'x' * 200}, 10.1.2.3")
    assert (who.address, who.claimed_address) == ("127.0.0.1", "10.1.2.3")
    assert len(asked_by(session_of(nurse), x_forwarded_for="y" * 500).claimed_address) == 64


def test_a6_a_header_never_makes_a_person(nurse: Account, session_of: SessionOf) -> None:
    who = asked_by(session_of(nurse), x_remote_user="s.officer", remote_user="s.officer")
    assert who.account == "n.martin"


def test_a_stranger_is_nobody_on_a_new_device() -> None:
    who = stranger(RequestFactory().get("/"))
    assert (who.account, who.profession, who.session, who.acr, who.amr) == ("", "", "", "", ())
    assert who.workstation == "new"


def test_the_console_is_named_as_such() -> None:
    assert console().account.startswith("console:")
    assert console().profession == ""


def test_a_single_profession_needs_no_choice(nurse: Account, session_of: SessionOf) -> None:
    assert session_of(nurse).get("/accounts/sessions/").status_code == 200


def test_one_who_has_several_professions_chooses_first(session_of: SessionOf, trace: Trace) -> None:
    both = session_of(person("d.both", "physician", "dim-physician"))
    assert both.get("/accounts/sessions/").headers["Location"] == f"{CHOOSE}?next=%2Faccounts%2Fsessions%2F"
    assert both.post(CHOOSE, {"profession": "dim-physician"}).headers["Location"] == "/"
    assert asked_by(both).profession == "dim-physician"
    entry = next(entry for entry in trace() if entry.rule == "profession-chosen")
    assert (entry.action, entry.account, entry.detail) == (Action.LOGIN, "d.both", "dim-physician")


@pytest.mark.parametrize("word", ["security-officer", "", "king", "NURSE"])
def test_a_profession_of_somebody_else_cannot_be_chosen(nurse: Account, session_of: SessionOf, word: str) -> None:
    open_session = session_of(nurse)
    assert open_session.post(CHOOSE, {"profession": word}).status_code == 403
    assert asked_by(open_session).profession == "nurse"


def test_choosing_never_leads_to_another_site(nurse: Account, session_of: SessionOf) -> None:
    answer = session_of(nurse).post(CHOOSE, {"profession": "nurse", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


def test_a_profession_forged_into_the_session_is_not_believed(nurse: Account, session_of: SessionOf) -> None:
    forged = session_of(nurse, "security-officer")
    assert forged.get("/accounts/locks/").status_code == 403


def test_a_sealed_secret_of_another_home_does_not_open(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = sealing.seal("secret")
    assert sealing.unseal(sealed) == "secret"
    assert sealing.seal("secret") != sealed
    monkeypatch.setattr(sealing, "key", lambda: bytes(32))
    with pytest.raises(InvalidTag):
        sealing.unseal(sealed)


@pytest.mark.parametrize("good", ["lampe violette sous la pluie", "tr0mbone!Ferme.Ouvert", "Écluse du canal de Nantes"])
def test_words_that_nobody_would_try_are_a_good_password(nurse: Account, good: str) -> None:
    NoKnownWords().validate(good, nurse)
