"""Create and update: who may, which version, and races."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from tests.api.conftest import FHIR_JSON, PRESCRIPTION, Api, World, rule

from ecluse.accounts.testing import sign_in
from ecluse.core.home import Site
from ecluse.core.words import Action, Decision
from ecluse.record.models import Patient
from ecluse.safe.entry import Entry

Trace = Callable[[], list[Entry]]


def prescription(patient: Patient, **changes: Any) -> dict[str, Any]:
    return {**PRESCRIPTION, "subject": {"reference": f"Patient/{patient.ref}"}, **changes}


def test_a_service_creates_and_gets_the_place_and_version(service: Api, world: World) -> None:
    answer = service.send("POST", "MedicationRequest", prescription(world.known))
    assert (answer.status_code, answer["ETag"]) == (201, 'W/"1"')
    assert answer["Location"].endswith(f"/fhir/MedicationRequest/{answer.json()['id']}/_history/1")


def test_an_update_names_its_version_and_makes_the_next_one(service: Api, world: World) -> None:
    path = f"MedicationRequest/{world.known.ref}-1"
    body = prescription(world.known, id=f"{world.known.ref}-1", status="stopped")
    answer = service.send("PUT", path, body, if_match='W/"1"')
    assert (answer.status_code, answer["ETag"], answer.json()["status"]) == (200, 'W/"2"', "stopped")
    versions = service.get(f"{path}/_history").json()
    assert [entry["resource"]["status"] for entry in versions["entry"]] == ["stopped", "active"]
    assert service.get(f"{path}/_history/1").json()["status"] == "active"


def test_of_two_updates_of_one_version_the_second_is_412_and_changes_nothing(service: Api, world: World) -> None:
    path = f"MedicationRequest/{world.known.ref}-1"
    for status, expected in (("stopped", 200), ("cancelled", 412)):
        body = prescription(world.known, id=f"{world.known.ref}-1", status=status)
        answer = service.send("PUT", path, body, if_match='W/"1"')
        assert answer.status_code == expected
    assert service.get(path).json()["status"] == "stopped"


def test_an_update_without_a_version_is_428(service: Api, world: World, trace: Trace) -> None:
    body = prescription(world.known, id=f"{world.known.ref}-1")
    answer = service.send("PUT", f"MedicationRequest/{world.known.ref}-1", body)
    assert (answer.status_code, rule(answer)) == (428, "if-match")
    assert trace() == []


@pytest.mark.parametrize("etag", ["*", 'W/"x"', "0", "-1", 'W/"1", W/"2"'])
def test_an_update_of_no_single_version_is_400(service: Api, world: World, etag: str) -> None:
    body = prescription(world.known, id=f"{world.known.ref}-1")
    assert service.send("PUT", f"MedicationRequest/{world.known.ref}-1", body, if_match=etag).status_code == 400


def test_only_the_compartments_in_the_body_change_in_a_patient(service: Api, world: World) -> None:
    path = f"Patient/{world.known.ref}"
    body = {"resourceType": "Patient", "id": world.known.ref, "telecom": [{"system": "phone", "value": "0199000009"}]}
    assert service.send("PUT", path, body, if_match='W/"1"').status_code == 200
    after = service.get(path).json()
    assert (after["name"][0]["family"], after["telecom"][0]["value"]) == ("Rivière", "0199000009")


def test_a_nurse_does_not_change_an_identity(nurse: Api, world: World) -> None:
    body = {"resourceType": "Patient", "id": world.known.ref, "name": [{"family": "Autre"}]}
    answer = nurse.send("PUT", f"Patient/{world.known.ref}", body, if_match='W/"1"')
    assert (answer.status_code, rule(answer)) == (403, "compartment-not-granted")


def test_a_person_writes_with_the_csrf_token_alone(world: World) -> None:
    client = sign_in(Client(enforce_csrf_checks=True), world.physician, "physician")
    answer = Api(client).send("POST", "MedicationRequest", prescription(world.known))
    assert (answer.status_code, rule(answer)) == (403, "csrf")


def test_a_person_reads_without_a_csrf_token(world: World) -> None:
    client = sign_in(Client(enforce_csrf_checks=True), world.physician, "physician")
    assert Api(client).get(f"Patient/{world.known.ref}").status_code == 200


def test_nothing_is_added_to_a_patient_without_a_duty(service: Api, nurse: Api, world: World, trace: Trace) -> None:
    for caller, word in ((service, "no-duty"), (nurse, "say-why")):
        answer = caller.send("POST", "MedicationRequest", prescription(world.stranger))
        assert (answer.status_code, rule(answer)) == (403, word)
    assert {(entry.action, entry.decision) for entry in trace()} == {
        (Action.WRITE, Decision.REFUSE),
        (Action.WRITE, Decision.JUSTIFY),
    }


def test_a_resource_is_not_moved_to_another_patient(service: Api, world: World) -> None:
    body = prescription(world.stranger, id=f"{world.known.ref}-1")
    answer = service.send("PUT", f"MedicationRequest/{world.known.ref}-1", body, if_match='W/"1"')
    assert answer.status_code == 422


def test_a_resource_of_nobody_is_not_kept(service: Api, world: World) -> None:
    body = {**PRESCRIPTION, "subject": {"display": "somebody"}}
    answer = service.send("POST", "MedicationRequest", body)
    assert (answer.status_code, rule(answer)) == (422, "no-patient")


def test_conditional_create_is_not_offered(service: Api, world: World) -> None:
    answer = service.send("POST", "Patient", {"resourceType": "Patient"}, if_none_exist="identifier=8123")
    assert (answer.status_code, rule(answer)) == (412, "conditional")


@pytest.mark.parametrize("body", [" ", "[]", "null", "{", '{"resourceType":"Condition"}'])
def test_a_body_that_is_not_the_resource_is_400(service: Api, world: World, body: str) -> None:
    assert service.send("POST", "MedicationRequest", body).status_code == 400


def test_what_does_not_validate_is_422_and_the_outcome_quotes_no_value(service: Api, world: World) -> None:
    answer = service.send("POST", "MedicationRequest", prescription(world.known, status=["Confidentiel"]))
    assert answer.status_code == 422
    assert "Confidentiel" not in answer.content.decode()


def test_another_content_type_is_415(service: Api, world: World) -> None:
    answer = service.send("POST", "MedicationRequest", prescription(world.known), content_type="text/plain")
    assert answer.status_code == 415


@pytest.mark.parametrize("kind", ["Practitioner", "Organization", "Location", "Binary"])
def test_the_directory_and_files_are_not_written_here(service: Api, world: World, kind: str) -> None:
    assert service.send("POST", kind, {"resourceType": kind}).status_code == 405


@pytest.mark.parametrize(("wish", "text"), [("minimal", ""), ("OperationOutcome", "OperationOutcome")])
def test_the_sender_may_prefer_less_back(service: Api, world: World, wish: str, text: str) -> None:
    answer = service.send("POST", "MedicationRequest", prescription(world.known), prefer=f"return={wish}")
    assert (answer.status_code, answer["Content-Type"]) == (201, FHIR_JSON)
    assert "Exemplamine" not in answer.content.decode()
    assert text in answer.content.decode()


def test_a_document_comes_back_as_it_was_sent_and_never_in_place(service: Api, world: World) -> None:
    attachment = {"contentType": "text/html", "data": "PGI+Q29uZmlkZW50aWVsPC9iPg=="}
    document = {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": attachment}]}
    answer = service.send(
        "POST", "DocumentReference", {**document, "subject": {"reference": f"Patient/{world.known.ref}"}}
    )
    assert answer.status_code == 201, answer.content
    url = answer.json()["content"][0]["attachment"]["url"]
    assert "data" not in answer.json()["content"][0]["attachment"]
    file = service.get(url)
    assert (file.content, file["Content-Disposition"], file["X-Content-Type-Options"]) == (
        b"<b>Confidentiel</b>",
        "attachment",
        "nosniff",
    )


def test_a_document_of_a_patient_without_a_duty_is_refused(service: Api, world: World) -> None:
    assert rule(service.get(f"Binary/{world.stranger.ref}-1")) == "no-duty"


@pytest.mark.parametrize("oid", [10, 11])
def test_r12_a_production_site_takes_no_made_up_identity_by_the_interface(
    service: Api, world: World, settings: Settings, oid: int
) -> None:
    settings.SITE = Site()
    body = "1540229004001"
    named = {"system": f"urn:oid:1.2.250.1.213.1.4.{oid}", "value": f"{body}{97 - int(body) % 97:02}"}
    patient = {"resourceType": "Patient", "identifier": [named], "name": [{"family": "Essai"}]}
    before = Patient.objects.count()
    assert service.send("POST", "Patient", patient).status_code == 422
    changed = {**patient, "id": world.known.ref}
    assert service.send("PUT", f"Patient/{world.known.ref}", changed, if_match='W/"1"').status_code == 422
    assert Patient.objects.count() == before
    settings.SITE = Site(made_up_identities=True)
    assert service.send("POST", "Patient", patient).status_code == 201
