"""Reading through the interface: more refusals than answers."""

import secrets


def test_a_service_reads_a_patient_of_its_unit(service, world):
    answer = service.get(f"Patient/{world.known.ref}")
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/fhir+json"
    assert answer["ETag"] == 'W/"1"'
    assert answer.json()["name"][0]["family"] == "Rivière"


def test_a_patient_of_another_unit_is_refused_to_a_service(service, world):
    answer = service.get(f"Patient/{world.stranger.ref}")
    assert answer.status_code == 403
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "no-duty"


def test_nobody_gets_an_outcome_and_the_challenge(nobody, world):
    answer = nobody.get(f"Patient/{world.known.ref}")
    assert answer.status_code == 401
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert answer["WWW-Authenticate"].startswith("Bearer")
