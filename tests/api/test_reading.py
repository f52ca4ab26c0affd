"""Reading one resource: more refusals than answers."""

import datetime as dt
import secrets
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from tests.api.conftest import FHIR_JSON, Api, World, rule

from ecluse.accounts.models import Token
from ecluse.accounts.testing import Bound, person, sign_in
from ecluse.core.words import Action, Compartment, Decision, TargetKind
from ecluse.record import directory
from ecluse.record.models import Part
from ecluse.safe.client import SafeClient, SafeUnavailableError
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Lock

Trace = Callable[[], list[Entry]]


def test_a_service_reads_a_patient_of_its_unit_with_version_and_type(service: Api, world: World) -> None:
    answer = service.get(f"Patient/{world.known.ref}")
    assert (answer.status_code, answer["Content-Type"], answer["ETag"]) == (200, FHIR_JSON, 'W/"1"')
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["name"][0]["family"] == "Rivière"


def test_a_person_reads_with_the_session_of_the_site(nurse: Api, world: World) -> None:
    assert nurse.get(f"Patient/{world.known.ref}").json()["birthDate"] == "1984-05-01"


def test_the_short_way_and_the_ordinary_one_say_the_same(service: Api, physician: Api, world: World) -> None:
    for path in (f"Patient/{world.known.ref}", f"MedicationRequest/{world.known.ref}-1"):
        assert service.get(path).json() == physician.get(path).json()


def test_one_read_is_one_entry_with_the_duty_and_the_compartments(service: Api, world: World, trace: Trace) -> None:
    service.get(f"MedicationRequest/{world.known.ref}-1")
    [entry] = trace()
    assert (entry.action, entry.patient, entry.decision) == (Action.READ, world.known.ref, Decision.ALLOW)
    assert (entry.compartments, entry.account) == ((Compartment.CLINICAL,), world.service.username)
    assert entry.duty is not None


def test_a_profession_sees_its_compartments_only_and_the_answer_says_so(
    admissions: Api, world: World, trace: Trace
) -> None:
    answer = admissions.get(f"Patient/{world.known.ref}")
    assert answer.status_code == 200, answer.content
    shown = {where for entry in trace() for where in entry.compartments}
    assert shown == {Compartment.IDENTITY, Compartment.CONTACT}


def test_admissions_are_refused_a_prescription(admissions: Api, world: World) -> None:
    answer = admissions.get(f"MedicationRequest/{world.known.ref}-1")
    assert (answer.status_code, rule(answer)) == (403, "compartment-not-granted")


def test_a_patient_of_another_unit_is_refused_to_a_service(service: Api, world: World) -> None:
    answer = service.get(f"Patient/{world.stranger.ref}")
    assert (answer.status_code, rule(answer)) == (403, "no-duty")


def test_a_person_without_a_duty_is_asked_why(nurse: Api, world: World) -> None:
    answer = nurse.get(f"Patient/{world.stranger.ref}")
    assert (answer.status_code, rule(answer)) == (403, "say-why")


def test_an_it_administrator_is_refused_everything(administrator: Api, world: World) -> None:
    for path in (
        f"Patient/{world.known.ref}",
        f"MedicationRequest/{world.known.ref}-1",
        f"Patient/{world.known.ref}/$everything",
    ):
        answer = administrator.get(path)
        assert answer.status_code == 403, path
        assert "Rivière" not in answer.content.decode()


@pytest.mark.parametrize("who", ["service", "nurse", "administrator"])
def test_a_refused_patient_and_one_who_does_not_exist_are_told_alike(
    who: str, world: World, request: pytest.FixtureRequest
) -> None:
    caller = request.getfixturevalue(who)
    for path in ("Patient/{}", "MedicationRequest/{}-1", "Patient/{}/_history", "MedicationRequest?patient={}"):
        there = caller.get(path.format(world.stranger.ref))
        nowhere = caller.get(path.format(secrets.token_hex(16)))
        assert there.status_code == nowhere.status_code == 403, path
        assert (rule(there), there.json()["issue"][0]["code"]) == (rule(nowhere), nowhere.json()["issue"][0]["code"])


