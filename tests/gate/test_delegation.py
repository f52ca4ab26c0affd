"""Giving a patient to a colleague: only one's own, only for a time, never to oneself."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from ecluse.accounts.models import Account
from ecluse.accounts.testing import person
from ecluse.accounts.who import who_of
from ecluse.core.errors import RefusedError
from ecluse.core.words import Action, Decision, DutyKind
from ecluse.gate.access import Wanted
from ecluse.gate.ask import worker_for
from ecluse.gate.delegate import give
from ecluse.gate.duties import explaining, seconds
from ecluse.gate.feeds import HOUR, Fact, Maker, add, row
from ecluse.gate.models import FOREVER, Duty
from ecluse.gate.testing import account_of, request_of, signed_for
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Who

Session = Callable[..., Client]
Patient = Callable[..., Wanted]
Trace = Callable[[], list[Entry]]


def caring(client: Client, one: Wanted, made_by: str = "feed", kind: DutyKind = DutyKind.CARE_TEAM) -> Who:
    """Give the person of this browser a duty for ``one``; return who they are."""
    fact = Fact(kind, one.pk, "CareTeam/1", account=account_of(client).pk)
    add(row(Maker(made_by, seconds() - HOUR), fact, (seconds() - HOUR, FOREVER)))
    return who_of(request_of(client))


def receiver(*professions: str, **fields: object) -> Account:
    return person(f"receiver-{uuid4().hex[:12]}", *(professions or ("nurse",)), units=["ward"], **fields)  # type: ignore[arg-type]


def explained_to(account: Account, profession: str, one: Wanted) -> dict[int, DutyKind]:
    worker = worker_for(Who(account=account.username, profession=profession, session="x"))
    assert worker is not None
    return explaining(worker, [one.pk])


def test_a_patient_given_is_explained_to_the_receiver_for_the_time_said(
    open_session: Session, patient: Patient, trace: Trace
) -> None:
    one, to = patient(), receiver()
    giver = caring(open_session("nurse"), one)
    give(giver, one.pk, one.ref, to.username, 24, "r")
    assert explained_to(to, "nurse", one) == {one.pk: DutyKind.DELEGATION}
    duty = Duty.objects.get(kind=DutyKind.DELEGATION)
    assert (duty.made_by, duty.until - duty.since) == (giver.account, 24 * HOUR)
    [entry] = [entry for entry in trace() if entry.action is Action.DUTY]
    assert (entry.patient, entry.target, entry.detail) == (one.ref, to.username, "24h")


def test_g11_what_one_has_no_duty_for_is_not_ones_to_give(
    open_session: Session, patient: Patient, trace: Trace
) -> None:
    one, to = patient(), receiver()
    giver = who_of(request_of(open_session("nurse")))
    with pytest.raises(RefusedError, match="giver-without-duty"):
        give(giver, one.pk, one.ref, to.username, 24, "r")
    assert not Duty.objects.exists()
    assert [entry.decision for entry in trace() if entry.action is Action.DUTY] == [Decision.REFUSE]


def test_g11_a_duty_one_made_oneself_gives_nothing_to_give(open_session: Session, patient: Patient) -> None:
    one, client = patient(), open_session("nurse")
    giver = caring(client, one, made_by=account_of(client).username)
    with pytest.raises(RefusedError, match="giver-without-duty"):
        give(giver, one.pk, one.ref, receiver().username, 24, "r")


def test_g11_what_was_given_is_not_given_on(open_session: Session, patient: Patient) -> None:
    one = patient()
    middle = caring(open_session("nurse"), one, kind=DutyKind.DELEGATION)
    with pytest.raises(RefusedError, match="giver-without-duty"):
        give(middle, one.pk, one.ref, receiver().username, 24, "r")


def test_g11_nobody_gives_to_themselves(open_session: Session, patient: Patient) -> None:
    one = patient()
    giver = caring(open_session("nurse"), one)
    with pytest.raises(RefusedError, match="same-person"):
        give(giver, one.pk, one.ref, giver.account, 24, "r")


@pytest.mark.parametrize("hours", [0, -1, 169, 10_000])
def test_g11_it_ends_within_a_week(open_session: Session, patient: Patient, hours: int) -> None:
    one = patient()
    giver = caring(open_session("nurse"), one)
    with pytest.raises(RefusedError, match="delegation-too-long"):
        give(giver, one.pk, one.ref, receiver().username, hours, "r")


@pytest.mark.parametrize("professions", [("dim-physician",), ("it-administrator",), ("admissions", "billing")])
def test_g11_a_profession_that_takes_no_patients_gets_none(
    open_session: Session, patient: Patient, professions: tuple[str, ...]
) -> None:
    one = patient()
    giver = caring(open_session("nurse"), one)
    with pytest.raises(RefusedError, match="receiver-unfit"):
        give(giver, one.pk, one.ref, receiver(*professions).username, 24, "r")


@pytest.mark.parametrize("fields", [{"is_active": False}, {"service": True}])
def test_g11_nobody_gives_to_a_machine_or_to_who_left(
    open_session: Session, patient: Patient, fields: dict[str, object]
) -> None:
    one = patient()
    giver = caring(open_session("nurse"), one)
    with pytest.raises(RefusedError, match="receiver-unfit"):
        give(giver, one.pk, one.ref, receiver(**fields).username, 24, "r")
    with pytest.raises(RefusedError, match="receiver-unfit"):
        give(giver, one.pk, one.ref, "nobody.at.all", 24, "r")


def test_the_page_lists_the_colleagues_of_the_unit_and_gives(open_session: Session, patient: Patient) -> None:
    one, to, stranger = patient(), receiver(), person(f"far-{uuid4().hex[:8]}", "nurse", units=["elsewhere"])
    client = open_session("nurse", units=["ward"])
    caring(client, one)
    address = reverse("gate_give", args=[signed_for(client, one)])
    page = client.get(address).content.decode()
    assert to.username in page
    assert stranger.username not in page
    assert client.post(address, {"to": to.username, "hours": "8"}).status_code == 302
    assert explained_to(to, "nurse", one)


@pytest.mark.parametrize("hours", ["", "8.5", "-8", "²", "9999", "eight"])
def test_the_page_refuses_hours_that_are_not_a_number_of_hours(
    open_session: Session, patient: Patient, hours: str
) -> None:
    one, to, client = patient(), receiver(), open_session("nurse")
    caring(client, one)
    address = reverse("gate_give", args=[signed_for(client, one)])
    answer = client.post(address, {"to": to.username, "hours": hours})
    assert answer.status_code == 403
    assert not Duty.objects.filter(kind=DutyKind.DELEGATION).exists()
