"""Accounts from a list: what is taken, what is not and why, and that nothing is granted on the side."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import identify_hasher

from ecluse.accounts import approvals, registry
from ecluse.accounts.bridge import the_safe
from ecluse.accounts.models import Account, AccountProfession, Contact, Membership, OnCall, Unit
from ecluse.accounts.testing import SECRET, person
from ecluse.accounts.who import console
from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.home import Site
from ecluse.core.words import Decision
from ecluse.safe.client import SafeClient, SafeUnavailableError
from ecluse.safe.protocol import Check, CloseSetup, Who
from ecluse.safe.testing import running_safe

MARTIN = {
    "username": "r.martin",
    "display_name": "Rose Martin",
    "professions": ["nurse"],
    "units": ["cardio", {"code": "er", "name": "Urgences", "kind": "ward"}],
    "hired": "2026-01-05",
    "ends": "2036-01-05",
    "on_call": [{"unit": "er", "since": "2026-11-22T18:00:00Z", "until": "2026-11-23T06:00:00Z"}],
}


def load(*rows: object, demo: bool = False, requester: str = "") -> registry.Taken:
    return registry.load(json.dumps(rows).encode(), demo=demo, requester=requester)


def reasons(taken: registry.Taken) -> list[str]:
    return [reject.reason for reject in taken.rejects]


def registered(username: str, profession: str) -> bool:
    return the_safe().call(Check(who=Who(account=username, profession=profession, session=""))).registered


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SITE", Site(demo=True))


@pytest.fixture
def closed_safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SafeClient]:
    """A safe of its own whose set-up is closed, with one administrator and one officer."""
    cast = {"a.admin": ("it-administrator",), "o.officer": ("security-officer",)}
    with running_safe(tmp_path, accounts=cast) as client:
        client.call(CloseSetup(who=console(), request="test"))
        for name in ("ecluse.accounts.bridge", "ecluse.accounts.approvals", "ecluse.accounts.registry"):
            monkeypatch.setattr(f"{name}.the_safe", lambda: client)
        for name, professions in cast.items():
            person(name, *professions, enrol=False)
        yield client


def test_an_account_is_taken_whole() -> None:
    taken = load(MARTIN)
    assert (taken.accounts, taken.created, taken.units, taken.enrolled, taken.rejects) == (1, 1, 2, 1, ())
    account = Account.objects.get(username="r.martin")
    assert account.display_name == "Rose Martin"
    assert not account.has_usable_password()
    assert {row.unit.code for row in Membership.objects.filter(account=account)} == {"cardio", "er"}
    assert Unit.objects.get(code="er").kind == "ward"
    assert OnCall.objects.filter(account=account, unit__code="er").count() == 1
    assert registered("r.martin", "nurse")
    assert not registered("r.martin", "physician")


def test_the_same_list_twice_changes_nothing() -> None:
    load(MARTIN)
    again = load(MARTIN)
    assert (again.created, again.units, again.rejects) == (0, 0, ())
    assert (Membership.objects.count(), OnCall.objects.count(), AccountProfession.objects.count()) == (2, 1, 1)


def test_a_changed_line_changes_the_account() -> None:
    load(MARTIN)
    load({**MARTIN, "display_name": "Rose Martin-Roux", "professions": ["midwife"]})
    assert Account.objects.get(username="r.martin").display_name == "Rose Martin-Roux"
    assert list(AccountProfession.objects.values_list("profession", flat=True)) == ["midwife"]
    assert not registered("r.martin", "nurse")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"username": "Rose"}, "username"),
        ({"username": "../etc"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "a" * 65}, "username"),
        ({}, "username"),
        ({"username": "x", "professions": ["king"]}, "king"),
        ({"username": "x", "professions": "nurse"}, "professions"),
        ({"username": "x", "rpps": "1234567890"}, "rpps"),
        ({"username": "x", "rpps": "1234567890a"}, "rpps"),
        ({"username": "x", "hired": "2026-02-01", "ends": "2026-01-31"}, "ends before"),
        ({"username": "x", "hired": "yesterday"}, "hired"),
        ({"username": "x", "superuser": True}, "superuser"),
        ({"username": "x", "service": True, "professions": ["physician"]}, "services"),
        ({"username": "x", "professions": ["interface-service"]}, "services"),
        ({"username": "x", "password": "in a file"}, "--demo-credentials"),
        ({"username": "x", "totp_secret": SECRET}, "--demo-credentials"),
        ({"username": "x", "on_call": [{"unit": "er", "since": "2026-11-23", "until": "2026-11-22"}]}, "on_call"),
    ],
)
def test_a_wrong_line_is_refused_and_the_others_are_taken(row: dict[str, object], said: str) -> None:
    taken = load(row, MARTIN)
    assert [reject.line for reject in taken.rejects] == [0]
    assert said in reasons(taken)[0]
    assert list(Account.objects.values_list("username", flat=True)) == ["r.martin"]


def test_a_name_twice_in_a_list_is_taken_once() -> None:
    taken = load(MARTIN, {**MARTIN, "professions": ["physician"]})
    assert reasons(taken) == ["twice in this list"]
    assert not registered("r.martin", "physician")


def test_an_rpps_number_belongs_to_one_account() -> None:
    first, second = {"username": "one", "rpps": "10001234567"}, {"username": "two", "rpps": "10001234567"}
    assert reasons(load(first, second)) == ["rpps: another account has this number"]
    assert reasons(load(second)) == ["rpps: another account has this number"]


@pytest.mark.parametrize("text", [b"", b"{}", b"[1]", b'"x"', b"[{]", b"\xff"])
def test_what_is_no_list_is_refused_whole(text: bytes) -> None:
    with pytest.raises(BadInputError):
        registry.load(text)


def test_a_password_in_a_file_is_refused_outside_a_demonstration() -> None:
    with pytest.raises(RefusedError):
        load({**MARTIN, "password": "known to all of us"}, demo=True)
    assert not Account.objects.exists()


def test_a_demonstration_takes_passwords_and_codes(demo: None) -> None:
    secret = {"password": "known to all of us", "totp_secret": SECRET}
    load({**MARTIN, **secret}, {"username": "second", "professions": ["aide"], **secret}, demo=True)
    account = Account.objects.get(username="r.martin")
    assert account.check_password("known to all of us")
    assert identify_hasher(account.password).algorithm == "argon2"
    factor = Authenticator.objects.get(user=account)
    assert factor.wrap().instance.type == "totp"
    assert SECRET not in repr(factor.data)


def test_a_service_never_gets_a_password(demo: None) -> None:
    row = {"username": "feed", "service": True, "professions": ["interface-service"], "password": "x" * 20}
    assert reasons(load(row, demo=True)) == ["a service has no password"]


def test_nothing_is_registered_when_the_safe_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> SafeClient:
        raise SafeUnavailableError("The safe cannot be reached.")

    monkeypatch.setattr(registry, "the_safe", gone)
    with pytest.raises(SafeUnavailableError):
        load(MARTIN)
    assert not AccountProfession.objects.exists()
    monkeypatch.undo()
    assert load(MARTIN).enrolled == 1
    assert AccountProfession.objects.count() == 1


def test_once_set_up_is_closed_a_grant_waits_for_a_second_person(closed_safe: SafeClient) -> None:
    taken = load(MARTIN, requester="a.admin")
    assert (taken.enrolled, taken.proposed, taken.rejects) == (0, 1, ())
    assert not AccountProfession.objects.filter(account__username="r.martin").exists()
    officer = Who(account="o.officer", profession="security-officer", session="s")
    wait = approvals.waiting(officer).to_decide[0]
    assert approvals.approve(officer, wait.sequence, "test").decision is Decision.ALLOW
    assert AccountProfession.objects.get(account__username="r.martin").profession == "nurse"
    assert load(MARTIN, requester="a.admin").proposed == 0


def test_once_set_up_is_closed_somebody_must_ask(closed_safe: SafeClient) -> None:
    taken = load(MARTIN)
    assert "say who asks" in reasons(taken)[0]
    assert approvals.waiting(Who(account="o.officer", profession="security-officer", session="")).to_decide == []


def test_once_set_up_is_closed_a_stranger_cannot_ask(closed_safe: SafeClient) -> None:
    assert "refused" in reasons(load(MARTIN, requester="nobody"))[0]


def test_asking_twice_files_one_proposal(closed_safe: SafeClient) -> None:
    load(MARTIN, requester="a.admin")
    assert load(MARTIN, requester="a.admin").proposed == 0


def test_a_first_password_must_be_strong() -> None:
    load(MARTIN)
    account = Account.objects.get(username="r.martin")
    for weak in ("short", "rose-martin-2026", "Clinique2026!"):
        with pytest.raises(BadInputError):
            registry.set_first_password(account, weak)
    registry.set_first_password(account, "lampe violette sous la pluie")
    account.refresh_from_db()
    assert account.check_password("lampe violette sous la pluie")


def test_a_service_has_no_first_password() -> None:
    account = person("feed.two", "interface-service", service=True)
    with pytest.raises(RefusedError):
        registry.set_first_password(account, "lampe violette sous la pluie")


def test_an_address_to_be_told_at_is_kept_changed_and_not_lost() -> None:
    load({**MARTIN, "email": "r.martin@example.org"})
    load(MARTIN)
    assert Contact.objects.get(account__username="r.martin").email == "r.martin@example.org"
    load({**MARTIN, "email": "rose@example.org"})
    assert Contact.objects.get(account__username="r.martin").email == "rose@example.org"


@pytest.mark.parametrize("wrong", ["nobody", "a b@example.org", "@", "x@y\nBcc: z@example.org"])
def test_what_is_no_address_is_refused(wrong: str) -> None:
    assert reasons(load({**MARTIN, "email": wrong})) == ["email: not an address"]