def test_a_resource_that_is_not_there_is_404_to_whom_the_patient_is_explained(
    service: Api, nurse: Api, world: World
) -> None:
    for caller in (service, nurse):
        answer = caller.get(f"MedicationRequest/{world.known.ref}-77")
        assert (answer.status_code, rule(answer)) == (404, "absent")


def test_what_is_not_there_is_traced_without_saying_that_anything_was_shown(
    service: Api, world: World, trace: Trace
) -> None:
    service.get(f"MedicationRequest/{world.known.ref}-77")
    service.get(f"Condition/{world.known.ref}-1")
    assert [(entry.rule, entry.compartments) for entry in trace()] == [("absent", ()), ("absent", ())]


def test_a_guess_of_references_is_traced_and_locks_the_guesser_out(service: Api, world: World, trace: Trace) -> None:
    for _ in range(20):
        service.get(f"Patient/{secrets.token_hex(16)}")
    assert {entry.decision for entry in trace() if entry.account == world.service.username} == {Decision.REFUSE}
    assert rule(service.get(f"Patient/{world.known.ref}")) == "locked"


def test_a_duty_made_by_the_reader_explains_nothing(service: Api, world: World) -> None:
    alone = world.patient("Colline")
    world.duty(alone, "cardiology", world.service.username)
    world.duty(alone, "cardiology", f"import:{world.service.username}")
    assert rule(service.get(f"Patient/{alone.ref}")) == "no-duty"


@pytest.mark.parametrize("change", ["revoked", "expired", "left", "inactive", "unknown"])
def test_a_token_that_is_no_longer_good_opens_nothing(service: Api, world: World, change: str) -> None:
    yesterday = timezone.now() - dt.timedelta(days=1)
    tokens = Token.objects.filter(account=world.service)
    match change:
        case "revoked":
            tokens.update(revoked=yesterday)
        case "expired":
            tokens.update(expires=yesterday)
        case "left":
            world.service.ends = yesterday.date()
            world.service.save()
        case "inactive":
            world.service.is_active = False
            world.service.save()
        case _:
            service.bound = Bound(world.service)
            tokens.delete()
    for path in (f"Patient/{world.known.ref}", f"MedicationRequest?patient={world.known.ref}"):
        answer = service.get(path)
        assert (answer.status_code, rule(answer)) == (401, "bad-token")
        assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_another_scheme_than_dpop_is_nobody(world: World) -> None:
    answer = Api(Client()).get(f"Patient/{world.known.ref}", authorization="Basic dXNlcjpwYXNz")
    assert answer.status_code == 401


def test_a_session_without_a_second_factor_is_asked_for_one(world: World) -> None:
    half = Api(sign_in(Client(), world.nurse, "nurse", second_factor=False))
    answer = half.get(f"Patient/{world.known.ref}")
    assert (answer.status_code, rule(answer)) == (401, "second-factor")
    assert 'error="insufficient_user_authentication"' in answer["WWW-Authenticate"]
    assert "max_age=" in answer["WWW-Authenticate"]


def test_a_session_carried_to_another_browser_is_asked_to_prove_itself(nurse: Api, world: World) -> None:
    del nurse.client.cookies["device"]
    assert rule(nurse.get(f"Patient/{world.known.ref}")) == "new-device"


def test_a_session_without_a_profession_is_refused(world: World) -> None:
    person(world.nurse.username, "nurse", "midwife")
    answer = Api(sign_in(Client(), world.nurse)).get(f"Patient/{world.known.ref}")
    assert (answer.status_code, rule(answer)) == (403, "no-profession")


def test_an_account_locked_in_mid_token_gets_nothing_from_the_next_request_on(
    service: Api, world: World, safe: SafeClient
) -> None:
    path = f"Patient/{world.known.ref}"
    assert service.get(path).status_code == 200
    safe.call(
        Lock(who=world.officer, kind=TargetKind.ACCOUNT, target=world.service.username, reason="test", request="t")
    )
    answer = service.get(path)
    assert (answer.status_code, rule(answer)) == (403, "locked")


def test_r11_a_locked_caller_reads_no_directory_either_and_each_reading_is_an_entry(
    service: Api, nurse: Api, world: World, safe: SafeClient, trace: Trace
) -> None:
    place = {"resourceType": "Organization", "name": "Hôpital du Canal"}
    path = f"Organization/{directory.put(place, world.who, 'made').id}"
    for caller in (service, service, nurse):
        assert caller.get(path).status_code == 200
    read = [entry.account for entry in trace() if entry.target == "directory" and entry.account != world.who.account]
    assert read == [world.service.username] * 2 + [world.nurse.username]
    for account in (world.service, world.nurse):
        safe.call(Lock(who=world.officer, kind=TargetKind.ACCOUNT, target=account.username, reason="t", request="t"))
    for caller in (service, nurse):
        answer = caller.get(path)
        assert answer.status_code == 403
        assert "Canal" not in answer.content.decode()


def test_when_the_safe_does_not_answer_nothing_is_shown(
    service: Api, physician: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise SafeUnavailableError("away")

    monkeypatch.setattr(SafeClient, "call", away)
    paths = (
        "Patient/{}",
        "MedicationRequest/{}-1",
        "Patient/{}/_history",
        "Patient/{}/$everything",
        "Condition?patient={}",
    )
    for caller in (service, physician):
        for path in paths:
            answer = caller.get(path.format(world.known.ref))
            assert (answer.status_code, rule(answer)) == (503, "safe-unavailable"), path
            assert "Rivière" not in answer.content.decode()


def test_a_part_moved_to_another_place_is_not_shown(service: Api, world: World) -> None:
    part = Part.objects.get(patient=world.stranger, type="MedicationRequest")
    Part.objects.filter(patient=world.known, type="MedicationRequest").update(sealed=bytes(part.sealed))
    answer = service.get(f"MedicationRequest/{world.known.ref}-1")
    assert (answer.status_code, rule(answer)) == (503, "broken")


def test_an_error_of_ours_says_nothing_of_what_was_asked(
    service: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("Rivière")

    monkeypatch.setattr("ecluse.record.api.hot.opened", broken)
    answer = service.get(f"Patient/{world.known.ref}")
    assert (answer.status_code, rule(answer)) == (500, "bug")
    assert "Rivière" not in answer.content.decode()


@pytest.mark.parametrize("purpose", ["BTG", "ETREAT"])
def test_break_glass_is_not_offered(service: Api, world: World, purpose: str) -> None:
    answer = service.get(f"Patient/{world.known.ref}", **{"x-purpose-of-use": purpose})
    assert (answer.status_code, rule(answer)) == (403, "no-break-glass")


def test_a_purpose_outside_the_vocabulary_is_refused(service: Api, world: World) -> None:
    assert rule(service.get(f"Patient/{world.known.ref}", **{"x-purpose-of-use": "CURIOSITY"})) == "bad-purpose"


def test_a_purpose_of_the_policy_is_traced(service: Api, world: World, trace: Trace) -> None:
    service.get(f"Patient/{world.known.ref}", **{"x-purpose-of-use": "HPAYMT"})
    assert [entry.purpose for entry in trace()] == ["HPAYMT"]


def test_xml_is_not_spoken(service: Api, world: World) -> None:
    assert service.get(f"Patient/{world.known.ref}?_format=xml").status_code == 406
    assert service.get(f"Patient/{world.known.ref}", accept="application/fhir+xml").status_code == 406


def test_a_type_that_is_not_kept_is_404_to_a_caller_and_401_to_nobody(service: Api, nobody: Api, world: World) -> None:
    assert (nobody.get("AuditEvent/1").status_code, service.get("AuditEvent/1").status_code) == (401, 404)
